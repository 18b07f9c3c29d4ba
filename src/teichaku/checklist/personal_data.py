"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.checklist.models import FindingEntry
from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register

HELD = PersonalData(
    label=_("Diagnosis"),
    kept=_("Findings stay; the name is taken out of their evidence."),
    tables=(PersonalTable(FindingEntry, mentions=("evidence",)),),
)
personal_data_register("checklist", HELD)
