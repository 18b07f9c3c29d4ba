"""The changelog is written for users, newest first."""

from __future__ import annotations

import re

from tests.contracts.source import ROOT

from teichaku import __version__

HEADING = re.compile(r"^## (?:Unreleased / )?(\d+)\.(\d+)\.(\d+)(?: – (\d{4}-\d{2}-\d{2}))?$")


def _sections() -> list[tuple[str, list[str]]]:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    opening, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    assert opening.startswith("# Changelog\n")
    return [(part.splitlines()[0], part.splitlines()[1:]) for part in sections]


def test_versions_go_down_and_released_ones_have_a_day() -> None:
    found = [HEADING.match(heading) for heading, _ in _sections()]
    assert all(found)
    versions = [tuple(map(int, match.groups()[:3])) for match in found if match]
    assert versions == sorted(set(versions), reverse=True)
    assert all(match and match[4] for match in found[1:])


def test_the_newest_section_is_of_this_version() -> None:
    assert __version__ in _sections()[0][0]


def test_each_line_is_a_sentence_of_its_own() -> None:
    entries = [
        entry
        for _, lines in _sections()
        for entry in "\n".join(lines).replace("\n  ", " ").splitlines()
        if entry and not entry.startswith("### ")
    ]
    assert entries
    assert [e for e in entries if not re.fullmatch(r"- [A-Z`].*[.]", e)] == []
