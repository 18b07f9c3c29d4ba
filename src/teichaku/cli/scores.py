"""Scores of all leads: stored when they are the present ones, printed and exported always."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.cli.data import COMMAND_LINE
from teichaku.cli.output import Bar, instant_given, iso, number, print_json, write_csv
from teichaku.cli.rulebooks import known_rulebook
from teichaku.cli.tables import table_lines
from teichaku.core import clock
from teichaku.core.errors import InvalidInput
from teichaku.core.instants import micros
from teichaku.engine.evaluate import grades
from teichaku.engine.evaluate import score as evaluate
from teichaku.engine.program import compile_program
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.hashes import rulebook_hash
from teichaku.engine.rulebook.model import Rulebook
from teichaku.leads.selectors import lead_labels
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.scoring.base import Store, store_open
from teichaku.scoring.histories import with_computed
from teichaku.scoring.services import Refresh, scores_refresh

HEADER = ("lead", "behaviour", "fit", "total", "grade")


@dataclass(frozen=True, slots=True)
class _Table:
    """Scores of all leads, by lead id; points in millionths."""

    lead: npt.NDArray[np.int64]
    behaviour: npt.NDArray[np.int64]
    fit: npt.NDArray[np.int64]
    total: npt.NDArray[np.int64]
    grade: npt.NDArray[np.str_]


def score(
    rulebook_file: Path | None, as_of: str | None, csv_file: Path | None, *, as_json: bool
) -> None:
    """The scores as of an instant; under the rulebook in force and as of now they are stored."""
    active = rulebook_in_force()
    rulebook = known_rulebook(rulebook_file) if rulebook_file else active
    if rulebook is None:
        raise InvalidInput(
            _(
                "No rulebook is in force. Give one with --rulebook FILE, or put one in force:"
                " teichaku rulebook activate FILE"
            )
        )
    stored = None
    if as_of is None and rulebook == active:
        stored = _store_scores()
    instant = stored.as_of if stored else _instant(as_of, rulebook)
    table = _table(rulebook, store_open(), instant)
    if csv_file is not None:
        write_csv(csv_file, HEADER, _rows(table))
    if as_json:
        print_json(_document(rulebook, table, instant, stored))
    else:
        _print(rulebook, table, instant, stored)


def _store_scores() -> Refresh:
    with Bar(_("scores"), _("lead")) as bar:
        return scores_refresh(actor=COMMAND_LINE, progress=bar.update_to)


def _instant(as_of: str | None, rulebook: Rulebook) -> datetime:
    return instant_given(as_of, ZoneInfo(rulebook.timezone)) if as_of else clock.now()


def _table(rulebook: Rulebook, store: Store, instant: datetime) -> _Table:
    parts = []
    for columns, keep in store.parts:
        data = with_computed(columns, instant)
        found = evaluate(compile_program(rulebook, data.signatures), data, micros(instant))
        letters = grades(rulebook, found.behaviour, found.fit)
        rows = (data.lead_ids, found.behaviour, found.fit, found.total, letters)
        parts.append([column[keep] for column in rows])
    whole = [np.concatenate(pair) for pair in zip(*parts, strict=True)]
    order = np.argsort(whole[0])
    return _Table(*(column[order] for column in whole))


def _rows(table: _Table) -> list[tuple[str, ...]]:
    labels = lead_labels(table.lead.tolist())
    points = np.stack([table.behaviour, table.fit, table.total], axis=1) / MICRO
    rows = [
        (labels[lead], number(behaviour), number(fit), number(total), grade)
        for lead, (behaviour, fit, total), grade in zip(
            table.lead.tolist(), points.tolist(), table.grade.tolist(), strict=True
        )
    ]
    return sorted(rows)


def _document(
    rulebook: Rulebook, table: _Table, instant: datetime, stored: Refresh | None
) -> dict[str, object]:
    return {
        "rulebook": {"hash": rulebook_hash(rulebook), "title": rulebook.title},
        "as_of": iso(instant, rulebook),
        "leads": len(table.lead),
        "grades": dict(sorted(Counter(table.grade.tolist()).items())),
        "stored": stored is not None,
        "qualified": stored.qualified if stored else None,
        "superseded": stored.superseded if stored else None,
    }


def _print(rulebook: Rulebook, table: _Table, instant: datetime, stored: Refresh | None) -> None:
    leads = len(table.lead)
    text = ngettext(
        "%(title)s: %(n)s lead as of %(at)s", "%(title)s: %(n)s leads as of %(at)s", leads
    )
    at = instant.astimezone(ZoneInfo(rulebook.timezone)).strftime(_("%Y-%m-%d %H:%M"))
    click.echo(text % {"title": rulebook.title, "n": f"{leads:,}", "at": at})
    counts = sorted(Counter(table.grade.tolist()).items())
    if counts:
        rows = [(grade or "-", f"{count:,}") for grade, count in counts]
        click.echo("\n".join(table_lines(rows, numbers=(1,))))
    click.echo(_stored_text(stored))


def _stored_text(stored: Refresh | None) -> str:
    if stored is None:
        return _("not stored: only the scores under the rulebook in force, as of now, are")
    text = _("stored in %(seconds)s s; newly qualified %(qualified)s, superseded %(superseded)s")
    return text % {
        "seconds": f"{stored.seconds:.1f}",
        "qualified": f"{stored.qualified:,}",
        "superseded": f"{stored.superseded:,}",
    }
