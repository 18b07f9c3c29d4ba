"""Whatever a user gets wrong is said plainly: what, why, the way out; never a traceback."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cli.files import BOOK, EVENTS, LEADS
from tests.intake.importing import ACTOR

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core import clock
from teichaku.rulebook.models import Activation

pytestmark = pytest.mark.django_db(transaction=True)

DATA, USE = 1, 2


def refused(answer, code: int, *words: str) -> None:
    """Nothing on stdout, and stderr says the words."""
    assert (answer.code, answer.out) == (code, ""), answer
    for word in words:
        assert word in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("scores",),
        ("import", "contacts", "x.csv"),
        ("import", "leads"),
        ("import", "leads", "no-such-file.csv"),
        ("rulebook", "check"),
        ("rulebook", "check", "no-such-file.yaml"),
        ("backtest",),
        ("explain",),
        ("explain", "a", "--lang", "fr"),
        ("simulate", "--leads", "0", "--events", "1"),
        ("score", "--jsn"),
    ],
)
def test_wrong_use(cli, arguments):
    answer = cli(*arguments)
    assert (answer.code, answer.out) == (USE, "")
    assert "Usage:" in answer.err


def test_a_date_that_is_none(cli, write):
    rules = write("r.yaml", BOOK)
    refused(cli("score", "--rulebook", rules, "--as-of", "yesterday"), USE, "yesterday", "--as-of",
            "2026-11-22T09:00+09:00")  # fmt: skip
    asked = ("backtest", "--rulebook", rules)
    refused(cli(*asked, "--from", "2026-02-30"), USE, "2026-02-30", "--from", "2026-11-22")
    refused(cli(*asked, "--to", "2026-13-01"), USE, "2026-13-01", "--to")
    refused(cli(*asked, "--from", "2026-05-01", "--to", "2026-05-01"), USE, "より後の日")


def test_no_rulebook_is_in_force(cli):
    refused(cli("score", "--json"), DATA, "teichaku rulebook activate")
    refused(cli("explain", "a"), DATA, "teichaku rulebook activate")


def test_a_lead_that_nobody_knows(cli, write):
    asked = ("explain", "nobody", "--rulebook", write("r.yaml", BOOK))
    refused(cli(*asked), DATA, "nobody", "SYSTEM:ID")


def test_a_rulebook_with_mistakes(cli, write):
    broken = BOOK.replace("points: 40", "pionts: 40").replace("at_least: 1,", "at_least: 0,")
    path = write("r.yaml", broken)
    for command in (("backtest", "--rulebook"), ("score", "--rulebook"), ("rulebook", "activate"),
                    ("rulebook", "show")):  # fmt: skip
        refused(cli(*command, path), DATA, "pionts", "points")
    refused(cli("rulebook", "activate", path, "--lang", "en"), DATA, "line 15", "pionts")
    refused(cli("rulebook", "activate", path), DATA, "15行目")
    answer = cli("rulebook", "check", path, "--json")
    assert answer.code == DATA
    assert '"line": 15' in answer.out
    assert Activation.objects.count() == 0


def test_text_that_is_no_yaml(cli, write):
    path = write("r.yaml", "rulebook: [1\n")
    refused(cli("rulebook", "activate", path), DATA, "2行目")
    assert cli("rulebook", "check", path).code == DATA


def test_files_in_another_encoding(cli, write, tmp_path):
    path = tmp_path / "sjis"
    path.write_bytes("title: 運用ルール\n".encode("cp932"))
    refused(cli("rulebook", "show", path), DATA, "UTF-8")
    refused(cli("rulebook", "activate", path), DATA, "UTF-8")
    leads = write("l.csv", LEADS)
    refused(cli("import", "leads", leads, "--map", path), DATA, "sjis", "UTF-8")
    refused(cli("import", "leads", path), DATA, "sjis", "--map")


def test_a_byte_order_mark_does_no_harm(cli, write):
    text = "\ufeffentity: leads\ncolumns: {external_id: external_id}\n"
    leads = write("l.csv", "\ufeff" + LEADS)
    assert cli("import", "leads", leads, "--map", write("m.yaml", text)).code == 0
    assert cli("rulebook", "activate", write("r.yaml", "\ufeff" + BOOK)).code == 0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("entity: leads\ncolumns: {external_id: [\n", "YAML"),
        ("entity: leads\ncolumns: {externalid: id}\n", "external_id"),
        ("entity: events\ncolumns: {lead: lead, at: at, type: type}\n", "leads"),
        ("entity: leads\ncolumns: {external_id: number}\n", "number"),
        ("entity: leads\ncolumns: {external_id: external_id}\ntimezone: Tokyo\n", "Tokyo"),
        ("just text\n", "キー: 値"),
    ],
)
def test_a_map_with_mistakes(cli, write, text, word):
    asked = ("import", "leads", write("l.csv", LEADS), "--map", write("m.yaml", text))
    refused(cli(*asked), DATA, word)


def test_a_file_of_bad_rows_only(cli, write):
    answer = cli("import", "events", write("e.csv", "lead,at,type\na,soon,x\nb,,x\n"))
    assert answer.code == DATA
    assert "保留 2行" in answer.out


def test_a_file_that_cannot_be_written(cli, write, tmp_path):
    cli("import", "events", write("e.csv", EVENTS))
    rules = write("r.yaml", BOOK)
    nowhere = tmp_path / "nowhere" / "out.csv"
    refused(cli("score", "--rulebook", rules, "--csv", nowhere), DATA, str(nowhere))
    refused(cli("backtest", "--rulebook", rules, "--csv", nowhere), DATA, str(nowhere))
    assert cli("score", "--rulebook", rules, "--csv", tmp_path).code == USE
    asked = ("simulate", "--leads", "1", "--events", "1", "--out", write("file", "") / "inside")
    refused(cli(*asked), DATA, "inside")


def test_events_of_a_type_that_nobody_has_heard_of(cli, write):
    rules = write(
        "r.yaml", BOOK.replace("{event: form_submit}, points", "{event: 工場見学}, points")
    )
    assert cli("rulebook", "check", rules).code == DATA
    refused(cli("rulebook", "activate", rules), DATA, "工場見学")
    cli("import", "events", write("e.csv", EVENTS + "6,b2,2026-05-02T09:00:00Z,工場見学,\n"))
    assert cli("rulebook", "check", rules).code == 0
    assert cli("rulebook", "activate", rules).code == 0
    assert cli("backtest", "--rulebook", rules, "--json").json()["leads"] == 3


def test_warnings_are_no_mistakes(cli, write):
    text = "rulebook: 1\ntitle: t\ntimezone: Asia/Tokyo\nscoring: {behaviour: []}\n"
    text += "mql: {when: {score: total, at_least: 9}}\n"
    rules = write("r.yaml", text)
    found = cli("rulebook", "check", rules, "--json").json()["files"][0]
    assert found["problems"] == []
    assert found["warnings"] != []
    assert cli("backtest", "--rulebook", rules).code == 0
    assert cli("rulebook", "activate", rules, "--json").json()["warnings"] != []


def test_once_somebody_could_approve_activation_needs_a_reason(cli, write):
    rules = write("r.yaml", BOOK)
    user = user_create(email="m@example.com", name="部長", password="correct horse 9", actor=ACTOR)
    with clock.moved_to(clock.now() - timedelta(days=2)):
        role_grant(user=user, role=Role.SALES_MANAGER, actor=ACTOR)
    refused(cli("rulebook", "activate", rules), DATA, "--break-glass")
    assert Activation.objects.count() == 0
    assert cli("rulebook", "activate", rules, "--break-glass", "承認者が不在").code == 0
    activation = Activation.objects.get()
    assert (activation.break_glass, activation.reason) == (True, "承認者が不在")
