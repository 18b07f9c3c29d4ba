"""Several rows per record: rows that go on take the record's own cells from the row above."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from teichaku.intake.reader import BadRecord, Records


@dataclass(slots=True)
class Continuation:
    """One pass through a file in which a mark says where a record begins."""

    mark: int
    carried: Collection[int]
    _head: list[str] | None = field(default=None, init=False)
    _head_line: int = field(default=0, init=False)

    def whole(self, records: Records) -> Records:
        """The same rows, those that go on filled up. Where the beginning is unusable, so are they.

        The state goes from one run of rows to the next; runs come in file order.
        """
        bad_lines = sorted(bad.line for bad in records.bad)
        kept = Records([], [], list(records.bad))
        for line, cells in zip(records.lines, records.cells, strict=True):
            if cells[self.mark].strip():
                self._head, self._head_line = cells, line
                whole = cells
            elif self._head is None or _any_between(bad_lines, self._head_line, line):
                # A bad row in between may have been the beginning of another record.
                self._head = None
                kept.bad.append(BadRecord(line, "no_beginning", _no_beginning(), cells))
                continue
            else:
                whole = self._filled_up(cells, self._head)
            kept.lines.append(line)
            kept.cells.append(whole)
        if bad_lines and bad_lines[-1] > self._head_line:
            self._head = None
        return kept

    def _filled_up(self, cells: list[str], head: list[str]) -> list[str]:
        filled = list(cells)
        for place in self.carried:
            filled[place] = cells[place] or head[place]
        return filled


def _any_between(lines: list[int], after: int, before: int) -> bool:
    return any(after < line < before for line in lines)


def _no_beginning() -> str:
    return _(
        "The row goes on with a record whose first row cannot be used; correct that one first."
    )
