"""The forecast (ヨミ): open deals by person, month and stage, weighted by the stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, Func, QuerySet, Sum, TextField
from django.db.models.sql.compiler import SQLCompiler

from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Deal, Stage
from teichaku.engine.calendar import months_after


@dataclass(frozen=True, slots=True)
class ForecastCell:
    """The deals of one person that close in one month and stand in one stage.

    ``owner`` None: nobody's; ``month`` None: without a date. ``weighted`` is None where the stage
    has no probability; of won deals it is their amount.
    """

    owner: int | None
    month: date | None
    stage: str
    deals: int
    without_amount: int
    amount: int
    weighted: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Won deals from the first of the months on, and every open deal; pending ones left out."""

    as_of: date
    cells: tuple[ForecastCell, ...]
    overdue: int  # open deals whose expected date has passed


def forecast(as_of: date, *, months_back: int = 0, owner: int | None = None) -> Forecast:
    """The forecast of the pipeline as it is now; ``as_of`` says which dates have passed.

    Won deals are those closed from the month of ``as_of`` on, or so many months earlier. With
    ``owner`` it is that person's alone.
    """
    since = months_after(as_of.replace(day=1), -months_back)
    deals = Deal.objects.filter(is_pending=False)
    if owner is not None:
        deals = deals.filter(owner=owner)
    open_ones = deals.filter(stage__kind=Stage.Kind.OPEN)
    won = deals.filter(stage__kind=Stage.Kind.WON, closed_on__gte=since)
    chances: dict[str, float | None] = {s.id: s.probability for s in gate_book().stages}
    cells = [*_cells(open_ones, "close_on", chances), *_cells(won, "closed_on", {"won": 1.0})]
    return Forecast(as_of, tuple(cells), open_ones.filter(close_on__lt=as_of).count())


def _cells(
    deals: QuerySet[Deal], day: str, chances: dict[str, float | None]
) -> Iterator[ForecastCell]:
    rows = (
        deals.annotate(month=_Month(day))
        .values("owner", "month", "stage__key")
        .annotate(deals=Count("pk"), with_amount=Count("amount"), total=Sum("amount"))
        .order_by("owner", "month", "stage__position")
    )
    for row in rows:
        amount, chance = int(row["total"] or 0), chances.get(row["stage__key"])
        yield ForecastCell(
            owner=row["owner"],
            month=date.fromisoformat(f"{row['month']}-01") if row["month"] else None,
            stage=row["stage__key"],
            deals=row["deals"],
            without_amount=row["deals"] - row["with_amount"],
            amount=amount,
            weighted=None if chance is None else _share(amount, chance),
        )


class _Month(Func):
    """The month of a date as text, by the database itself; Django's own calls Python for each row
    on SQLite.
    """

    function = "TO_CHAR"
    template = "%(function)s(%(expressions)s, 'YYYY-MM')"
    output_field = TextField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Dates are stored as text there."""
        return self.as_sql(compiler, connection, template="SUBSTR(%(expressions)s, 1, 7)")


def _share(amount: int, chance: float) -> int:
    """So much of the amount in whole yen, exact in the decimals that people wrote."""
    return int((amount * Decimal(str(chance))).quantize(Decimal(1), ROUND_HALF_EVEN))
