"""``teichaku inputs``: the object that programs read, and the table that people read."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Cli, cli
from tests.inputs.team import Role, activate, meet, on, person

__all__ = ["cli"]
pytestmark = pytest.mark.django_db(transaction=True)
GOOD = {"outcome": "前進", "next_action": "訪問"}


@pytest.fixture
def week():
    activate("2026-11-02T00:00")
    sato, mori = person("佐藤", Role.SALES_REP), person("森", Role.SALES_MANAGER)
    for day in (9, 10, 11):
        meet(sato, f"2026-11-{day:02}T16:00", **GOOD)
    meet(sato, "2026-11-20T16:00", ended="2026-11-12T16:00", **GOOD)
    meet(sato, "2026-11-17T16:00")
    meet(mori, "2026-11-17T16:00")  # has not the role: whoever has it


def test_the_object(cli: Cli, week: None) -> None:
    with on("2026-11-24T09:00"):
        found = cli("inputs", "--by", "person", "--json").json()
        assert found == {
            "from": None,
            "to": None,
            "by": "person",
            "groups": [
                {"key": "佐藤", "due": 5, "on_time": 3, "late": 1, "overdue": 1, "waived": 0,
                 "rate": 0.6, "low": pytest.approx(0.23072, abs=1e-5),
                 "high": pytest.approx(0.88238, abs=1e-5)},
                {"key": None, "due": 1, "on_time": 0, "late": 0, "overdue": 1, "waived": 0,
                 "rate": 0.0, "low": 0.0, "high": pytest.approx(0.79345, abs=1e-5)},
            ],
        }  # fmt: skip
        span = ("--from", "2026-11-10", "--to", "2026-11-18")
        found = cli("inputs", *span, "--by", "week", "--json").json()
        assert found["from"] == "2026-11-10T00:00:00+09:00"
        assert [(g["key"], g["due"]) for g in found["groups"]] == [("2026-11-09", 4)]
        [group] = cli("inputs", "--json").json()["groups"]
        assert (group["key"], group["due"]) == ("R-9", 6)


def test_the_table(cli: Cli, week: None) -> None:
    with on("2026-11-24T09:00"):
        assert cli("inputs", "--by", "person").out == (
            "入力率（期限が来た入力タスク）\n\n"
            "  担当者            期限内  遅れ  未入力  例外  期限内の割合\n"
            "  佐藤              3       1     1       0     3/5（8件未満のため割合は出しません）\n"
            "  （役割の担当者）  0       0     1       0     0/1（8件未満のため割合は出しません）\n"
        )
        out = cli("inputs", "--lang", "en", "--from", "2026-11-10").out
        assert out.startswith("Input rates (input tasks whose deadline has come) from 2026-11-10")
        assert "面談の記録" in out
        assert cli("inputs", "--from", "2030-01-01").out.endswith(
            "期限が来た入力タスクはありません。\n"
        )


def test_without_a_rulebook_the_way_out_is_named(cli: Cli) -> None:
    found = cli("inputs", "--json")
    assert (found.code, found.out) == (1, "")
    assert "teichaku rulebook activate" in found.err


def test_days_that_cannot_be_meant(cli: Cli, week: None) -> None:
    assert cli("inputs", "--from", "x").code == 2
    assert cli("inputs", "--from", "2026-11-02", "--to", "2026-11-02").code == 2
