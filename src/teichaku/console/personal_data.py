"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.console.models import SavedView
from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register

HELD = PersonalData(
    label=_("Saved views"),
    kept=_("The view stays without the name in its conditions."),
    tables=(PersonalTable(SavedView, mentions=("name", "query")),),
)
personal_data_register("console", HELD)
