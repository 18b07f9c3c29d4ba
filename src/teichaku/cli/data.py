"""Tables, files in, and made-up companies."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from teichaku.cli.options import tables_require
from teichaku.cli.output import Bar, print_json, text_of
from teichaku.core.actors import Actor
from teichaku.intake.services import ImportReport, import_file

COMMAND_LINE = Actor(kind="import", name="command line")
SHOWN = (
    "read", "created", "updated", "unchanged", "duplicates", "rejected", "unlinked", "merged",
    "owners_created", "leads_created", "companies_created",
)  # fmt: skip


def migrate() -> None:
    """The tables, created or brought up to date."""
    from django.core.management import call_command

    call_command("migrate", verbosity=1, interactive=False)


def import_(
    entity: str, file: Path, map_file: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """The file, brought in."""
    report = file_in(entity, file, map_file, dry_run=dry_run)
    if as_json:
        print_json(report.as_json())
    else:
        _print_report(report)
    if report.read and report.rejected == report.read:
        raise SystemExit(1)


def file_in(
    entity: str, file: Path, map_file: Path | None = None, *, dry_run: bool = False
) -> ImportReport:
    """The report of an import with a bar on stderr."""
    from teichaku.intake.mapping import mapping_for
    from teichaku.rulebook.selectors import zone_in_force

    text = text_of(map_file) if map_file else None
    with Bar(entity, "row") as bar:
        return import_file(
            entity=entity,
            path=file,
            actor=COMMAND_LINE,
            file_map=mapping_for(text, entity) if text is not None else None,
            dry_run=dry_run,
            zone=zone_in_force(),
            progress=bar.update_to,
        )


def _print_report(report: ImportReport) -> None:
    counts = [(name, getattr(report, name)) for name in SHOWN]
    said = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts if count)
    kind = "would import" if report.dry_run else "imported"
    click.echo(f"{report.file}: {kind} {report.entity}: {said or 'nothing'}")
    click.echo(f"  {report.seconds:.1f} s, {report.rows_per_second:,.0f} rows/s")
    for note in report.notes:
        click.echo(f"  {note}")
    for row in report.rejected_rows:
        click.echo(f"  line {row.line}: {row.message}")
    if report.rejected > len(report.rejected_rows):
        click.echo(f"  … and {report.rejected - len(report.rejected_rows):,} more rejected rows")


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
