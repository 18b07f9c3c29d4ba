"""Writes docs/reference.md from what the rooms register; a test compares the two."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import django
from django.utils import translation

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference.md"
OPENING = """# Reference

Every command, and every name that the rooms declare. Written by `python -m tools.reference`, which
is part of `make fmt`, from the program itself. Environment variables are in
[configuration.md](configuration.md), the keys of a rulebook in [rulebook.md](rulebook.md), words in
[glossary.md](glossary.md).
"""


def reference() -> str:
    """The page as it should be."""
    with translation.override("en"):
        sections = [OPENING, *(_section(*part) for part in _parts())]
    return "\n".join(sections)


def _parts() -> Iterator[tuple[str, str, Sequence[str], Iterable[Sequence[str]]]]:
    # Imported here, for the registries are empty until Django has started the rooms.
    from teichaku.cli.main import main
    from teichaku.core import registry
    from teichaku.intake.fields import ENTITIES

    yield (
        "Commands",
        "`teichaku COMMAND --help` describes the options.",
        ("Command", "What it does", "Options"),
        list(_commands(main, "teichaku")),
    )
    yield (
        "Audit actions",
        "What the audit can say that someone did; personal values are erased with the person.",
        ("Action", "Text", "Personal values"),
        [
            (_code(name), str(action.text), ", ".join(map(_code, sorted(action.personal))) or "–")
            for name, action in registry.audit_actions.items()
        ],
    )
    yield (
        "Topics",
        "What rooms tell through the outbox, and which jobs handle it.",
        ("Topic", "Meaning", "Handled by"),
        [
            (_code(name), str(topic.text), ", ".join(map(_code, topic.handlers)) or "–")
            for name, topic in registry.topics.items()
        ],
    )
    yield (
        "Jobs",
        "What runs outside a request.",
        ("Job", "Rhythm"),
        [
            (_code(name), f"every {job.every_seconds} s" if job.every_seconds else "when asked for")
            for name, job in registry.job_handlers.items()
        ],
    )
    yield (
        "Rights",
        "What a person may be allowed to do.",
        ("Right", "Label", "Help"),
        [(_code(n), str(right.label), str(right.help)) for n, right in registry.rights.items()],
    )
    yield (
        "Settings",
        "What an installation can set while it runs.",
        ("Setting", "Default", "Help"),
        [
            (_code(name), _code(repr(setting.default)), str(setting.help))
            for name, setting in registry.declared_settings.items()
        ],
    )
    yield (
        "Computed attributes",
        "Attributes that rules can ask for and that no file fills.",
        ("Attribute",),
        [(_code(name),) for name in registry.computed_attributes],
    )
    yield (
        "Fields of import files",
        "`attribute.NAME` fills an attribute of the company's own in any of them.",
        ("File", "Fields"),
        [
            (_code(name), ", ".join(_code(field) for field in entity.fields))
            for name, entity in ENTITIES.items()
        ],
    )


def _commands(group: click.Group, name: str) -> Iterator[Sequence[str]]:
    for word, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {word}")
            continue
        files = [
            p.make_metavar(click.Context(command))
            for p in command.params
            if p.param_type_name == "argument"
        ]
        options = [
            _code(max(p.opts, key=len)) for p in command.params if p.param_type_name == "option"
        ]
        usage = " ".join([name, word, *files]).replace("|", "\\|")
        yield _code(usage), command.get_short_help_str(limit=200), ", ".join(options) or "–"


def _section(
    title: str, meaning: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> str:
    found = sorted(map(tuple, rows))
    if not found:
        return f"## {title}\n\n{meaning} None so far.\n"
    lines = [columns, ["---"] * len(columns), *found]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"## {title}\n\n{meaning}\n\n{table}\n"


def _code(name: str) -> str:
    return f"`{name}`"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teichaku.config.settings")
    django.setup()
    PAGE.write_text(reference(), encoding="utf-8")
