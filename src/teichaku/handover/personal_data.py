"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.handover.models import Assignment, Disqualification, Handover, Reply, Return

HELD = PersonalData(
    label=_("Handovers"),
    kept=_("Who had it when stays, without remarks."),
    tables=(
        PersonalTable(Handover, of="lead", blank=("why",)),
        PersonalTable(Assignment, of="handover__lead", blank=("why",)),
        PersonalTable(Return, of="handover__lead", blank=("note",)),
        PersonalTable(Return, mentions=("note",)),
        PersonalTable(Reply, of="returned__handover__lead", blank=("text",)),
        PersonalTable(Reply, mentions=("text",)),
        PersonalTable(Disqualification, of="handover__lead", blank=("note",)),
        PersonalTable(Disqualification, mentions=("note",)),
    ),
)
personal_data_register("handover", HELD)
