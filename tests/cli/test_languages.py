"""Commands and their mistakes in Japanese and English, told by the same option everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.cli.files import EVENTS, LEADS, bring_in

from teichaku.cli.main import main
from teichaku.cli.tables import table_lines

pytestmark = pytest.mark.django_db(transaction=True)

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
DEALS = "案件ID,案件名,取引先名,フェーズ,金額（千円）\nD1,装置,架空工業,受注,1200\n"
SPEED = re.compile(r"  [\d.]+秒、[\d,]+行/秒")


def commands(group: click.Group, path: str = ""):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def test_every_command_that_says_anything_has_the_language_option():
    silent = {"rulebook schema"}  # prints one document for programs
    for name, command in commands(main):
        assert ("lang" in {p.name for p in command.params}) != (name in silent), name


def test_an_import_is_told_in_both_languages(cli, write):
    # 1,200 good rows and 25 bad ones, of which 20 are shown
    lines = [f"x{n},lead{n % 3},2026-01-05T09:00:00Z,page_view," for n in range(1200)]
    lines += [f"y{n},lead0,soon,page_view," for n in range(25)]
    path = write("events.csv", EVENTS.splitlines()[0] + "\n" + "\n".join(lines) + "\n")
    trial, speed, *rows = cli("import", "events", path, "--dry-run").out.splitlines()
    assert trial == (
        "events.csv: 行動の取り込み結果の見込み: 読み取り 1,225行、追加 1,200件、保留 25行、"
        "リードの追加 3件"
    )
    assert SPEED.fullmatch(speed)
    assert rows[0].startswith("  1,202行目: ")
    assert (len(rows), rows[-1]) == (21, "  …ほかに保留 5行")
    said = cli("import", "events", path, "--lang", "en").out
    assert not JAPANESE.search(said)
    first, speed, *rows = said.splitlines()
    assert first == (
        "events.csv: imported behaviour: read 1,225, created 1,200, rejected 25, leads created 3"
    )
    assert re.fullmatch(r"  [\d.]+ s, [\d,]+ rows/s", speed)
    assert (rows[0][:14], rows[-1]) == ("  line 1,202: ", "  … and 5 more rejected rows")


def test_scores_are_told_in_both_languages(cli, write):
    bring_in(cli, write)
    asked = ("score", "--as-of", "2026-05-01T00:00:00+09:00")
    assert cli(*asked).out.splitlines() == [
        "試験のルール: リード 3件（2026/05/01 00:00 時点）",
        "  A1  1",
        "  B1  2",
        "保存していません。保存するのは、有効な運用ルールで計算した現在のスコアだけです。",
    ]
    english = cli(*asked, "--lang", "en").out.splitlines()
    assert english[0] == "試験のルール: 3 leads as of 2026-05-01 00:00"
    assert not JAPANESE.search("".join(english[1:]))
    assert re.search(r"^[\d.]+秒で保存しました。新しいMQL \d件、判定の差し替え 0件$",
                     cli("score").out, re.MULTILINE)  # fmt: skip
    assert "stored in" in cli("score", "--lang", "en").out


def test_a_guess_is_told_in_both_languages(cli, write):
    path = write("deals.csv", DEALS)
    japanese = cli("guess", path).err.splitlines()
    assert japanese[0] == "deals.csv: 商談（mazrica から書き出し）、確度 1.00"
    assert all(JAPANESE.search(line) for line in japanese)
    english = cli("guess", path, "--lang", "en").err
    own = ("案件ID", "案件名", "取引先名", "フェーズ", "金額（千円）", "装置", "架空工業", "受注")
    for words in own:
        english = english.replace(words, "")
    assert english.startswith("deals.csv: deals (from mazrica), confidence ")
    assert not JAPANESE.search(english)
    assert "列の意味を推定して" in cli("import", "deals", path, "--dry-run").err


def test_a_company_is_made_up_in_japanese(cli):
    out = cli("simulate", "--leads", "20", "--events", "50", "--seed", "4").out
    assert "leads.csv: リードを取り込みました: 読み取り 20行、追加 20件\n" in out
    # The last two hold nothing in so small a company, or few rows; no line is in English.
    assert all(JAPANESE.search(line) for line in out.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ("score",),
        ("score", "--as-of", "soon"),
        ("explain", "nobody"),
        ("rulebook", "activate", "no-text.yaml"),
        ("import", "leads", "leads.csv", "--map", "no-text.yaml"),
        ("import", "leads", "leads.csv", "--map", "broken.yaml"),
        ("import", "deals", "leads.csv"),
        ("import", "leads", "leads.csv", "--sheet", "4月"),
    ],
)
def test_mistakes_are_told_in_both_languages(cli, write, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    bring_in(cli, write) if "--as-of" in arguments or arguments[0] == "explain" else None
    write("leads.csv", LEADS)
    write("broken.yaml", "entity: leads\ncolumns: {number: external_id}\n")
    (tmp_path / "no-text.yaml").write_bytes("列".encode("cp932"))
    japanese, english = cli(*arguments), cli(*arguments, "--lang", "en")
    assert japanese.code == english.code != 0
    assert JAPANESE.search(japanese.err)
    if japanese.code == 1:
        assert japanese.err.startswith("エラー: ")
    for words in ("営業部長", "担当", "4月", "試験のルール"):
        english = english.__class__(english.code, english.out, english.err.replace(words, ""))
    assert not JAPANESE.search(english.err)


def test_a_rulebook_that_is_no_text_is_refused_before_django_starts(tmp_path: Path):
    (tmp_path / "r.yaml").write_bytes("題".encode("cp932"))
    for lang, word in (("ja", "エラー: r.yaml は"), ("en", "Error: r.yaml is")):
        done = subprocess.run(
            [sys.executable, "-m", "teichaku.cli", "rulebook", "show", "r.yaml", "--lang", lang],
            cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(word)


def test_columns_stand_under_each_other_whatever_the_width_of_signs():
    assert table_lines([("高い", "9"), ("A", "1,234")], numbers=(1,)) == [
        "  高い      9",
        "  A     1,234",
    ]
    assert table_lines([("高い", "x"), ("A", "y")]) == ["  高い  x", "  A     y"]
