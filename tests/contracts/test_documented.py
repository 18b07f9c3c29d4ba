"""What can be used is written down; what is written down exists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from tests.contracts.source import DOCS, ROOT, own_models, page, rooms
from tools.reference import reference

from teichaku.engine.backtest import Summary
from teichaku.engine.facts import Scores
from teichaku.engine.rulebook.lint import lint
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.schema import schema

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
# Counts that only stand beside a rate or a number that has its page.
PARTS = {"won", "lost", "winners"}
NUMBERS = sorted({f.name for f in (*fields(Scores), *fields(Summary))} - PARTS)


def pages() -> list[Path]:
    """Every page for people."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def test_the_reference_is_as_the_rooms_declare() -> None:
    assert page("reference.md") == reference(), "write it anew: python -m tools.reference"


@pytest.mark.parametrize("room", [*rooms(), "cli", "config", "engine"])
def test_the_architecture_names_every_room(room: str) -> None:
    assert f"`{room}`" in page("architecture.md")


@pytest.mark.parametrize("word", sorted(model.__name__ for model in own_models()))
def test_the_glossary_has_every_table(word: str) -> None:
    assert f"`{word}`" in page("glossary.md")


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_has_its_page(number: str) -> None:
    assert re.search(rf"\| `{number}` \|.*\]\([\w-]+\.md\)", page("algorithms/README.md"))


def test_every_key_of_a_rulebook_is_described() -> None:
    text = page("rulebook.md")
    keys = {key for part in _objects(schema()) for key in part.get("properties", {})}
    assert sorted(key for key in keys if not re.search(rf"\b{re.escape(key)}\b", text)) == []


def _objects(node: object) -> list[dict[str, dict[str, object]]]:
    if isinstance(node, list):
        return [found for item in node for found in _objects(item)]
    if not isinstance(node, dict):
        return []
    return [node, *(found for item in node.values() for found in _objects(item))]


def test_the_example_rulebook_has_nothing_to_improve() -> None:
    rulebook = load(page("example.yaml"))
    assert lint(rulebook) == []


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_page_can_be_reached() -> None:
    linked = {
        (path.parent / target).resolve()
        for path in pages()
        for target in LINK.findall(path.read_text(encoding="utf-8"))
    }
    lost = [path for path in pages() if path.parent != ROOT and path.resolve() not in linked]
    assert lost == []
