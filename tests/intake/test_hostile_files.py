"""Files that nobody should hand in: each is refused with the way out, or harmless."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from tests.intake.importing import ACTOR

from teichaku.core.errors import InvalidInput
from teichaku.core.settings import setting_write
from teichaku.intake.limits import MEGABYTE, MOST_LINE, max_file_mb
from teichaku.intake.services import import_file
from teichaku.intake.tables import table_open


def refusal(path, content):
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        table_open(path)
    assert path.name in str(caught.value)
    return caught.value.data["reason"], str(caught.value)


NOISE = random.Random(1).randbytes(50_000)


@pytest.mark.parametrize(
    ("content", "reason", "part"),
    [
        (b"", "empty", "is empty"),
        (b"\n\r\n , ,\n", "empty", "is empty"),
        (b"\xef\xbb\xbf", "empty", "is empty"),
        (b"%PDF-1.7\n%\xe2\xe3\n" + NOISE, "no_table", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + NOISE, "no_table", "PNG"),
        (b"\xff\xd8\xff\xe0" + NOISE, "no_table", "JPEG"),
        (b"\x1f\x8b\x08" + NOISE, "no_table", "gzip"),
        (b"  <html><table><tr><td>1", "no_table", "HTML"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook>', "no_table", "XML"),
        (b'[{"id": 1}]', "no_table", "JSON"),
        (NOISE, "no_text", "neither UTF-8"),
        (b"id,name\n" + bytes(5000), "no_text", "neither UTF-8"),
        (bytes(5000), "no_text", "neither UTF-8"),
        ("名前,住所\n田中,東京\n".encode("euc_jp") * 50, "no_text", "CSV UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_with_the_way_out(tmp_path, content, reason, part):
    said = refusal(tmp_path / "list.csv", content)
    assert said[0] == reason
    assert part in said[1]


def test_a_line_without_end_is_refused_without_holding_it(tmp_path):
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.write(b"id,name\n1,")
        for _number in range(100):
            file.write(b"x" * MEGABYTE)
    tracemalloc.start()
    with pytest.raises(InvalidInput, match="a line of more than 1 MB"):
        table_open(path)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * MEGABYTE


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"])
def test_a_long_line_is_refused_wherever_it_stands(tmp_path, encoding):
    text = "番号,名前\n" + "1,あ\n" * 200_000 + "2," + "長" * MOST_LINE + "\n3,い\n"
    reason, _text = refusal(tmp_path / "list.csv", text.encode(encoding))
    assert reason == "long_line"


def test_a_cell_without_end_costs_one_row(tmp_path):
    path = tmp_path / "list.csv"
    rows = "".join(f"{i},name of number {i}\n" for i in range(120_000))
    path.write_text('id,name\na,"never closed\n' + rows + "b,last\n", encoding="utf-8")
    assert path.stat().st_size > 2 * MOST_LINE
    runs = list(table_open(path).records(1000))
    assert [bad.reason for run in runs for bad in run.bad] == ["csv"]
    assert runs[-1].cells[-1] == ["b", "last"]
    assert runs[-1].lines[-1] == 120_003


@pytest.mark.django_db
def test_the_largest_size_is_a_setting(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("email\n" + "a@example.com\n" * 160_000, encoding="utf-8")
    setting_write(declaration=max_file_mb, value=2, actor=ACTOR)
    with pytest.raises(InvalidInput, match=r"has 3 MB; up to 2 MB .* intake\.max_file_mb"):
        import_file(entity="leads", path=path, actor=ACTOR)


def test_too_many_rows_are_refused_before_any_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("teichaku.intake.sniff.MOST_ROWS", 1000)
    reason, text = refusal(tmp_path / "list.csv", b"id,name\n" + b"1,a\n" * 1001)
    assert reason == "too_many_rows"
    assert "1,000 rows" in text


def test_nuls_cost_their_rows_only(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"id,name\n" + b"1,a\n" * 50 + b"2,\0\n" + b"3,c\n" * 50)
    runs = list(table_open(path).records(10))
    assert [bad.reason for run in runs for bad in run.bad] == ["nul"]
    assert sum(len(run.lines) for run in runs) == 100


def test_a_formula_is_text(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('id,name\n1,"=HYPERLINK(""http://x"",""y"")"\n', encoding="utf-8")
    assert next(table_open(path).records(10)).cells == [["1", '=HYPERLINK("http://x","y")']]
