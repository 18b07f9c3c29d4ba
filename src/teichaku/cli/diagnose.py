"""Where a company stands, from a folder of its own exports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from django.utils.translation import gettext as _

from teichaku.checklist.claims import claims_read
from teichaku.checklist.confirmed_maps import confirmed_maps_save
from teichaku.checklist.diagnosis import Diagnosis, diagnosis
from teichaku.checklist.diagnosis_day import day_to_judge
from teichaku.checklist.diagnosis_excel import diagnosis_excel
from teichaku.checklist.diagnosis_html import diagnosis_html
from teichaku.checklist.diagnosis_import import Source, folder_files, folder_import
from teichaku.checklist.diagnosis_json import diagnosis_json
from teichaku.checklist.diagnosis_maps import folder_maps_save
from teichaku.checklist.diagnosis_names import names_for
from teichaku.checklist.diagnosis_text import diagnosis_text
from teichaku.cli.data import COMMAND_LINE
from teichaku.cli.output import Bar, print_json, text_of
from teichaku.core import clock
from teichaku.core.errors import InvalidInput
from teichaku.rulebook.selectors import zone_in_force


def diagnose(
    folder: Path,
    *,
    as_json: bool,
    html: Path | None,
    excel: Path | None,
    hide_names: bool,
    claims: Path | None,
    as_of: date | None,
    map_file: Path | None = None,
    maps: Path | None = None,
) -> None:
    """The report of the folder, on stdout and in the files that were asked for."""
    _check_places(html, excel)
    answers = claims_read(claims) if claims else None
    started = clock.now()
    if maps is not None:
        confirmed_maps_save(folder, maps, actor=COMMAND_LINE)
    files = folder_files(folder)
    if map_file is not None:
        folder_maps_save(files, text_of(map_file), actor=COMMAND_LINE)
    sources = _bring_in(files, hide_names=hide_names)
    today = clock.now().astimezone(zone_in_force()).date()
    found = diagnosis(
        as_of=as_of or day_to_judge(today, zone_in_force()),
        names=names_for(hide=hide_names),
        recorded_before=started,
        claims=answers,
    )
    if html is not None:
        html.write_text(diagnosis_html(found, sources), encoding="utf-8")
    if excel is not None:
        diagnosis_excel(found, excel)
    _print(found, sources, as_json=as_json)
    for path in filter(None, (html, excel)):
        click.echo(f"→ {path}", err=True)


def _check_places(*paths: Path | None) -> None:
    """Nothing; a folder that is not there is said before the work and not after it."""
    for path in paths:
        if path is not None and not path.parent.is_dir():
            raise InvalidInput(
                _("There is no folder %(folder)s. Create it, or write the file elsewhere.")
                % {"folder": path.parent}
            )


def _bring_in(paths: Sequence[Path], *, hide_names: bool) -> tuple[Source, ...]:
    """What became of the files, with a bar and the notes on stderr."""
    with Bar(_("import"), _("row")) as bar:
        sources = folder_import(
            paths, actor=COMMAND_LINE, hide_names=hide_names, progress=bar.update_to
        )
    for source in sources:
        click.echo(source.line(), err=True)
        for need in source.needs:
            click.echo(f"  ? {need}", err=True)
    return sources


def _print(found: Diagnosis, sources: Sequence[Source], *, as_json: bool) -> None:
    if as_json:
        print_json(diagnosis_json(found, sources))
        return
    for line in diagnosis_text(found):
        click.echo(line)
