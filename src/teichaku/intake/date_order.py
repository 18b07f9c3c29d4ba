"""Which number of a column's short dates is the day: what the column proves, else a question."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput
from teichaku.intake.instants import Order, has_short_date, orders_possible, short_pattern


def order_proven(texts: Iterable[str], *, field: str, file: str) -> Order:
    """The one order in which all short dates of a column are dates.

    Where there are several, or none, nobody guesses: ``InvalidInput`` names the line that decides.
    """
    short = {text for text in texts if has_short_date(text)}
    possible = orders_possible(short)
    if len(possible) == 1:
        return next(iter(possible))
    text = min(short)
    raise InvalidInput(
        _(
            "%(file)s: the dates for %(field)s can be read in several ways, such as %(text)s."
            ' Say in the mapping file which it is: "dates: {%(field)s: %(month)s}" for the month'
            ' first, "dates: {%(field)s: %(day)s}" for the day first.'
        )
        % {
            "file": file,
            "field": field,
            "text": text,
            "month": short_pattern(text, Order.MONTH_DAY_YEAR),
            "day": short_pattern(text, Order.DAY_MONTH_YEAR),
        },
        reason="ambiguous_dates",
        field=field,
    )
