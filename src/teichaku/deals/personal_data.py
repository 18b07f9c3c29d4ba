"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.deals.models import Activity, Deal, DealLeadCandidate, GateDecision, Waiver

HELD = PersonalData(
    label=_("Deals and activities"),
    kept=_("Deals stay with their numbers and stages; they show an erased person."),
    tables=(
        PersonalTable(DealLeadCandidate, of="lead", drop=True),
        PersonalTable(Deal, of="lead", blank=("email", "contact", "lead_reference")),
        PersonalTable(
            Deal,
            mentions=(
                "name",
                "email",
                "contact",
                "lead_reference",
                "next_action",
                "deciding_factor",
                "attributes",
            ),
        ),
        PersonalTable(Activity, of="lead", blank=("note", "next_action", "attributes")),
        PersonalTable(Activity, mentions=("note", "next_action", "attributes")),
        PersonalTable(Waiver, mentions=("note", "answer_note", "reason")),
        PersonalTable(GateDecision, mentions=("failing", "remedies", "reason")),
    ),
)
personal_data_register("deals", HELD)
