"""What kinds of record and their fields are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.registry import Text
from teichaku.intake.fields import ATTRIBUTE

KIND_WORDS: Mapping[str, Text] = {
    "users": gettext_lazy("colleagues"),
    "companies": gettext_lazy("companies"),
    "leads": gettext_lazy("leads"),
    "events": gettext_lazy("behaviour"),
    "deals": gettext_lazy("deals"),
    "stages": gettext_lazy("stage history"),
    "activities": gettext_lazy("activities"),
}
_WORDS: Mapping[str, Text] = {
    "actor": gettext_lazy("Who did it"),
    "amount": gettext_lazy("Amount"),
    "asset": gettext_lazy("Document"),
    "at": gettext_lazy("When"),
    "basis": gettext_lazy("Ground for mail"),
    "basis_evidence": gettext_lazy("How the addresses were obtained"),
    "basis_on": gettext_lazy("Obtained on"),
    "campaign": gettext_lazy("Campaign"),
    "close_on": gettext_lazy("Expected closing day"),
    "closed_on": gettext_lazy("Closed on"),
    "company": gettext_lazy("Company"),
    "contact": gettext_lazy("Contact person"),
    "corporate_number": gettext_lazy("Corporate number"),
    "created_at": gettext_lazy("Created at"),
    "created_on": gettext_lazy("Created on"),
    "deal": gettext_lazy("Deal"),
    "department": gettext_lazy("Department"),
    "domain": gettext_lazy("Domain"),
    "duration": gettext_lazy("Duration in seconds"),
    "email": gettext_lazy("E-mail address"),
    "employees": gettext_lazy("Employees"),
    "external_id": gettext_lazy("Id in that tool"),
    "form": gettext_lazy("Form"),
    "industry": gettext_lazy("Industry"),
    "is_competitor": gettext_lazy("Competitor"),
    "kana": gettext_lazy("Reading (kana)"),
    "kind": gettext_lazy("Kind"),
    "lead": gettext_lazy("Lead"),
    "lost_reason": gettext_lazy("Reason for losing"),
    "manager": gettext_lazy("Manager"),
    "mql_at": gettext_lazy("Became an MQL at"),
    "name": gettext_lazy("Name or title"),
    "next_action": gettext_lazy("Next action"),
    "next_action_on": gettext_lazy("Day of the next action"),
    "opt_out": gettext_lazy("Refuses mail"),
    "outcome": gettext_lazy("Result"),
    "owner": gettext_lazy("Owner"),
    "path": gettext_lazy("Page"),
    "phone": gettext_lazy("Telephone number"),
    "prefecture": gettext_lazy("Prefecture"),
    "rank": gettext_lazy("Rank"),
    "recorded_at": gettext_lazy("Recorded at"),
    "role": gettext_lazy("Role"),
    "source": gettext_lazy("Where it came from"),
    "stage": gettext_lazy("Stage"),
    "team": gettext_lazy("Team"),
    "title": gettext_lazy("Job title"),
    "type": gettext_lazy("Kind of behaviour"),
    "url": gettext_lazy("Address of the page"),
}


def field_word(name: str) -> str:
    """The field as people read it."""
    if name.startswith(ATTRIBUTE):
        return _("Own field: %(name)s") % {"name": name.removeprefix(ATTRIBUTE)}
    return str(_WORDS.get(name, name))
