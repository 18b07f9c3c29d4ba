"""The controls of an entry card: chips where there is a choice, and what is likely beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from teichaku.console.entry_records import DAYS, Record
from teichaku.core import clock
from teichaku.core.registry import Text
from teichaku.deals.activities import KINDS
from teichaku.deals.deal_fields import people_choices
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Activity, Deal
from teichaku.deals.outcome_chips import OUTCOMES
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.obligations import Asked

ENTRIES_LOOKED_AT, MOST_SUGGESTED, MOST_DAYS = 10, 4, 4
FEW_DAYS = 3
FIELD, AGAIN, SEEN = "f.", "again.", "seen."


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value that is likely; it is saved when somebody takes it, never before."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class EntryField:
    """One field of the card as it is shown.

    ``text`` and ``again`` are what is stored or was typed; ``seen`` is what was stored when the
    card was shown. ``saved_at`` and ``was`` stand there after saving, for the way back.
    """

    name: str
    label: str
    kind: str  # choice, day, amount, text, or elsewhere: the record's own steps change it
    choices: Sequence[tuple[str, Text]] = ()
    means: str = ""
    example: str = ""
    may_be_unknown: bool = False
    is_shown: bool = True  # not, where the answer is right already
    text: str = ""
    again: str = ""
    seen: str = ""
    suggestions: Sequence[Suggestion] = ()
    days: Sequence[Suggestion] = ()
    error: str = ""
    saved_at: datetime | None = None
    was: str = ""

    @property
    def control(self) -> str:
        """The id of its control."""
        return f"entry-{self.name}"


class Suggestions:
    """What is likely for the record: actions of its last entries, and days of business."""

    def __init__(self, record: Record, calendar: BusinessCalendar, today: date) -> None:
        self._record, self._calendar, self._today = record, calendar, today

    def of(self, name: str, kind: str, earliest: date) -> list[Suggestion]:
        """The suggestions for one field."""
        if name == "next_action":
            return self._actions()
        return self.days(earliest) if kind == "day" else []

    def days(self, earliest: date) -> list[Suggestion]:
        """Working days soon, not before the earliest that counts."""
        found: dict[date, str] = {}
        for day, label in self._near_days():
            if day >= earliest:
                found.setdefault(day, f"{label} {day_text(day)}".strip())
        return [Suggestion(day.isoformat(), label) for day, label in found.items()][:MOST_DAYS]

    def _near_days(self) -> Iterator[tuple[date, str]]:
        today, one = self._today, timedelta(days=1)
        if self._calendar.is_working_day(today + one):
            yield today + one, _("Tomorrow")
        else:
            yield self._working(today + one), _("Next business day")
        yield self._after(FEW_DAYS), _("In 3 business days")
        yield self._working(today + (7 - today.weekday()) * one), _("Next week")
        yield self._working(today + 7 * one), _("In a week")
        yield self._working(today + 14 * one), _("In two weeks")

    def _working(self, day: date) -> date:
        """The day, or the next working one."""
        zone = self._calendar.zone
        begin = datetime.combine(day, time(0), zone)
        return self._calendar.next_opening(begin).astimezone(zone).date()

    def _after(self, count: int) -> date:
        day = self._today
        for _each in range(count):
            day = self._working(day + timedelta(days=1))
        return day

    def _actions(self) -> list[Suggestion]:
        texts = [*self._earlier(), *map(str, KINDS.values())]
        return [Suggestion(text, text) for text in dict.fromkeys(texts)][:MOST_SUGGESTED]

    def _earlier(self) -> list[str]:
        """What was planned for the deal lately, the latest first."""
        deal: Deal | None = self._record.deal
        if deal is None:
            return []
        rows = Activity.objects.filter(deal=deal).exclude(next_action="").order_by("-at", "-pk")
        latest = rows.values_list("next_action", flat=True)[:ENTRIES_LOOKED_AT]
        texts = [*([deal.next_action] if deal.next_action else []), *latest]
        return list(dict.fromkeys(texts))[: MOST_SUGGESTED - 1]


def entry_field(
    name: str, asked: Sequence[Asked], record: Record, suggestions: Suggestions
) -> EntryField:
    """The control of one field as everything that asks for it wants it."""
    rules = [one.field for one in asked]
    kind = _kind(name, asked, record)
    told = next((rule for rule in rules if rule.means), rules[0])
    text, again = record.text(name), record.ask_again(name)
    earliest = max(one.today for one in asked)
    unknown = record.knows_unknown and all(one.unknown_allowed for one in asked)
    past = any(rule.is_ == "past" for rule in rules)
    return EntryField(
        name=name,
        label=record.label(name),
        kind=kind,
        choices=_choices(name, asked, kind),
        means=told.means or "",
        example=told.example or "",
        may_be_unknown=unknown and kind != "elsewhere",
        is_shown=any(one.defect for one in asked),
        text=text,
        again=again,
        seen=text or again,
        suggestions=[] if past else suggestions.of(name, kind, earliest),
        days=suggestions.days(earliest) if unknown else [],
    )


def _kind(name: str, asked: Sequence[Asked], record: Record) -> str:
    if not record.can_be_entered(name):
        return "elsewhere"
    if any(one.field.choices for one in asked) or name == "owner" or _agreed(name):
        return "choice"
    if name in DAYS or any(one.field.is_ in {"future", "past"} for one in asked):
        return "day"
    return "amount" if name == "amount" else "text"


def _choices(name: str, asked: Sequence[Asked], kind: str) -> Sequence[tuple[str, Text]]:
    """What every rule that names choices allows."""
    if kind != "choice":
        return ()
    if name == "owner":
        return people_choices()
    named = [list(map(str, one.field.choices)) for one in asked if one.field.choices]
    first = named[0] if named else _agreed(name)
    common = [value for value in first if all(value in others for others in named)]
    return [(value, OUTCOMES.get(value, value)) for value in common]


def _agreed(name: str) -> Sequence[str]:
    """What the rulebook says that the field of a deal may be."""
    if name not in ("kind", "lost_reason"):
        return ()
    book = gate_book()
    return book.kinds if name == "kind" else book.lost_reasons


def day_text(day: date | datetime) -> str:
    """The day as people write it in a line, with its weekday; another year's with the year."""
    this_year = day.year == clock.now().year
    return formats.date_format(day, _("n/j (D)") if this_year else _("Y/n/j (D)"))
