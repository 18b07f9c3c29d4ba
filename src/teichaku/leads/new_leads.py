"""A lead that a person enters by hand."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.intake.normalise import kana_full, phone_bare
from teichaku.leads.models import Lead
from teichaku.leads.names import email_is_personal, email_key
from teichaku.leads.references import roots_with_email
from teichaku.leads.search_text import search_texts_write


@dataclass(frozen=True, slots=True)
class NewLead:
    """What is known of a person; a name or an e-mail address at least."""

    name: str = ""
    email: str = ""
    kana: str = ""
    phone: str = ""
    title: str = ""
    department: str = ""
    company: int | None = None
    source: str = ""
    campaign: str = ""
    owner: int | None = None


def lead_create(*, lead: NewLead, actor: Actor) -> Lead:
    """The new lead; ``Conflict`` where somebody known has the personal address already."""
    email, name = lead.email.strip(), lead.name.strip()
    if not (email or name):
        raise InvalidInput(
            _("A lead needs a name or an e-mail address. Enter at least one of them.")
        )
    key = email_key(email)
    if email and not key:
        raise InvalidInput(
            _("%(text)s is no e-mail address. Enter one such as name@example.co.jp.")
            % {"text": email},
            email=email,
        )
    at = clock.now()
    with transaction.atomic():
        _check_new(key)
        [pk] = bulk.reserve_ids(Lead, 1)
        row = Lead(
            id=pk,
            root_id=pk,
            name=name,
            email=email,
            email_key=key,
            kana=kana_full(lead.kana.strip()),
            phone=phone_bare(lead.phone.strip()),
            title=lead.title.strip(),
            department=lead.department.strip(),
            company_id=lead.company,
            source=lead.source.strip(),
            campaign=lead.campaign.strip(),
            owner_id=lead.owner,
            created_at=at,
            recorded_at=at,
        )
        row.save(force_insert=True)
        audit_record(
            actor=actor, action="leads.lead_create", object_type="leads.lead", object_id=row.pk
        )
        search_texts_write([row.pk])
        outbox_emit(topic="leads.written", payload={"leads": [row.pk]})
        leads_changed.notify([row.pk])
    return row


def _check_new(key: str) -> None:
    known = roots_with_email([key]) if email_is_personal(key) else []
    if known:
        raise Conflict(
            _("There is a lead with the e-mail address %(email)s already. Link that one instead.")
            % {"email": key},
            leads=[root for _, root in known],
        )
