"""The command line inside the test's process, on the test's own database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils import translation

from teichaku.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one object on stdout, of a command that went well."""
        assert (self.code, self.err) == (0, "")
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document


Cli = Callable[..., Answer]


@pytest.fixture
def cli(settings, tmp_path: Path) -> Iterator[Cli]:
    """Runs a command; anything but a planned exit fails the test."""
    settings.STATE_DIR = tmp_path / "state"
    runner = CliRunner()

    def run(*arguments: object) -> Answer:
        result = runner.invoke(main, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output
        return Answer(result.exit_code, result.stdout, result.stderr)

    yield run
    translation.deactivate()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file of the test and says where."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written
