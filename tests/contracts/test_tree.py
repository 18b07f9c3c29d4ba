"""The repository holds our own text: nothing that belongs to others or to one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from tests.contracts.source import ROOT

LARGEST = 800_000  # bytes; the translations of all pages are one file
FOREIGN = re.compile(
    r"\.min\.(js|css)$|\.map$|\.woff2?$|\.ttf$|(^|/)(node_modules|vendor)/|package-lock"
)
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(root|home|Users|work|mnt)/\w|[A-Z]:\\Users")
INDEX_HOST = re.compile(
    r"^\s*(--(extra-)?index-url|--find-links|-i\s|-f\s)|https?://", re.MULTILINE
)


@cache
def kept() -> list[Path]:
    """The files that are tracked or would be."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git repository here, so nothing tells what is kept")
    command = [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in names.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def test_nothing_of_others_and_nothing_huge() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in kept()]
    assert [name for name in names if FOREIGN.search(name)] == []
    assert [path.name for path in kept() if path.stat().st_size > LARGEST] == []


def test_no_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in kept()
        if (match := MACHINE_PATH.search(_text(path)))
    ]
    assert found == []


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="ignore")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert INDEX_HOST.search(text) is None
    pinned = re.findall(r"^[a-z0-9][\w.\[\],-]*==", text, re.MULTILINE)
    assert len(pinned) > 20
    assert len(re.findall(r"==[^\n]*\\\n\s+--hash=sha256:", text)) == len(pinned)


def test_the_smaller_lock_is_a_part_of_the_larger() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9]\S*==\S+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
