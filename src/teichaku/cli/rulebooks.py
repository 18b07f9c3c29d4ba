"""Rulebooks from files: checked, read out, compared, put in force."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from teichaku.cli.options import problems
from teichaku.cli.output import iso, print_json, text_of
from teichaku.engine.errors import RulebookError
from teichaku.engine.rulebook.hashes import rulebook_hash
from teichaku.engine.rulebook.lint import Finding, lint
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook


def rulebook_from(path: Path, *, event_types: Iterable[str] | None = None) -> Rulebook:
    """The rulebook of a file; problems are raised with the file's name and every line."""
    return load(text_of(path), event_types=event_types)


def known_rulebook(path: Path) -> Rulebook:
    """The rulebook of a file whose event types the company records or the product knows."""
    from teichaku.tracking.selectors import event_types

    return rulebook_from(path, event_types=event_types())


def check(files: tuple[Path, ...], lang: str, *, as_json: bool) -> None:
    """Problems (exit code 1) and warnings of each file."""
    answers = [_checked(path, lang) for path in files]
    if as_json:
        print_json({"files": answers})
    else:
        for path, answer in zip(files, answers, strict=True):
            _print_checked(path, answer, lang)
    if any(answer["problems"] for answer in answers):
        raise SystemExit(1)


def _checked(path: Path, lang: str) -> dict[str, object]:
    try:
        rulebook = rulebook_from(path, event_types=_recorded_types())
    except RulebookError as error:
        problems_found = [
            {"line": p.line, "path": p.path, "code": p.code, "nearest": p.nearest,
             "message": p.message(lang)}
            for p in error.problems
        ]  # fmt: skip
        return {"file": str(path), "hash": None, "problems": problems_found, "warnings": []}
    return {
        "file": str(path),
        "hash": rulebook_hash(rulebook),
        "problems": [],
        "warnings": [
            {"code": f.code, "path": f.path, "message": f.message(lang)} for f in findings(rulebook)
        ],
    }


def _recorded_types() -> list[str]:
    """The company's own event types; none where there is no database yet."""
    from teichaku.core.selectors import tables_exist
    from teichaku.tracking.selectors import event_types

    return event_types() if tables_exist() else []


def findings(rulebook: Rulebook) -> list[Finding]:
    """The linter's warnings, with how many leads have which attribute where leads are known."""
    from teichaku.core.selectors import tables_exist
    from teichaku.scoring.coverage import attribute_coverage

    return lint(rulebook, attribute_coverage() if tables_exist() else None)


def _print_checked(path: Path, answer: dict[str, object], lang: str) -> None:
    found, warnings = answer["problems"], answer["warnings"]
    assert isinstance(found, list)
    assert isinstance(warnings, list)
    if found:
        counted = f"{len(found)}か所の誤り" if lang == "ja" else f"problems: {len(found)}"
    else:
        counted = "誤りはありません" if lang == "ja" else "no problems"
    click.echo(f"{path}: {counted}")
    for item in (*found, *warnings):
        mark = "  " if item in found else ("  注意: " if lang == "ja" else "  warning: ")
        click.echo(f"{mark}{item['message']}")
    if answer["hash"]:
        click.echo(f"  {answer['hash']}")


def show(files: tuple[Path, ...], lang: str) -> None:
    """Each rulebook as sentences."""
    from teichaku.engine.rulebook.show import show as sentences

    for path in files:
        click.echo(sentences(_readable(path, lang), lang), nl=False)


def diff(old: Path, new: Path, lang: str, *, as_json: bool) -> None:
    """What changed, in sentences."""
    from teichaku.engine.rulebook.diff import diff as changes

    lines = changes(_readable(old, lang), _readable(new, lang), lang)
    if as_json:
        print_json({"changes": lines})
    else:
        click.echo("\n".join(lines))


def _readable(path: Path, lang: str) -> Rulebook:
    with problems(lang):
        return rulebook_from(path)


def schema() -> None:
    """The JSON Schema of the grammar."""
    from teichaku.engine.rulebook.schema import schema as document

    print_json(document())


def activate(file: Path, break_glass: str, lang: str, *, yes: bool, as_json: bool) -> None:
    """The rulebook in force from now on; free only as long as nobody could approve it, and agreed
    to where it ends or moves what people owe.
    """
    from django.utils.translation import gettext as _

    from teichaku.accounts.selectors import approvers_exist
    from teichaku.cli.data import COMMAND_LINE
    from teichaku.cli.rulebook_effects import effects_agreed
    from teichaku.core.errors import Conflict
    from teichaku.rulebook.services import revision_activate, revision_save

    rulebook = known_rulebook(file)
    if approvers_exist() and not break_glass:
        raise Conflict(
            _(
                "People who approve rulebooks have signed up, so this one needs their approval."
                " Propose it to them, or use --break-glass REASON; the reason is shown to"
                " everybody."
            )
        )
    effects = effects_agreed(rulebook, yes=yes, quiet=as_json)
    document = text_of(file)
    revision = revision_save(rulebook=rulebook, document=document, actor=COMMAND_LINE)
    activation = revision_activate(
        revision=revision, actor=COMMAND_LINE, reason=break_glass, break_glass=bool(break_glass)
    )
    warnings = [finding.message(lang) for finding in findings(rulebook)]
    since = iso(activation.effective_from, rulebook)
    if as_json:
        print_json(
            {
                "hash": revision.hash,
                "effective_from": since,
                "warnings": warnings,
                "input_tasks": effects,
            }
        )
        return
    if lang == "ja":
        said, mark = f"「{rulebook.title}」を施行しました（{since} から）", "注意"
    else:
        said, mark = f"“{rulebook.title}” is in force since {since}", "warning"
    click.echo(f"{said}\n  {revision.hash}")
    for warning in warnings:
        click.echo(f"  {mark}: {warning}")
