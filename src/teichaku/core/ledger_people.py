"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teichaku.core.models import AuditValue, Change
from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register

HELD = PersonalData(
    label=_("History and audit"),
    kept=_("Who did what when stays, without the values."),
    tables=(
        PersonalTable(
            Change, of="object_id", blank=("old", "new"), where=Q(object_type="leads.lead")
        ),
        PersonalTable(Change, mentions=("old", "new")),
        PersonalTable(
            AuditValue, of="entry__object_id", drop=True, where=Q(entry__object_type="leads.lead")
        ),
        PersonalTable(AuditValue, mentions=("document",), drop_mentions=True),
    ),
)
personal_data_register("ledgers", HELD)
