"""``teichaku checklist``: one object, readable lines, and what a person ticked."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from tests.checklist.company import BOOK, bring_in
from tests.scoring.company import activate

from teichaku.checklist.models import FindingEntry
from teichaku.core import clock

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 5, 20, 12, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture
def company(cli):
    with clock.moved_to(NOW):
        bring_in()
        activate("2026-05-01 09:00", BOOK)
        yield


def test_one_object_with_all_items(cli, company):
    answer = cli("checklist", "--lang", "en", "--json").json()
    assert (answer["as_of"], len(answer["items"])) == ("2026-05-20", 20)
    assert [phase["phase"] for phase in answer["phases"]] == [
        "introduction", "operation", "adoption",
    ]  # fmt: skip
    sixth = answer["items"][5]
    assert (sixth["item"], sixth["status"], sixth["status_text"]) == (6, "unmet", "Not met")
    unowned = next(row for row in sixth["evidence"] if row["key"] == "unowned")
    assert unowned["text"] == "MQLs without an owner 1 (needed: 0)"
    assert (unowned["value"], unowned["threshold"], unowned["passed"]) == (1, 0, False)
    assert [need["key"] for need in sixth["needs"]] == ["handovers"]
    assert answer["items"][14]["judge_on"] == "2026-08-01"
    # Scores are missing too, so the earliest weak phase is the first; 4 holds up most others.
    assert answer["next"] == {"item": 4, "title": "Who enters what, and by when, is fixed"}
    assert answer["claims"] is None
    assert not FindingEntry.objects.exists()


def test_lines_for_people(cli, company):
    answer = cli("checklist", "--lang", "en")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "Adoption checklist as of 2026-05-20"
    assert "   1 Purpose and KPIs are written down [In part, until 2027-03-31]" in lines
    assert "  15 Scoring rules are reviewed [To be judged (on 2026-08-01)]" in lines
    assert "     - New deals linked to a lead 66.7% (n=3; needed: 90% or more)" in lines
    assert any(line.startswith("     > ") and "teichaku " not in line for line in lines)
    assert lines[-1] == "Work on this next: 4 Who enters what, and by when, is fixed"


def test_a_past_day(cli, company):
    answer = cli("checklist", "--as-of", "2026-04-30", "--json").json()
    assert (answer["as_of"], answer["rulebook"]) == ("2026-04-30", None)
    assert answer["items"][0]["status"] == "no_data"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("claims.yaml", "1: yes\n4: true\n9: はい\n10: no\n"),
        ("claims.csv", "項目,回答\n1,はい\n4,○\n９,Yes\n10,×\n"),
        ("claims.csv", "1,1\n4,1\n9,1\n10,0\n"),
    ],
)
def test_claims_and_the_gap(cli, company, write, name, text):
    answer = cli("checklist", "--claims", write(name, text), "--json").json()
    assert answer["claims"] == {"claimed": 3, "proven": 0, "gap": 3, "unproven": [1, 4, 9]}
    assert {row["item"] for row in answer["items"] if row["status"] == "claimed"} == {9}


def test_claims_as_a_spreadsheet_saves_them_in_japan(cli, company, tmp_path):
    path = tmp_path / "claims.csv"
    path.write_bytes("項目,回答\r\n9,はい\r\n".encode("cp932"))
    assert cli("checklist", "--claims", path, "--json").json()["claims"]["unproven"] == [9]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "- 1\n- 2\n"),
        ("c.yaml", "1: [yes"),
        ("c.csv", "1,はい\n21,はい\n"),
        ("c.csv", "1,はい\n1,いいえ\n"),
        ("c.csv", "1,たぶん\n"),
        ("c.csv", "x" * 100_001),
    ],
)
def test_claims_that_cannot_be_read_say_how_to_write_them(cli, company, write, name, text):
    answer = cli("checklist", "--lang", "en", "--claims", write(name, text))
    assert (answer.code, answer.out) == (1, "")
    assert name in answer.err


def test_a_day_that_is_none(cli, company):
    assert cli("checklist", "--as-of", "yesterday").code == 2
