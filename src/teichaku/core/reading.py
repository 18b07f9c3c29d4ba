"""Who looks at which records: off until the company has told its people."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from teichaku.core import bulk, clock
from teichaku.core.models import View
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read

reading_followed = SettingDeclaration(
    name="core.reading_followed",
    default=False,
    help=_("Note who looks at which records, to find entries that nobody reads."),
)
COLUMNS = ("object_type", "object_id", "user_id", "day", "at")


def view_record(*, object_type: str, object_id: int, user_id: int, day: date) -> bool:
    """Whether it was noted that the person looked at the record; once a local day is enough."""
    if not setting_read(reading_followed):
        return False
    row = (object_type, object_id, user_id, day, clock.now())
    return bool(bulk.insert_new(View, COLUMNS, [row]))
