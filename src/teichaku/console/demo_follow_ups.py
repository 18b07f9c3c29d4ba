"""Missing entries of the made-up company were followed up, and the manager has asked about some."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.console.simulation_time import ZONE
from teichaku.core import clock
from teichaku.engine.calendar import BusinessCalendar
from teichaku.inputs.inquiries import WAITING, inquiry_answer
from teichaku.inputs.ladder import ladder_climb
from teichaku.inputs.models import Inquiry

# The ladder makes up for no step that is older, so looking back further would show nothing more.
LOOKED_BACK_DAYS: Final = 14
LOOKED_AT: Final = (time(10, 30), time(16, 30))
PROMISED_BD: Final = 3
ANSWERS: Final = (
    ("workload", "展示会の準備と重なっています。"),
    ("not_known_yet", "先方の予算の確認を待っています。"),
)


def follow_ups_make(*, now: datetime, manager: User, calendar: BusinessCalendar) -> None:
    """Nothing; the steps of the last weeks were taken, and some questions have their answer."""
    today = now.astimezone(ZONE).date()
    for days in range(LOOKED_BACK_DAYS, -1, -1):
        for at in LOOKED_AT:
            instant = datetime.combine(today - timedelta(days=days), at, ZONE)
            if instant < now:
                with clock.moved_to(instant):
                    ladder_climb()
    asked = Inquiry.objects.filter(WAITING).exclude(person=manager).order_by("opened_at", "pk")
    for inquiry, (cause, words) in zip(asked, ANSWERS, strict=False):
        answered = calendar.add_bh(inquiry.opened_at, 2)
        if answered < now:
            promised = calendar.add_bd(answered, PROMISED_BD).astimezone(ZONE).date()
            with clock.moved_to(answered):
                inquiry_answer(
                    inquiry=inquiry, cause=cause, words=words, promised_on=promised,
                    actor=actor_of(manager),
                )  # fmt: skip
