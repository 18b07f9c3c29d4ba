"""Workbooks with several sheets, and files that are too large, on the command line."""

from __future__ import annotations

import json

import pytest
import xlsxwriter
from tests.intake.importing import ACTOR

from teichaku.core.settings import setting_write
from teichaku.intake import tables
from teichaku.intake.limits import max_file_mb
from teichaku.leads.models import Lead

pytestmark = pytest.mark.django_db(transaction=True)

SHEETS = {
    "今期": [["メールアドレス", "氏名"], ["a@kakuu.example.jp", "見本 一郎"]],
    "前期": [
        ["メールアドレス", "氏名"],
        ["b@kakuu.example.jp", "見本 二郎"],
        ["c@kakuu.example.jp", "見本 三郎"],
    ],
    "集計": [["区分", "数"], ["甲", "1"], ["乙", "2"]],
}


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "名簿.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in SHEETS.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def emails():
    return sorted(Lead.objects.values_list("email", flat=True))


def test_the_named_sheet_is_brought_in_and_the_workbook_read_once(cli, book, monkeypatch):
    read = []
    really = tables.sheet_read

    def counted(path, *arguments, **options):
        read.append(path)
        return really(path, *arguments, **options)

    monkeypatch.setattr(tables, "sheet_read", counted)
    done = cli("import", "leads", book, "--sheet", "前期", "--json")
    assert json.loads(done.out)["created"] == 2
    assert emails() == ["b@kakuu.example.jp", "c@kakuu.example.jp"]
    assert read == [book]
    assert '--sheet "前期"' in done.err  # the way to the reasons of the guess
    assert json.loads(cli("import", "leads", book, "--sheet", "今期", "--json").out)["created"] == 1
    assert len(emails()) == 3


def test_a_sheet_of_something_else_is_refused_with_its_own_guess(cli, book):
    refused = cli("import", "leads", book, "--sheet", "集計")
    assert (refused.code, emails()) == (1, [])
    assert '--sheet "集計"' in refused.err
    missing = cli("import", "leads", book, "--sheet", "来期", "--lang", "en")
    assert missing.code == 1
    assert "今期" in missing.err


def test_a_map_for_the_named_sheet_without_names_of_columns(cli, book, write):
    text = "entity: leads\ncolumns: {email: 列1, name: 列2}\n"
    answer = cli("import", "leads", book, "--sheet", "前期", "--map", write("m.yaml", text))
    # To this map the first row is data as well.
    assert "読み取り 3行" in answer.out
    assert {"b@kakuu.example.jp", "c@kakuu.example.jp"} < set(emails())


def test_the_guess_of_a_sheet(cli, book):
    assert "entity: leads" in cli("guess", book, "--sheet", "前期").out
    assert cli("guess", book, "--sheet", "集計").code == 1
    assert "来期" in cli("guess", book, "--sheet", "来期").err


def test_what_is_too_large_is_refused_by_every_way_in(cli, write):
    path = write("leads.csv", "email\n" + "a@kakuu.example.jp\n" * 80_000)
    text = "entity: leads\ncolumns: {email: email}\n"
    setting_write(declaration=max_file_mb, value=1, actor=ACTOR)
    ways = (("import", "leads", path), ("guess", path),
            ("import", "leads", path, "--map", write("m.yaml", text)))  # fmt: skip
    for way in ways:
        refused = cli(*way, "--lang", "en")
        assert (refused.code, refused.out) == (1, "")
        assert "up to 1 MB are read" in refused.err
