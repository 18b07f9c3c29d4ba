"""Evidence of consent, and erasures that restored copies must repeat."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.cli.output import print_json
from teichaku.consent.erasure_journal import journal_entries, journal_path
from teichaku.consent.erasures import database_compact, erasures_replay
from teichaku.consent.evidence import evidence_csv, evidence_excel
from teichaku.consent.statuses import statuses_counted
from teichaku.consent.words import STATUSES


def consent_export(file: Path) -> None:
    """All evidence, in the kind of file that the name says."""
    content = evidence_excel() if file.suffix.lower() == ".xlsx" else evidence_csv()
    file.write_bytes(content)
    click.echo(_("Wrote %(file)s.") % {"file": file})


def consent_show(*, as_json: bool) -> None:
    """How many people may be mailed, and why the others may not."""
    counted = statuses_counted()
    if as_json:
        print_json(counted)
        return
    for code, count in sorted(counted.items(), key=lambda pair: -pair[1]):
        click.echo(f"{count:>9,}  {STATUSES[code]}")


def erasure_replay() -> None:
    """Everybody whom a restored copy brought back, erased again."""
    known = len(list(journal_entries()))
    done = erasures_replay()
    text = ngettext(
        "%(known)s erasures are on record (%(file)s); erased %(done)s person again.",
        "%(known)s erasures are on record (%(file)s); erased %(done)s people again.",
        done,
    )
    click.echo(text % {"known": known, "file": journal_path(), "done": done})


def erasure_compact() -> None:
    """The database file, written anew without what was deleted."""
    if database_compact(whole=True):
        click.echo(_("The database was written anew; nothing of what was deleted is left in it."))
    else:
        click.echo(_("PostgreSQL does this by itself (autovacuum); there is nothing to do."))
