"""``teichaku guess``: what files are, and the mapping file that would read them."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _

from teichaku.cli.output import print_json
from teichaku.core.canonical import Json
from teichaku.intake.field_words import KIND_WORDS
from teichaku.intake.guess import Guess
from teichaku.intake.guess_folder import FileGuess, guess_folder
from teichaku.intake.guess_tools import GENERIC
from teichaku.intake.mapping import mapping_yaml


def guess(files: tuple[Path, ...], sheet: str | None, *, as_json: bool) -> None:
    """The mapping file on stdout, the reasons on stderr. Exits with 1 for nothing known."""
    found = guess_folder(files, sheet=sheet)
    all_files = sorted((*found.files, *found.others), key=lambda file: file.path)
    if as_json:
        refused: list[Json] = [{"file": str(path), "why": why} for path, why in found.refused]
        print_json({"files": [file_as_json(file) for file in all_files], "refused": refused})
    else:
        for file in all_files:
            if file.guess.file_maps:
                click.echo(f"# {file.path.name}")
                click.echo(mapping_yaml(file.guess.file_maps), nl=False)
                if file is not found.files[-1]:
                    click.echo("---")
            reasons_print(file.path.name, file.guess)
        for path, why in found.refused:
            click.echo(f"{path.name}: {why}", err=True)
    if not found.files:
        raise SystemExit(1)


def reasons_print(name: str, guess: Guess) -> None:
    """Nothing; stderr says what the file seems to be and why."""
    click.echo(_summary(name, guess), err=True)
    for reason in guess.reasons:
        target = f"{reason.entity}.{reason.field}" if reason.field else "-"
        click.echo(f"  {reason.column} -> {target}: {reason.why}", err=True)
    if guess.unmapped:
        said = _("not used: %(columns)s") % {"columns": _(", ").join(guess.unmapped)}
        click.echo(f"  {said}", err=True)
    for note in guess.notes:
        click.echo(f"  {note}", err=True)
    for need in guess.needs:
        click.echo(f"  {'!' if need.stops else '?'} {need.text}", err=True)


def _summary(name: str, guess: Guess) -> str:
    if guess.entity is None:
        return _("%(file)s: nothing that can be brought in") % {"file": name}
    text = _("%(file)s: %(kind)s, confidence %(confidence)s")
    if guess.tool != GENERIC:
        text = _("%(file)s: %(kind)s (from %(tool)s), confidence %(confidence)s")
    return text % {
        "file": name,
        "kind": KIND_WORDS[guess.entity],
        "tool": guess.tool,
        "confidence": f"{guess.confidence:.2f}",
    }


def file_as_json(file: FileGuess) -> Json:
    """The guess about a file as plain JSON."""
    guess = file.guess
    return {
        "file": str(file.path),
        "entity": guess.entity,
        "tool": guess.tool,
        "confidence": guess.confidence,
        "certain": file.confirmed or guess.certain,
        "mapping": mapping_yaml(guess.file_maps),
        "reasons": [
            {"column": r.column, "entity": r.entity, "field": r.field, "why": r.why}
            for r in guess.reasons
        ],
        "unmapped": list(guess.unmapped),
        "needs": [{"code": n.code, "text": n.text, "stops": n.stops} for n in guess.needs],
        "notes": list(guess.notes),
    }
