"""Stock-taking: what was missing before a rule came into force, a few a day, nobody's fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from teichaku.accounts.models import User
from teichaku.inputs.book import input_book
from teichaku.inputs.rate_rows import Subject, subjects_of
from teichaku.inputs.selectors import stock_of_the_day


@dataclass(frozen=True, slots=True)
class StockLine:
    """One record of today's portion, and the rules whose answers it lacks."""

    subject: Subject
    rules: Sequence[str]


@dataclass(frozen=True, slots=True)
class StockPage:
    """Today's portion; how much of it is done, and how much is for other days."""

    lines: Sequence[StockLine]
    done: int
    later: int


def stock_page(user: User) -> StockPage:
    """The person's stock-taking of today."""
    stock, labels = stock_of_the_day(user.pk), input_book().labels
    subjects = subjects_of({(i.subject_kind, i.subject_id) for i in stock.items}, user)
    lines = [
        StockLine(
            subjects.get((item.subject_kind, item.subject_id), Subject("–")),
            [labels.get(rule, rule) for rule in item.rules],
        )
        for item in stock.items
    ]
    return StockPage(lines, stock.done, stock.later)
