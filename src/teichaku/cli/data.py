"""Tables, files in, and made-up companies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from teichaku.cli.options import tables_require
from teichaku.cli.output import Bar, print_json, text_of
from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput
from teichaku.core.settings import setting_read
from teichaku.intake.bases import basis_check
from teichaku.intake.choosing import Choice, map_choose, sheet_option
from teichaku.intake.field_words import KIND_WORDS
from teichaku.intake.limits import max_file_mb
from teichaku.intake.mapping import FileMap, mapping_for
from teichaku.intake.services import ImportReport, import_file
from teichaku.intake.tables import Table, table_open

NO_GROUND: Mapping[str, str] = {}
COMMAND_LINE = Actor(kind="import", name="command line")
SHOWN = {
    "read": gettext_lazy("read %(n)s"),
    "created": gettext_lazy("created %(n)s"),
    "updated": gettext_lazy("updated %(n)s"),
    "unchanged": gettext_lazy("unchanged %(n)s"),
    "duplicates": gettext_lazy("duplicates %(n)s"),
    "rejected": gettext_lazy("rejected %(n)s"),
    "unlinked": gettext_lazy("unlinked %(n)s"),
    "merged": gettext_lazy("merged %(n)s"),
    "owners_created": gettext_lazy("owners created %(n)s"),
    "leads_created": gettext_lazy("leads created %(n)s"),
    "companies_created": gettext_lazy("companies created %(n)s"),
}


def migrate() -> None:
    """The tables, created or brought up to date."""
    from django.core.management import call_command

    from teichaku.consent.erasures import erasures_replay

    call_command("migrate", verbosity=1, interactive=False)
    # The database may be a restored copy that remembers whom it should not.
    if again := erasures_replay():
        text = ngettext("Erased %(n)s person again.", "Erased %(n)s people again.", again)
        click.echo(text % {"n": again})


def import_(
    entity: str,
    file: Path,
    map_file: Path | None,
    sheet: str | None,
    ground: Mapping[str, str],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """The file, brought in; ``ground`` is why mail may be sent to its addresses."""
    report = file_in(entity, file, map_file, sheet=sheet, ground=ground, dry_run=dry_run)
    if as_json:
        print_json(report.as_json())
    else:
        _print_report(report)
    if report.read and report.rejected == report.read:
        raise SystemExit(1)


def file_in(
    entity: str,
    file: Path,
    map_file: Path | None = None,
    *,
    sheet: str | None = None,
    ground: Mapping[str, str] = NO_GROUND,
    dry_run: bool = False,
) -> ImportReport:
    """The report of an import with a bar on stderr."""
    from teichaku.rulebook.selectors import zone_in_force

    given = mapping_for(text_of(map_file), entity) if map_file else None
    table = _table_open(file, sheet)
    file_map = _with_ground(given or _map_chosen(entity, table), ground)
    with Bar(str(KIND_WORDS[entity]), _("row")) as bar:
        return import_file(
            entity=entity,
            path=file,
            actor=COMMAND_LINE,
            file_map=file_map,
            table=table,
            dry_run=dry_run,
            zone=zone_in_force(),
            progress=bar.update_to,
        )


def _with_ground(file_map: FileMap, ground: Mapping[str, str]) -> FileMap:
    """The map, which also says why mail may be sent to the addresses of the file."""
    if not ground:
        return file_map
    if not file_map.kind.asked:
        raise InvalidInput(
            _("A ground for mail can be given for leads only; leave --basis out."),
            entity=file_map.entity,
        )
    columns = {name: some for name, some in file_map.columns.items() if name not in ground}
    constants = {**file_map.constants, **ground}
    said = file_map.model_copy(update={"columns": columns, "constants": constants})
    basis_check(said)
    return said


def _table_open(file: Path, sheet: str | None) -> Table:
    table = table_open(file, sheet=sheet, max_mb=setting_read(max_file_mb))
    if sheet is not None and table.shape.sheet is None:
        raise InvalidInput(
            _("%(file)s is no Excel file and has no sheets; leave --sheet out.")
            % {"file": file.name}
        )
    return table


def _map_chosen(entity: str, table: Table) -> FileMap:
    """The map that suits the file; stderr tells of a guess."""
    choice = map_choose(entity=entity, table=table)
    if choice.guess is not None:
        _tell_guess(choice, table)
    return choice.file_map


def _tell_guess(choice: Choice, table: Table) -> None:
    assert choice.guess is not None
    command = " ".join(filter(None, ("teichaku guess", str(table.path), sheet_option(table))))
    text = _("%(file)s: read by a guess (confidence %(confidence)s); its reasons: %(command)s")
    said = {"file": table.path.name, "confidence": f"{choice.guess.confidence:.2f}"}
    click.echo(text % {**said, "command": command}, err=True)
    for need in choice.guess.needs:
        click.echo(f"  ? {need.text}", err=True)


def _print_report(report: ImportReport) -> None:
    counts = [(words, getattr(report, name)) for name, words in SHOWN.items()]
    parts = [str(words) % {"n": f"{count:,}"} for words, count in counts if count]
    if report.dry_run:
        text = _("%(file)s: would import %(kind)s: %(counts)s")
    else:
        text = _("%(file)s: imported %(kind)s: %(counts)s")
    kind, counted = str(KIND_WORDS[report.entity]), _(", ").join(parts) or _("nothing")
    click.echo(text % {"file": report.file, "kind": kind, "counts": counted})
    rate = {"seconds": f"{report.seconds:.1f}", "rate": f"{report.rows_per_second:,.0f}"}
    click.echo("  " + _("%(seconds)s s, %(rate)s rows/s") % rate)
    for note in report.notes:
        click.echo(f"  {note}")
    for row in report.rejected_rows:
        said = {"line": f"{row.line:,}", "why": row.message}
        click.echo("  " + _("line %(line)s: %(why)s") % said)
    if more := report.rejected - len(report.rejected_rows):
        text = ngettext("… and %(n)s more rejected row", "… and %(n)s more rejected rows", more)
        click.echo("  " + text % {"n": f"{more:,}"})


def simulate(leads: int, events: int, seed: int, out: Path | None, *, as_json: bool) -> None:
    """A made-up company as files, or brought in through the same import as any other."""
    from teichaku.console.simulation import company_write
    from teichaku.console.simulation import simulate as make

    if out is None:
        tables_require()
    company = make(leads, events, seed)
    if out is not None:
        files = company_write(company, out)
        written = {entity: str(path) for entity, path in files.items()}
        if as_json:
            print_json({"seed": seed, "files": written})
        else:
            click.echo("\n".join(written.values()))
        return
    with TemporaryDirectory() as folder:
        files = company_write(company, Path(folder))
        reports = [file_in(entity, path) for entity, path in files.items()]
    if as_json:
        print_json({"seed": seed, "imports": [report.as_json() for report in reports]})
        return
    for report in reports:
        _print_report(report)
