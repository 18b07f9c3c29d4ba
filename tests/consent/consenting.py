"""People with addresses, and grounds and refusals written through the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from teichaku.consent.models import Basis
from teichaku.consent.selectors import SendDecision, may_send
from teichaku.consent.services import basis_record
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead, lead_create

ACTOR = Actor(kind="human", name="test", user_id=None)


def lead(email: str, **told: Any) -> Lead:
    """A lead with this address."""
    return lead_create(lead=NewLead(email=email, **told), actor=ACTOR)


def days_ago(days: int) -> datetime:
    """An instant in the past."""
    return clock.now() - timedelta(days=days)


def ground(
    of: Lead, kind: str = "consent", *, channel: str = "email", source: str = "manual", **told: Any
) -> Basis:
    """A ground for the lead's address."""
    told = {"obtained_at": days_ago(30), "evidence": "said so on the telephone"} | told
    return basis_record(lead=of, channel=channel, kind=kind, source=source, actor=ACTOR, **told)


def said(address: str, *, channel: str = "email", purpose: str = "advertising") -> SendDecision:
    """Whether something may be sent to the address."""
    return may_send(addresses=[address], channel=channel, purpose=purpose)[address]
