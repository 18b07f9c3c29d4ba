"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.core.retention import Retention, retention_register
from teichaku.forms.models import BlockedAddress, Submission, Suggestion
from teichaku.forms.retention import refused_days

HELD = PersonalData(
    label=_("Forms"),
    kept=_("That a form was handed in stays, and the text shown; nothing that was filled in."),
    tables=(
        PersonalTable(Suggestion, of="lead_id", drop=True),
        PersonalTable(Submission, of="lead_id", blank=("values", "email_key", "page", "visitor")),
        PersonalTable(Submission, mentions=("values", "email_key", "page")),
        PersonalTable(BlockedAddress, mentions=("pattern",), drop_mentions=True),
    ),
)
personal_data_register("forms", HELD)
retention_register(Retention(_("Forms that nobody accepted"), refused_days, least=30))
