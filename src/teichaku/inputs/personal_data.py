"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.inputs.models import Inquiry, Obligation, RuleDefect, Snooze

HELD = PersonalData(
    label=_("Input tasks"),
    kept=_("Rates stay; remarks that name the person lose the name."),
    tables=(
        PersonalTable(Obligation, mentions=("waive_reason",)),
        PersonalTable(Snooze, mentions=("reason",)),
        PersonalTable(Inquiry, mentions=("words",)),
        PersonalTable(RuleDefect, mentions=("reason",)),
    ),
)
personal_data_register("inputs", HELD)
