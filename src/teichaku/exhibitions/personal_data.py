"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.exhibitions.models import Visitor

HELD = PersonalData(
    label=_("Exhibitions"),
    kept=_("That somebody came stays, without remarks."),
    tables=(
        PersonalTable(Visitor, of="lead", blank=("note",)),
        PersonalTable(Visitor, mentions=("note",)),
    ),
)
personal_data_register("exhibitions", HELD)
