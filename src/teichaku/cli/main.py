"""``teichaku``: every command, its options, its exit codes (0 done, 1 data problem, 2 wrong use).

Nothing heavy is imported before a command runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from teichaku import __version__
from teichaku.cli.options import (
    database_option,
    file_path,
    json_option,
    lang_option,
    sheet_option,
    tables_needed,
)

ENTITIES = ("leads", "companies", "events", "deals", "stages", "activities", "users")

BASES = ("consent", "business_relationship", "published", "business_card")

ROLES = (
    "marketer", "inside_sales", "sales_rep", "sales_manager", "marketing_manager", "executive",
    "administrator", "coach",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="teichaku")
def main() -> None:
    """Operating rules that stick: marketing automation and sales on one rulebook."""


@main.command()
@lang_option
@database_option
def migrate(lang: str) -> None:
    """Create or update the tables of the database."""
    from teichaku.cli.data import migrate as run

    run()


@main.command("import")
@click.argument("entity", type=click.Choice(ENTITIES))
@click.argument("file", type=file_path)
@click.option("--map", "map_file", type=file_path, help="Which column is which field (YAML).")
@sheet_option
@click.option("--dry-run", is_flag=True, help="Say what would happen, and leave nothing behind.")
@click.option("--basis", type=click.Choice(BASES), help="The ground on which mail may be sent.")
@click.option("--basis-date", metavar="D", help="The day on which the addresses were obtained.")
@click.option("--basis-evidence", metavar="TEXT", help="How they were obtained.")
@lang_option
@json_option
@database_option
@tables_needed
def import_(
    entity: str,
    file: Path,
    map_file: Path | None,
    sheet: str | None,
    dry_run: bool,
    basis: str | None,
    basis_date: str | None,
    basis_evidence: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Bring a file in. The same file twice changes nothing."""
    from teichaku.cli.data import import_ as run

    ground = {"basis": basis, "basis_on": basis_date, "basis_evidence": basis_evidence}
    said = {name: text for name, text in ground.items() if text}
    run(entity, file, map_file, sheet, said, dry_run=dry_run, as_json=as_json)


@main.command()
@click.argument("files", nargs=-1, required=True, type=file_path)
@sheet_option
@lang_option
@json_option
@database_option
@tables_needed
def guess(files: tuple[Path, ...], sheet: str | None, lang: str, as_json: bool) -> None:
    """Say what FILES are, and print the mapping file that would read them."""
    from teichaku.cli.guess import guess as run

    run(files, sheet, as_json=as_json)


@main.group()
def rulebook() -> None:
    """Check, read, compare and activate rulebooks."""


@rulebook.command()
@click.argument("files", nargs=-1, required=True, type=file_path)
@lang_option
@json_option
@database_option
def check(files: tuple[Path, ...], lang: str, as_json: bool) -> None:
    """Say whether the files are rulebooks, and what would be better (warnings)."""
    from teichaku.cli.rulebooks import check as run

    run(files, lang, as_json=as_json)


@rulebook.command()
@click.argument("files", nargs=-1, required=True, type=file_path)
@lang_option
def show(files: tuple[Path, ...], lang: str) -> None:
    """Print the rulebook as sentences."""
    from teichaku.cli.rulebooks import show as run

    run(files, lang)


@rulebook.command()
@click.argument("old", type=file_path)
@click.argument("new", type=file_path)
@lang_option
@json_option
def diff(old: Path, new: Path, lang: str, as_json: bool) -> None:
    """Say in sentences what changed from OLD to NEW."""
    from teichaku.cli.rulebooks import diff as run

    run(old, new, lang, as_json=as_json)


@rulebook.command()
def schema() -> None:
    """Print the JSON Schema of the grammar."""
    from teichaku.cli.rulebooks import schema as run

    run()


@rulebook.command()
@click.argument("file", type=file_path)
@click.option("--break-glass", metavar="REASON", default="", help="Activate without approval.")
@click.option("--yes", is_flag=True, help="Agree to what it does to open input tasks.")
@lang_option
@json_option
@database_option
@tables_needed
def activate(file: Path, break_glass: str, yes: bool, lang: str, as_json: bool) -> None:
    """Put the rulebook in force from now on."""
    from teichaku.cli.rulebooks import activate as run

    run(file, break_glass, lang, yes=yes, as_json=as_json)


@main.command()
@click.option("--rulebook", "rulebook_file", type=file_path, help="Score by this one instead.")
@click.option("--as-of", metavar="T", help="An instant, ISO 8601; default now.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path))
@lang_option
@json_option
@database_option
@tables_needed
def score(
    rulebook_file: Path | None, as_of: str | None, csv_file: Path | None, lang: str, as_json: bool
) -> None:
    """Score every lead. Under the rulebook in force and as of now, the result is stored."""
    from teichaku.cli.scores import score as run

    run(rulebook_file, as_of, csv_file, as_json=as_json)


@main.command()
@click.argument("lead")
@click.option("--rulebook", "rulebook_file", type=file_path, help="Explain by this one instead.")
@click.option("--as-of", metavar="T", help="An instant, ISO 8601; default now.")
@lang_option
@json_option
@database_option
@tables_needed
def explain(
    lead: str, rulebook_file: Path | None, as_of: str | None, lang: str, as_json: bool
) -> None:
    """Say why LEAD (an external id, or SYSTEM:ID) scores what it scores."""
    from teichaku.cli.explain import explain as run

    run(lead, rulebook_file, as_of, lang, as_json=as_json)


@main.command()
@click.option("--rulebook", "rulebook_file", type=file_path, required=True)
@click.option("--against", "against_file", type=file_path, help="Compare with this one.")
@click.option("--from", "start", metavar="D", help="First day (inclusive), YYYY-MM-DD.")
@click.option("--to", "end", metavar="D", help="End day (exclusive), YYYY-MM-DD.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path))
@lang_option
@json_option
@database_option
@tables_needed
def backtest(
    rulebook_file: Path,
    against_file: Path | None,
    start: str | None,
    end: str | None,
    csv_file: Path | None,
    lang: str,
    as_json: bool,
) -> None:
    """Run a rulebook over all of history: who would have qualified, and what came of it."""
    from teichaku.cli.backtest import backtest as run

    run(rulebook_file, against_file, start, end, csv_file, lang, as_json=as_json)


@main.command()
@click.option("--as-of", metavar="D", help="Up to the end of this day, YYYY-MM-DD; default today.")
@click.option("--by", metavar="F", help="month, or a field: lead.F, deal.F, owner.F, company.F.")
@lang_option
@json_option
@database_option
@tables_needed
def kpi(as_of: str | None, by: str | None, lang: str, as_json: bool) -> None:
    """Print the shared KPIs with their denominators and intervals."""
    from teichaku.cli.kpi import kpi as run

    run(as_of, by, lang, as_json=as_json)


@main.command()
@click.option("--as-of", metavar="D", help="Up to the end of this day, YYYY-MM-DD; default now.")
@click.option(
    "--claims", "claims_file", type=file_path, help="Which items you would tick (YAML or CSV)."
)
@lang_option
@json_option
@database_option
@tables_needed
def checklist(as_of: str | None, claims_file: Path | None, lang: str, as_json: bool) -> None:
    """Compute the 20 items of adoption from what is recorded."""
    from teichaku.cli.checklist import checklist as run

    run(as_of, claims_file, as_json=as_json)


@main.command()
@click.option("--from", "start", metavar="D", help="First day (inclusive), YYYY-MM-DD.")
@click.option("--to", "end", metavar="D", help="End day (exclusive), YYYY-MM-DD.")
@click.option(
    "--by", type=click.Choice(["person", "rule", "week"]), default="rule", show_default=True
)
@lang_option
@json_option
@database_option
@tables_needed
def inputs(start: str | None, end: str | None, by: str, lang: str, as_json: bool) -> None:
    """Print how much of what people had to enter came in time."""
    from teichaku.cli.inputs import inputs as run

    run(start, end, by, lang, as_json=as_json)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page here.")
@click.option("--excel", type=click.Path(dir_okay=False, path_type=Path), help="Write lists here.")
@click.option("--claims", type=file_path, help="Which of the 20 points you think are reached.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="Default: today.")
@click.option("--hide-names", is_flag=True, help="People, companies and leads get stand-ins.")
@click.option("--map", "map_file", type=file_path, help="How its files are read (YAML).")
@click.option("--maps", type=file_path, hidden=True)
@lang_option
@json_option
def diagnose(
    folder: Path,
    map_file: Path | None,
    maps: Path | None,
    html: Path | None,
    excel: Path | None,
    claims: Path | None,
    as_of: datetime | None,
    hide_names: bool,
    lang: str,
    as_json: bool,
) -> None:
    """Say where a company stands, from a FOLDER of its exports; your database stays untouched."""
    from teichaku.cli.options import problems
    from teichaku.cli.scratch import scratch_database

    with problems(lang), scratch_database(lang):
        from teichaku.cli.diagnose import diagnose as run

        run(
            folder, as_json=as_json, html=html, excel=excel, hide_names=hide_names, claims=claims,
            as_of=as_of.date() if as_of else None, map_file=map_file, maps=maps,
        )  # fmt: skip


@main.command()
@click.option("--leads", type=click.IntRange(1, 10_000_000), required=True)
@click.option("--events", type=click.IntRange(0, 200_000_000), required=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write files here.")
@lang_option
@json_option
@database_option
def simulate(
    leads: int, events: int, seed: int, out: Path | None, lang: str, as_json: bool
) -> None:
    """Make up a realistic company: as files with --out, else straight into the database."""
    from teichaku.cli.data import simulate as run

    run(leads, events, seed, out, as_json=as_json)


@main.group()
def consent() -> None:
    """Say who may be mailed, and take the evidence out."""


@consent.command("show")
@lang_option
@json_option
@database_option
@tables_needed
def consent_show(lang: str, as_json: bool) -> None:
    """Print how many people may be mailed, and why the others may not."""
    from teichaku.cli.privacy import consent_show as run

    run(as_json=as_json)


@consent.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@lang_option
@database_option
@tables_needed
def consent_export(file: Path, lang: str) -> None:
    """Write all evidence to FILE (.xlsx or .csv)."""
    from teichaku.cli.privacy import consent_export as run

    run(file)


@main.group()
def erasure() -> None:
    """Keep erased people erased."""


@erasure.command("replay")
@lang_option
@database_option
@tables_needed
def erasure_replay(lang: str) -> None:
    """After a restore: erase again whom the copy brought back."""
    from teichaku.cli.privacy import erasure_replay as run

    run()


@erasure.command("compact")
@lang_option
@database_option
@tables_needed
def erasure_compact(lang: str) -> None:
    """Write a large SQLite file anew, so that nothing deleted is left in it."""
    from teichaku.cli.privacy import erasure_compact as run

    run()


@main.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=[ROLES[-2]])
@lang_option
@database_option
@tables_needed
def invite(email: str, name: str, roles: tuple[str, ...], lang: str) -> None:
    """Invite a person, the first administrator for one; prints the address to open."""
    from teichaku.cli.people import invite as run

    run(email, name, roles)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@lang_option
@database_option
@tables_needed
def serve(host: str, port: int, lang: str) -> None:
    """Serve the pages."""
    from teichaku.cli.server import serve as run

    run(host, port)


@main.command()
@click.option("--beside", is_flag=True, hidden=True, help="End with the process that started it.")
@click.option("--once", is_flag=True, help="End when nothing more is due, as a scheduler wants it.")
@lang_option
@database_option
@tables_needed
def worker(beside: bool, once: bool, lang: str) -> None:
    """Do the work that waits outside the pages, until Ctrl-C. Several may run at once."""
    from teichaku.cli.worker import worker as run

    run(beside=beside, once=once)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--reset", is_flag=True, help="Take the made-up company away instead.")
@lang_option
@database_option
def demo(port: int, reset: bool, lang: str) -> None:
    """Migrate, fill an empty database with a made-up company, and serve it on this machine."""
    from teichaku.cli.server import demo as run

    run(port, reset=reset)
