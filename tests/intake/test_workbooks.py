"""Workbooks, written by xlsxwriter or by hand, as Excel and others would."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

from teichaku.core.errors import InvalidInput
from teichaku.intake import limits, workbooks
from teichaku.intake.tables import table_open


def workbook(path, fill):
    with xlsxwriter.Workbook(path) as book:
        fill(book)
    return path


def cells(table):
    return [row for run in table.records(1000) for row in run.cells]


def lines(table):
    return [line for run in table.records(2) for line in run.lines]


@pytest.fixture
def typed(tmp_path):
    def fill(book):
        def style(text):
            return book.add_format({"num_format": text})

        sheet = book.add_worksheet()
        sheet.write_row(
            0, 0, ["文字", "数", "日付", "日時", "和暦", "時刻", "長さ", "真偽", "式", "誤り"]
        )
        sheet.write_string(1, 0, "007")
        sheet.write_number(1, 1, 1_234_567_890_123)
        sheet.write_datetime(1, 2, date(2026, 11, 22), style("yyyy/mm/dd"))
        sheet.write_datetime(
            1, 3, datetime.fromisoformat("2026-11-22T10:30"), style("yyyy/mm/dd hh:mm")
        )
        sheet.write_datetime(1, 4, date(2026, 11, 22), style('[$-411]ggge"年"m"月"d"日"'))
        sheet.write_datetime(1, 5, time(17, 5), style("hh:mm"))
        sheet.write_datetime(1, 6, timedelta(hours=30, minutes=5), style("[h]:mm"))
        sheet.write_boolean(1, 7, True)
        sheet.write_formula(1, 8, "=1+1", None, 2)
        sheet.write_formula(1, 9, "=NA()", None, "#N/A")
        sheet.write_string(2, 0, "二行\nの\r\nセル")
        sheet.write_number(2, 1, 0.1)
        sheet.write_string(4, 0, "空行の後")

    return workbook(tmp_path / "typed.xlsx", fill)


def test_cells_read_as_a_person_would_write_them(typed):
    table = table_open(typed)
    first = ["007", "1234567890123", "2026-11-22", "2026-11-22 10:30:00", "2026-11-22"]
    assert cells(table)[0] == [*first, "17:05:00", "30:05:00", "true", "2", ""]
    assert cells(table)[1][:2] == ["二行\nの\nセル", "0.1"]
    assert lines(table) == [2, 3, 5]
    assert table.notes == (
        "The workbook has 1 cell with an error such as #N/A; it is read as blank.",
    )


@pytest.fixture
def several(tmp_path):
    def fill(book):
        book.add_worksheet("使い方").write_column(0, 0, ["この表は"] * 50)
        few = book.add_worksheet("去年")
        few.write_row(0, 0, ["id", "name"])
        few.write_row(1, 0, ["1", "old"])
        many = book.add_worksheet("今年")
        many.merge_range("A1:D1", "リード一覧")
        many.merge_range("A3:A4", "id")
        many.merge_range("B3:C3", "氏名")
        many.write("D3", "メモ")
        many.merge_range("D3:D4", "メモ")
        many.write_row("B4", ["姓", "名"])
        for i in range(3):
            many.write_row(4 + i, 0, ["a", "山田", "太郎", "x"])
        many.write_row(7, 0, ["合計", None, None, 3])
        hidden = book.add_worksheet("裏")
        hidden.hide()
        hidden.write_column(0, 0, range(90))
        hidden.write_column(0, 1, range(90))

    return workbook(tmp_path / "several.xlsx", fill)


def test_the_sheet_with_most_rows_is_read_and_merged_names_are_put_together(several):
    table = table_open(several)
    assert table.sheets == ("使い方", "去年", "今年")
    assert (table.shape.sheet, table.header) == ("今年", ["id", "姓", "名", "メモ"])
    assert (table.shape.header_line, table.shape.header_lines, table.shape.preamble) == (3, 2, 2)
    assert lines(table) == [5, 6, 7]
    assert table.shape.totals == 1


def test_another_sheet_can_be_named(several):
    assert cells(table_open(several, sheet="去年")) == [["1", "old"]]
    assert len(cells(table_open(several, sheet="裏", headerless=True))) == 90
    with pytest.raises(InvalidInput, match=r"no sheet 来年; its sheets are: 使い方, 去年, 今年"):
        table_open(several, sheet="来年")


def test_what_a_file_is_called_does_not_matter(several):
    renamed = several.rename(several.with_name("list.csv"))
    assert table_open(renamed).shape.sheet == "今年"


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="表">%s</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def test_open_document_sheets(tmp_path):
    text = '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
    when = '<table:table-cell office:value-type="date" office:date-value="2026-11-22"/>'
    row = "<table:table-row>%s</table:table-row>"
    body = row % (text % "名前" + text % "登録日") + row % (text % "㈱北" + when)
    path = tmp_path / "list.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS % body)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    table = table_open(path)
    assert (table.header, cells(table)) == (["名前", "登録日"], [["㈱北", "2026-11-22"]])


def test_a_chart_among_the_sheets_is_no_table(tmp_path):
    def fill(book):
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=一覧!$A$2:$A$3"})
        book.add_chartsheet("図").set_chart(chart)
        book.add_worksheet("一覧").write_column(0, 0, ["id", 1, 2])

    table = table_open(workbook(tmp_path / "chart.xlsx", fill))
    assert (table.sheets, cells(table)) == (("一覧",), [["1"], ["2"]])


def test_parts_named_as_on_windows(tmp_path, several):
    with zipfile.ZipFile(several) as archive:
        parts = {name.replace("/", "\\"): archive.read(name) for name in archive.namelist()}
    path = tmp_path / "windows.xlsx"
    path.write_bytes(packed(parts))
    assert len(cells(table_open(path))) == 3


def refused(path, content, reason):
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        table_open(path)
    assert caught.value.data["reason"] == reason
    return str(caught.value)


def packed(parts, level=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path):
    bomb = packed({"xl/workbook.xml": "<a/>", "xl/worksheets/sheet1.xml": b" " * (64 << 20)})
    assert len(bomb) < 100_000
    assert "CSV" in refused(tmp_path / "bomb.xlsx", bomb, "too_much")


def test_a_zip_bomb_that_lies_about_its_size_ends_its_own_process_only(tmp_path, typed):
    with zipfile.ZipFile(typed) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    start = sheet.index(b"<sheetData>") + len(b"<sheetData>")
    # Gigabytes of nothing between two rows, which the directory declares as a few bytes.
    parts["xl/worksheets/sheet1.xml"] = sheet[:start] + b" " * (200 << 20) + sheet[start:]
    content = bytearray(packed(parts))
    size = len(parts["xl/worksheets/sheet1.xml"]).to_bytes(4, "little")
    assert content.count(size) == 2
    content = bytes(content).replace(size, (5000).to_bytes(4, "little"))
    path = tmp_path / "liar.xlsx"
    path.write_bytes(content)
    with pytest.raises(InvalidInput):
        table_open(path)


def test_a_sheet_that_claims_the_whole_grid_is_refused(tmp_path, typed):
    with zipfile.ZipFile(typed) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", far)
    parts["xl/worksheets/sheet1.xml"] = sheet
    assert "CSV" in refused(tmp_path / "grid.xlsx", packed(parts), "too_much")


def test_a_workbook_that_takes_too_long_is_given_up(several, monkeypatch):
    monkeypatch.setattr(workbooks, "WORKBOOK_SECONDS", 0)
    with pytest.raises(InvalidInput, match="memory or time"):
        table_open(several)
    assert limits.WORKBOOK_SECONDS > 0


def ole(*names):
    streams = b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    return workbooks.OLE + b"\0" * 600 + streams + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "reason", "part"),
    [
        (ole("EncryptionInfo", "EncryptedPackage"), "protected", "password"),
        (ole("WordDocument"), "no_table", "neither a workbook"),
        (ole("Workbook"), "damaged", "damaged"),
        (
            packed({"content.xml": "x", "META-INF/manifest.xml": "<m:encryption-data/>"}),
            "protected",
            "password",
        ),
        (packed({"word/document.xml": "<a/>"}), "no_table", "neither a workbook"),
        (packed({"list.csv": "id\n1\n"}), "no_table", "unpack it first"),
        (packed({"xl/workbook.xml": "<a/>"}), "damaged", "save it again"),
        (b"PK\x03\x04" + b"x" * 500, "damaged", "save it again"),
        (b"PK\x05\x06" + b"\0" * 18, "no_table", "neither a workbook"),
    ],
)
def test_what_is_no_readable_workbook_says_so_and_the_way_out(tmp_path, content, reason, part):
    assert part in refused(tmp_path / "list.xlsx", content, reason)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_that_was_cut_off_is_refused(tmp_path, several, share):
    content = several.read_bytes()
    refused(tmp_path / "cut.xlsx", content[: int(len(content) * share)], "damaged")


def test_a_workbook_of_blank_sheets_is_empty(tmp_path):
    path = workbook(tmp_path / "blank.xlsx", lambda book: book.add_worksheet())
    with pytest.raises(InvalidInput, match="is empty"):
        table_open(path)


def test_the_rows_written_out_go_away_with_the_table(several):
    table = table_open(several)
    rows = table._source.path
    assert rows.is_file()
    assert rows.parent.stat().st_mode & 0o77 == 0
    del table
    assert not rows.exists()
