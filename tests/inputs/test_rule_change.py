"""``teichaku rulebook activate`` says what becomes of open input tasks before it acts."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.cli.conftest import Cli, cli, write
from tests.inputs.team import MEETINGS, Role, activate, meet, on, person, work

from teichaku.cli import main
from teichaku.rulebook.models import Activation

__all__ = ["cli", "write"]
pytestmark = pytest.mark.django_db(transaction=True)
LONGER = f"rulebook: 1\ntitle: 次の版\ninputs:{MEETINGS.replace('1bd', '3bd')}"
WITHOUT = "rulebook: 1\ntitle: 次の版"


@pytest.fixture
def two_open() -> None:
    activate("2026-11-02T09:00")
    rep = person("佐藤", Role.SALES_REP)
    for hour in (15, 16):
        meet(rep, f"2026-11-16T{hour}:00")
    work("2026-11-16T17:00")


def answered(path: Path, said: str) -> tuple[int, str]:
    """What the command says to somebody who answers the question."""
    with on("2026-11-16T18:00"):
        found = CliRunner().invoke(main, ["rulebook", "activate", str(path)], input=said)
    return found.exit_code, found.output


def test_a_change_that_moves_deadlines_is_said_and_asked_about(two_open, write) -> None:
    path = write("next.yaml", LONGER)
    code, said = answered(path, "n\n")
    assert "面談の記録：入力待ち2件のうち、2件は期限が後になります" in said
    assert (code, Activation.objects.count()) == (1, 1)
    assert "--yes" in said
    assert answered(path, "")[0] == 1  # nobody there to be asked
    assert Activation.objects.count() == 1
    code, said = answered(path, "y\n")
    assert (code, Activation.objects.count()) == (0, 2)


def test_with_yes_nobody_is_asked(two_open, cli: Cli, write) -> None:
    with on("2026-11-16T18:00"):
        found = cli("rulebook", "activate", write("next.yaml", WITHOUT), "--yes", "--lang", "en")
    assert found.code == 0
    assert "面談の記録: 2 open tasks, of which 2 end" in found.out
    assert Activation.objects.count() == 2


def test_the_object_for_programs_has_it(two_open, cli: Cli, write) -> None:
    path = write("next.yaml", LONGER)
    with on("2026-11-16T18:00"):
        refused = cli("rulebook", "activate", path, "--json")
        assert (refused.code, refused.out) == (1, "")
        found = cli("rulebook", "activate", path, "--json", "--yes")
    assert found.code == 0
    assert '"input_tasks"' in found.out
    assert '"rule_id": "R-9"' in found.out
    assert '"later": 2' in found.out


def test_a_change_that_touches_no_open_task_asks_nothing(two_open, cli: Cli, write) -> None:
    path = write("next.yaml", f"rulebook: 1\ntitle: 別の題名\ninputs:{MEETINGS}")
    with on("2026-11-16T18:00"):
        found = cli("rulebook", "activate", path, "--json").json()
    assert found["input_tasks"] == [{"rule_id": "R-9", "open": 2, "void": 0, "later": 0}]
