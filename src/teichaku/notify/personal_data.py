"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.notify.letter_erasure import letters_stop
from teichaku.notify.models import Letter, Notification, Task

HELD = PersonalData(
    label=_("Messages"),
    kept=_("That a letter was sent stays, without address and text."),
    tables=(
        PersonalTable(Task, mentions=("params",)),
        PersonalTable(Notification, mentions=("params", "body")),
        PersonalTable(Letter, of="lead_id", blank=("address", "subject", "body", "link")),
        PersonalTable(Letter, mentions=("address", "subject", "body", "link", "key")),
    ),
    finish=letters_stop,
)
personal_data_register("notify", HELD)
