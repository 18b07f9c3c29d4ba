"""The input rules with what they cost and give: to be doubted before any person is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teichaku.core import clock
from teichaku.core.registry import Text
from teichaku.engine.input_rates import Blame, InputRate, Spread, is_unread
from teichaku.engine.ladder import DEFECT_SPAN
from teichaku.engine.rulebook.model import InputRule
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import RuleDefect
from teichaku.inputs.rate_table import NOTHING, ROLLING, first_week
from teichaku.inputs.selectors import (
    Burden,
    ReadRate,
    burdens,
    people_spread,
    rates,
    read_rates,
    rules_blamed,
)

SPREAD: tuple[Text, ...] = (
    _("Lowest"), _("A quarter below"), _("Middle"), _("A quarter above"), _("Highest"),
)  # fmt: skip
SALES_OBJECTS = frozenset({"deal", "activity", "handover"})


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule over the last four weeks."""

    id: str
    label: str
    counts: InputRate
    burden: Burden | None
    read: ReadRate | None
    blame: Blame | None
    ticket: RuleDefect | None = None  # to look at it: one that waits, or was decided lately

    @property
    def is_unread(self) -> bool:
        """Whether hardly anybody looks at what is entered."""
        return self.read is not None and is_unread(*self.read)

    @property
    def percent(self) -> int | None:
        """The share that came in time, where there is enough to speak of one."""
        share = self.counts.percentage
        return None if share is None else round(share * 100)

    @property
    def seconds(self) -> int | None:
        """How long an entry takes, in whole seconds."""
        return round(self.burden.seconds) if self.burden else None

    @property
    def read_percent(self) -> int | None:
        """The share that is read, where there is enough to speak of one."""
        found = self.read
        if found is None or InputRate(found.entries, 0, 0).percentage is None:
            return None
        return round(100 * found.read / found.entries)


@dataclass(frozen=True, slots=True)
class RulePage:
    """All rules, how far people lie apart, and whether reading is followed."""

    lines: Sequence[RuleLine]
    spread: Spread | None
    reading: bool
    unwatched: Sequence[str]

    @property
    def spread_shares(self) -> list[tuple[Text, int]]:
        """The spread in percent, from the lowest to the highest."""
        shares = self.spread[1:] if self.spread else ()
        return [(name, round(share * 100)) for name, share in zip(SPREAD, shares, strict=False)]

    @property
    def blamed(self) -> list[RuleLine]:
        """The rules that most people miss, the most missed first."""
        return sorted(
            (line for line in self.lines if line.blame),
            key=lambda line: -(line.blame.missing / line.blame.people if line.blame else 0),
        )


def rules_missed() -> list[tuple[Blame, str]]:
    """The rules that most people missed in the last four weeks, with their names."""
    book, now = input_book(), clock.now()
    start = book.staff.midnight(first_week(book, ROLLING))
    return [
        (b, book.labels[b.rule_id]) for b in rules_blamed(start, now) if b.rule_id in book.labels
    ]


def rule_page() -> RulePage:
    """The rules of the rulebook in force; names of people play no part in it."""
    book, now = input_book(), clock.now()
    start = book.staff.midnight(first_week(book, ROLLING))
    counts = {str(group.key): group.counts for group in rates(start, now, "rule")}
    cost, read = burdens(start, now), read_rates(start, now)
    blamed = {blame.rule_id: blame for blame in rules_blamed(start, now)}
    tickets = _tickets(book.labels, now - DEFECT_SPAN)
    lines = [
        RuleLine(
            id=rule,
            label=label,
            counts=counts.get(rule, NOTHING),
            burden=cost.get(rule),
            read=(read or {}).get(rule),
            blame=blamed.get(rule),
            ticket=tickets.get(rule),
        )
        for rule, label in book.labels.items()
        if rule not in book.unwatched
    ]
    unwatched = [book.labels[rule] for rule in book.unwatched]
    return RulePage(lines, people_spread(start, now), read is not None, unwatched)


def _tickets(rules: Iterable[str], since: datetime) -> dict[str, RuleDefect]:
    """The ticket of each rule that waits, or was decided since then."""
    recent = Q(decided_at=None) | Q(decided_at__gt=since)
    rows = RuleDefect.objects.filter(recent, rule_id__in=list(rules)).order_by("pk")
    return {row.rule_id: row for row in rows}


def role_answering(rule: InputRule) -> str:
    """The role that answers for the rule: sales for what sales records, else marketing."""
    return "sales_manager" if rule.what.object in SALES_OBJECTS else "marketing_manager"


def rules_asked(book: InputBook) -> Mapping[str, InputRule]:
    """The rules that are asked at present, by id."""
    last = ((rule.id, rule.editions[-1].rule) for rule in book.rules)
    return {name: rule for name, rule in last if rule is not None}
