"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.meetings.models import AgendaItem, Decision, Meeting, Minutes

HELD = PersonalData(
    label=_("Meetings"),
    kept=_("Minutes and decisions stay; the name is taken out of them."),
    tables=(
        PersonalTable(AgendaItem, mentions=("subject", "rows", "note")),
        PersonalTable(Decision, mentions=("text", "result")),
        PersonalTable(Meeting, mentions=("reason",)),
        PersonalTable(Minutes, mentions=("text",)),
    ),
)
personal_data_register("meetings", HELD)
