"""What commands answer: figures, files and sentences."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path

import pytest
from tests.cli.files import BOOK, EVENTS, LEADS, bring_in

from teichaku.core import clock
from teichaku.engine.rulebook.hashes import rulebook_hash
from teichaku.engine.rulebook.load import load
from teichaku.leads.models import Lead
from teichaku.rulebook.models import Activation
from teichaku.scoring.models import Score

pytestmark = pytest.mark.django_db(transaction=True)

FULL_WIDTH = re.compile("[（）［］｛｝＋－，．：；０-９～]")
AS_OF = ("--as-of", "2026-05-01T00:00:00+09:00")


@pytest.fixture
def rules(cli, write) -> Path:
    return bring_in(cli, write)


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_scores_of_all_leads_as_a_file(cli, rules, tmp_path):
    out = tmp_path / "scores.csv"
    answer = cli("score", *AS_OF, "--csv", out, "--json").json()
    assert table(out) == [
        ["lead", "behaviour", "fit", "total", "grade"],
        ["a10", "40", "0", "40", "B1"],
        ["a9", "40", "0", "40", "B1"],
        ["b2", "50.625", "20", "70.625", "A1"],
    ]
    assert answer == {
        "rulebook": {"hash": rulebook_hash(load(BOOK)), "title": "試験のルール"},
        "as_of": "2026-05-01T00:00:00+09:00", "leads": 3, "grades": {"A1": 1, "B1": 2},
        "stored": False, "qualified": None, "superseded": None,
    }  # fmt: skip


def test_the_order_of_a_file_does_not_matter(cli, write, tmp_path):
    lines = LEADS.splitlines()
    cli("import", "leads", write("l.csv", "\n".join([lines[0], *reversed(lines[1:])])))
    cli("import", "events", write("e.csv", EVENTS))
    out = tmp_path / "scores.csv"
    assert cli("score", "--rulebook", write("r.yaml", BOOK), "--csv", out).code == 0
    assert [row[0] for row in table(out)] == ["lead", "a10", "a9", "b2"]


def test_only_the_rulebook_in_force_as_of_now_is_stored(cli, rules, write):
    other = write("other.yaml", BOOK.replace("points: 40", "points: 4"))
    assert cli("score", "--rulebook", other, "--json").json()["stored"] is False
    assert cli("score", *AS_OF, "--json").json()["stored"] is False
    assert Score.objects.count() == 0
    assert cli("score", "--json").json()["stored"] is True
    assert Score.objects.count() == 3
    assert cli("score", "--rulebook", rules, "--json").json()["stored"] is True


def test_a_naive_instant_is_in_the_rulebooks_zone(cli, rules):
    naive = cli("score", "--as-of", "2026-05-01", "--json").json()
    assert naive["as_of"] == "2026-05-01T00:00:00+09:00"
    utc = cli("score", "--as-of", "2026-04-30T15:00:00Z", "--json").json()
    assert utc == naive


def test_a_backtest_as_a_document(cli, rules, tmp_path):
    out = tmp_path / "qualified.csv"
    with clock.moved_to(datetime.fromisoformat("2026-09-01T00:00:00+09:00")):
        found = cli("backtest", "--rulebook", rules, "--csv", out, "--json").json()
    assert table(out) == [
        ["lead", "qualified_at", "behaviour", "fit", "total"],
        ["a10", "2026-03-31T23:59:59+09:00", "40", "0", "40"],
        ["a9", "2026-04-01T00:00:00+09:00", "40", "0", "40"],
        ["b2", "2026-04-30T23:59:59+09:00", "40.625", "20", "60.625"],
    ]
    assert found["rulebook"]["hash"] == rulebook_hash(load(BOOK))
    assert {name: found[name] for name in ("from", "to", "leads", "events", "qualified")} == {
        "from": None, "to": None, "leads": 3, "events": 9, "qualified": 3,
    }  # fmt: skip
    assert found["by_month"] == [
        {"month": "2026-03", "qualified": 1}, {"month": "2026-04", "qualified": 2},
    ]  # fmt: skip
    rate = found["opportunity_rate"]
    assert (rate["value"], rate["n"], rate["matured"]) == (pytest.approx(1 / 3), 3, 3)
    assert 0 < rate["low"] < rate["value"] < rate["high"] < 1
    assert (found["opportunities"], found["wins"]) == (1, 1)
    won = found["win_rate"]
    assert (won["value"], won["won"], won["lost"]) == (0.5, 1, 1)
    assert won["low"] < 0.5 < won["high"]


@pytest.mark.parametrize(
    ("start", "end", "leads"),
    [
        ("2026-04-01", "2026-04-30", ["a9"]),
        ("2026-04-01", "2026-05-01", ["a9", "b2"]),
        ("2026-03-31", "2026-04-01", ["a10"]),
        ("2026-05-01", None, []),
        (None, "2026-04-01", ["a10"]),
    ],
)
def test_from_is_in_and_to_is_out(cli, rules, tmp_path, start, end, leads):
    """Midnights in the rulebook's zone; the state is of the whole history all the same."""
    out = tmp_path / "q.csv"
    span = [*(("--from", start) if start else ()), *(("--to", end) if end else ())]
    found = cli("backtest", "--rulebook", rules, *span, "--csv", out, "--json").json()
    assert [row[0] for row in table(out)[1:]] == leads
    assert (found["qualified"], found["leads"]) == (len(leads), 3)
    assert found["from"] == (f"{start}T00:00:00+09:00" if start else None)
    assert found["to"] == (f"{end}T00:00:00+09:00" if end else None)


def test_a_win_of_a_lead_that_qualified_before_the_range_is_not_missed(cli, rules):
    span = ("--from", "2026-04-01", "--to", "2026-05-01")
    found = cli("backtest", "--rulebook", rules, *span, "--json").json()
    assert found["missed_wins"] == {"missed": 0, "winners": 1}


def test_a_backtest_against_another_rulebook(cli, rules, write):
    other = write("other.yaml", BOOK.replace("at_least: 1, within: 30d", "at_least: 2")
                  .replace("is: 社長", "matches: 長"))  # fmt: skip
    found = cli("backtest", "--rulebook", rules, "--against", other, "--json").json()
    assert (found["against"]["qualified"], found["against"]["gained"]) == (1, 2)
    assert found["against"]["lost"] == 0
    in_force = cli("backtest", "--rulebook", other, "--json").json()["against"]
    assert (in_force["hash"], in_force["lost"]) == (rulebook_hash(load(BOOK)), 2)
    assert cli("backtest", "--rulebook", rules, "--json").json()["against"] is None


def test_a_leads_score_is_explained(cli, rules):
    found = cli("explain", "b2", *AS_OF, "--json").json()
    assert sum(reason["points"] for reason in found["reasons"]) == pytest.approx(found["total"])
    assert [(r["kind"], r["rule"], r["hits"]) for r in found["reasons"]] == [
        ("award", "S-1", 2), ("decay", "S-1", 0), ("award", "S-2", 1), ("fit", "F-1", 0),
    ]  # fmt: skip
    assert [c["holds"] for c in found["conditions"]] == [True, False]
    assert found["qualifies_now"] is True
    assert [q["at"] for q in found["qualified"]] == ["2026-04-30T23:59:59+09:00"]
    assert found["as_of"] == "2026-05-01T00:00:00+09:00"


def test_an_explanation_names_what_no_log_can_tell(cli, write):
    clause = "event: form_submit}, at_least: 1, within: 30d"
    text = BOOK.replace(clause, clause.replace("form_submit", "email_click"))
    rules = write("r.yaml", text)
    cli("import", "events", write("e.csv", EVENTS))
    asked = ("explain", "b2", "--rulebook", rules, "--as-of", "2026-05-01")
    [condition, _] = cli(*asked, "--json").json()["conditions"]
    assert (condition["holds"], condition["judgeable_from"]) == (None, None)
    assert "判定できません" in cli(*asked).out
    assert "cannot be judged" in cli(*asked, "--lang", "en").out


def test_a_system_names_the_lead(cli, rules, write):
    system = "entity: leads\nsystem: sfa\ncolumns: {external_id: external_id, title: title}\n"
    cli("import", "leads", write("s.csv", "external_id,title\nb2,社長\n"), "--map",
        write("m.yaml", system))  # fmt: skip
    assert Lead.objects.count() == 4
    assert cli("explain", "b2", "--json").json()["total"] != 0
    other = cli("explain", "sfa:b2", "--json").json()
    assert (other["lead"], other["total"]) == ("b2", 0)
    assert cli("explain", "default:b2", "--json").json() != other


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_texts_read_well(cli, rules, lang):
    explained = cli("explain", "b2", *AS_OF, "--lang", lang).out
    backtest = cli("backtest", "--rulebook", rules, "--from", "2026-01-01", "--lang", lang).out
    if lang == "en":
        # what the company wrote itself stays as it is
        assert not FULL_WIDTH.search(explained + backtest)
        assert "Total 70.625 (behaviour 50.625 + fit 20)" in explained
        assert "       +40  S-2 (1×, last 2026-04-30 23:59)\n" in explained
        assert "サービスを見た (2×, last 2026-05-01 00:00) [S-1]" in explained
        assert "From 2026-01-01\n" in backtest
        assert "MQLs: 3\n  2026-03  1\n  2026-04  2\n" in backtest
    else:
        assert "合計 70.625点（行動 50.625 ＋ 属性 20）" in explained
        assert "       ＋40  S-2（1回、直近 2026/04/30 23:59）\n" in explained
        assert "サービスを見た（2回、直近 2026/05/01 00:00）［S-1］" in explained
        assert "対象期間: 2026/01/01 から\n" in backtest
        assert "属性の点数には現在の値を使っています" in backtest
        assert not re.search("[０-９]", explained + backtest)


def test_a_rulebook_comes_into_force(cli, write):
    answer = cli("rulebook", "activate", write("r.yaml", BOOK), "--json").json()
    activation = Activation.objects.get()
    assert answer["hash"] == activation.revision.hash == rulebook_hash(load(BOOK))
    assert datetime.fromisoformat(answer["effective_from"]) == activation.effective_from
    assert answer["effective_from"].endswith("+09:00")
    again = cli("rulebook", "activate", write("r2.yaml", BOOK + "# a remark\n"), "--json").json()
    assert again["hash"] == answer["hash"]
    assert Activation.objects.count() == 2


def test_an_import_tells_what_became_of_the_rows(cli, write):
    text = EVENTS + "6,b2,soon,page_view,\n"
    report = cli("import", "events", write("e.csv", text), "--json").json()
    assert (report["read"], report["created"], report["rejected"]) == (6, 5, 1)
    assert [row["line"] for row in report["rejected_rows"]] == [7]
    again = cli("import", "events", write("e.csv", text), "--json").json()
    assert (again["created"], again["duplicates"]) == (0, 5)


def test_a_dry_run_leaves_nothing_behind(cli, write):
    report = cli("import", "leads", write("l.csv", LEADS), "--dry-run", "--json").json()
    assert (report["created"], report["dry_run"], Lead.objects.count()) == (3, True, 0)


def test_a_made_up_company_as_files_and_in_the_database(cli, tmp_path):
    made = ("simulate", "--leads", "30", "--events", "200", "--seed", "4")
    files = cli(*made, "--out", tmp_path / "files", "--json").json()["files"]
    assert all(Path(path).is_file() for path in files.values())
    assert set(files) == {"users", "companies", "leads", "events", "deals", "stages", "activities"}
    assert Lead.objects.count() == 0
    reports = cli(*made, "--json").json()["imports"]
    assert [report["rejected"] for report in reports] == [0] * 7
    assert Lead.objects.count() == 30
