"""What the page of a lead tells of whether the person may be written to, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from teichaku.consent.addresses import address_of
from teichaku.consent.evidence import bases_of, refusals_of
from teichaku.consent.models import Basis, Refusal
from teichaku.consent.selectors import SendDecision, may_send
from teichaku.consent.words import ADVERTISING, Channel
from teichaku.leads.models import Lead

SHOWN = (Channel.EMAIL, Channel.PHONE)


@dataclass(frozen=True, slots=True)
class Told:
    """A channel with its decision."""

    channel: Channel
    decision: SendDecision


@dataclass(frozen=True, slots=True)
class Consented:
    """A lead's grounds and refusals as its page shows them."""

    told: Sequence[Told]
    bases: Sequence[Basis]
    refusals: Sequence[Refusal]
    may_manage: bool
    may_erase: bool


def consented_lead(lead: Lead, rights: Collection[str]) -> Consented | None:
    """What is known of the lead; None for people who may not see it."""
    if "consent.view" not in rights:
        return None
    told = []
    for channel in SHOWN:
        address = address_of(lead, channel)
        said = may_send(addresses=[address], channel=channel, purpose=ADVERTISING)[address]
        told.append(Told(channel, said))
    return Consented(
        told,
        list(bases_of(lead)),
        list(refusals_of(lead)),
        "consent.manage" in rights,
        "privacy.ask" in rights,
    )
