"""The forecast as a table (ヨミ表): people by month and stage, beside their targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.deals.forecast import ForecastCell, forecast
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import SalesTarget, Stage
from teichaku.engine.calendar import months_after

MONTHS = 3
PAST, LATER, UNDATED, TOTAL = "past", "later", "undated", "total"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: amounts by column, None where there is nothing to say."""

    label: str
    kind: str  # won, stage, expected, target or gap
    chance: int | None  # percent
    amounts: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class PersonPart:
    """The lines of one person (or of all), with what the amounts leave out."""

    name: str
    uid: str
    lines: Sequence[Line]
    deals: int
    without_amount: int
    without_chance: int
    is_sum: bool = False
    can_have_target: bool = True


@dataclass(frozen=True, slots=True)
class ForecastTable:
    """The table: ``months`` are columns between what is past and what comes later."""

    as_of: date
    months: Sequence[date]
    columns: Sequence[str]
    parts: Sequence[PersonPart]
    overdue: int


@dataclass(slots=True)
class _Sums:
    amounts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    weighted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    targets: dict[str, int] = field(default_factory=dict)
    deals: int = 0
    without_amount: int = 0
    without_chance: int = 0

    def add(self, cell: ForecastCell, column: str) -> None:
        self.deals += cell.deals
        self.without_amount += cell.without_amount
        if cell.weighted is None:
            self.without_chance += cell.deals
        for place in (column, TOTAL):
            self.amounts[cell.stage, place] += cell.amount
            self.weighted[place] += cell.weighted or 0

    def target(self, column: str, amount: int) -> None:
        for place in (column, TOTAL):
            self.targets[place] = self.targets.get(place, 0) + amount


def forecast_table() -> ForecastTable:
    """The table as of today; pending deals are left out."""
    book = gate_book()
    today = book.today()
    months = [months_after(today.replace(day=1), n) for n in range(MONTHS)]
    columns = [PAST, *(f"{month:%Y-%m}" for month in months), LATER, UNDATED, TOTAL]
    found = forecast(today)
    people: dict[int | None, _Sums] = defaultdict(_Sums)
    everybody = _Sums()
    for cell in found.cells:
        column = _column(cell.month, months)
        people[cell.owner].add(cell, column)
        everybody.add(cell, column)
    targets = SalesTarget.objects.filter(month__in=months)
    for owner, month, amount in targets.values_list("owner", "month", "amount"):
        people[owner].target(f"{month:%Y-%m}", amount)
        everybody.target(f"{month:%Y-%m}", amount)
    stages = _stages(people)
    users = User.objects.in_bulk([pk for pk in people if pk is not None])
    ordered = sorted(
        people.items(),
        key=lambda item: (item[0] is None, _reading(users.get(item[0] or 0)), item[0] or 0),
    )
    parts = [_part(users.get(pk or 0), sums, stages, columns) for pk, sums in ordered]
    if len(parts) > 1:
        parts.append(_sum_part(everybody, stages, columns))
    return ForecastTable(today, months, columns, parts, found.overdue)


def _reading(user: User | None) -> str:
    return (user.kana or user.name) if user else ""


def _column(month: date | None, months: Sequence[date]) -> str:
    if month is None:
        return UNDATED
    if month < months[0]:
        return PAST
    return f"{month:%Y-%m}" if month <= months[-1] else LATER


def _stages(people: Mapping[int | None, _Sums]) -> list[tuple[str, str, int | None]]:
    """The stages, won first and then by chance: key, label, percent."""
    chances = {stage.id: stage.probability for stage in gate_book().stages}
    used = {stage for sums in people.values() for stage, _column in sums.amounts}
    rows = list(Stage.objects.filter(key__in=used | chances.keys()))
    open_ones = [stage for stage in rows if stage.kind == Stage.Kind.OPEN]
    open_ones.sort(key=lambda stage: (-(chances.get(stage.key) or 0), -stage.position))
    found: list[tuple[str, str, int | None]] = [("won", _("Won"), 100)]
    for stage in open_ones:
        chance = chances.get(stage.key)
        found.append((stage.key, stage.label, None if chance is None else round(chance * 100)))
    return found


def _part(
    user: User | None,
    sums: _Sums,
    stages: Sequence[tuple[str, str, int | None]],
    columns: Sequence[str],
) -> PersonPart:
    return PersonPart(
        name=user.name if user else _("Nobody"),
        uid=str(user.uid) if user else "",
        lines=_lines(sums, stages, columns),
        deals=sums.deals,
        without_amount=sums.without_amount,
        without_chance=sums.without_chance,
        can_have_target=user is not None,
    )


def _sum_part(
    sums: _Sums, stages: Sequence[tuple[str, str, int | None]], columns: Sequence[str]
) -> PersonPart:
    return PersonPart(
        _("All"), "", _lines(sums, stages, columns), sums.deals, sums.without_amount,
        sums.without_chance, is_sum=True, can_have_target=False,
    )  # fmt: skip


def _lines(
    sums: _Sums, stages: Sequence[tuple[str, str, int | None]], columns: Sequence[str]
) -> list[Line]:
    lines = [
        Line(
            label,
            "won" if key == "won" else "stage",
            chance,
            [sums.amounts.get((key, column)) for column in columns],
        )
        for key, label, chance in stages
    ]
    expected = [sums.weighted.get(column, 0) for column in columns]
    lines.append(Line(_("Expected total"), "expected", None, expected))
    if sums.targets:
        targets = [sums.targets.get(column) for column in columns]
        dated = [f for f in columns if f in sums.targets and f != TOTAL]
        gaps: list[int | None] = [
            sums.weighted.get(column, 0) - sums.targets[column] if column in dated else None
            for column in columns
        ]
        # Only months with a target are held against it.
        gaps[-1] = sum(gap for gap in gaps[:-1] if gap is not None)
        lines.append(Line(_("Target"), "target", None, targets))
        lines.append(Line(_("Expected − target"), "gap", None, gaps))
    return lines


def column_label(column: str) -> str:
    """The head of the column."""
    named = {
        PAST: _("Earlier months"),
        LATER: _("Later months"),
        UNDATED: _("No date"),
        TOTAL: _("Total"),
    }
    return named.get(column) or column.replace("-", "/")


def forecast_xlsx(table: ForecastTable) -> bytes:
    """The table as an Excel file, ready for A3."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet(_("Forecast table"))
        head = book.add_format({"bold": True, "bottom": 1})
        money = book.add_format({"num_format": "#,##0"})
        strong = book.add_format({"num_format": "#,##0", "bold": True, "top": 1})
        heads = [_("Owner"), _("Stage"), _("Chance"), *map(column_label, table.columns)]
        for place, text in enumerate(heads):
            sheet.write_string(0, place, text, head)
        row = 1
        for part in table.parts:
            for line in part.lines:
                style = money if line.kind in ("won", "stage") else strong
                sheet.write_string(row, 0, part.name)
                sheet.write_string(row, 1, line.label)
                if line.chance is not None:
                    sheet.write_number(row, 2, line.chance)
                for place, amount in enumerate(line.amounts, start=3):
                    if amount is not None:
                        sheet.write_number(row, place, amount, style)
                row += 1
        sheet.set_column(0, 1, 18)
        sheet.set_column(3, len(heads) - 1, 14)
        sheet.freeze_panes(1, 3)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return file.getvalue()
