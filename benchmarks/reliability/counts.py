"""What was counted: what there should be, and how far it is off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Count(NamedTuple):
    """A line of the table; ``wrong`` None: told, not judged."""

    name: str
    found: int
    wrong: int | None = None

    @property
    def fine(self) -> bool:
        """Whether nothing is off."""
        return not self.wrong


def table(counts: Sequence[Count]) -> str:
    """The counts as lines."""
    lines = [("", "found", "wrong", "")]
    for count in counts:
        judged = "" if count.wrong is None else f"{count.wrong:,}"
        verdict = "" if count.wrong is None else "ok" if count.fine else "WRONG"
        lines.append((count.name, f"{count.found:,}", judged, verdict))
    widths = [max(len(line[k]) for line in lines) for k in range(4)]
    return "\n".join(
        f"{name:<{widths[0]}}  {found:>{widths[1]}}  {wrong:>{widths[2]}}  {verdict}".rstrip()
        for name, found, wrong, verdict in lines
    )
