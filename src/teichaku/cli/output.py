"""What commands print: one JSON object to stdout, or lines; progress to stderr."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from tqdm import tqdm

from teichaku.cli.words import said as _
from teichaku.core.errors import InvalidInput
from teichaku.engine.rulebook.model import Rulebook

Span = tuple[datetime | None, datetime | None]


def print_json(document: object) -> None:
    """One object, readable, nothing else."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


class Bar:
    """A progress bar with a rate on stderr; silent where stderr is no terminal."""

    def __init__(self, label: str, unit: str) -> None:
        self._bar = tqdm(desc=label, unit=unit, unit_scale=True, disable=None)

    def __enter__(self) -> Bar:
        """The bar."""
        return self

    def __exit__(self, *error: object) -> None:
        """Takes leave of the line."""
        self._bar.close()

    def update_to(self, done: int, whole: int | None = None) -> None:
        """Nothing; so many are done, of so many where that is known."""
        self._bar.total = whole
        self._bar.update(done - self._bar.n)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A UTF-8 CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def text_of(path: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(
            _("%(file)s is not UTF-8 text; save it as UTF-8.") % {"file": path}
        ) from None


def instant_given(text: str, zone: ZoneInfo) -> datetime:
    """The instant of an ISO 8601 text: naive ones in the zone, a date alone is its midnight."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            _("“%(text)s” is not an instant; write one such as 2026-11-22T09:00+09:00.")
            % {"text": text},
            param_hint="--as-of",
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def span_given(start: str | None, end: str | None, rulebook: Rulebook) -> Span:
    """Midnight at the start of each day in the rulebook's zone; None for None."""
    zone = ZoneInfo(rulebook.timezone)
    span = _midnight("--from", start, zone), _midnight("--to", end, zone)
    if span[0] and span[1] and span[0] >= span[1]:
        raise click.UsageError(
            _("--to %(end)s must be later than --from %(start)s.") % {"end": end, "start": start}
        )
    return span


def _midnight(option: str, text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    day = day_given(option, text)
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def day_given(option: str, text: str) -> date:
    """The day of an option, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            _("“%(text)s” is not a day; write one such as 2026-11-22.") % {"text": text},
            param_hint=option,
        ) from None


def iso(instant: datetime | None, rulebook: Rulebook) -> str | None:
    """ISO 8601 with the offset of the rulebook's zone."""
    return instant.astimezone(ZoneInfo(rulebook.timezone)).isoformat() if instant else None


def number(value: float) -> str:
    """A score as people write it: at most six decimals, none that are zero."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def signed(value: float, lang: str) -> str:
    """A change of points with its sign, as texts of the language write it."""
    plus, minus = "＋－" if lang == "ja" else "+-"
    return f"{minus if value < 0 else plus}{number(abs(value))}"
