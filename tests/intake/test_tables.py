"""Text files as tools and people write them, and what is recognised about each."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teichaku.core.errors import InvalidInput
from teichaku.intake.layout import layout_of
from teichaku.intake.tables import table_open

LIST = "番号,会社名,登録日\r\n1,北の金属㈱,2026/11/22\r\n2,南～－商会,2026/11/23\r\n"
ROWS = [["1", "北の金属㈱", "2026/11/22"], ["2", "南～－商会", "2026/11/23"]]


def opened(folder: Path, content: bytes | str, **options):
    path = folder / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return table_open(path, **options)


def read(table, size=1000):
    runs = list(table.records(size))
    return (
        [line for run in runs for line in run.lines],
        [cells for run in runs for cells in run.cells],
        [bad for run in runs for bad in run.bad],
    )


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (LIST.encode(), "utf-8"),
        (codecs.BOM_UTF8 + LIST.encode(), "utf-8"),
        (codecs.BOM_UTF8 * 2 + LIST.encode(), "utf-8"),
        (LIST.encode("cp932"), "cp932"),
        (codecs.BOM_UTF16_LE + LIST.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + LIST.encode("utf-16-be"), "utf-16-be"),
        (LIST.encode("utf-16-le"), "utf-16-le"),
        (LIST.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_one_list_in_every_encoding(tmp_path, content, encoding):
    table = opened(tmp_path, content)
    assert table.header == ["番号", "会社名", "登録日"]
    assert table.shape.encoding == encoding
    assert read(table) == ([2, 3], ROWS, [])


@pytest.mark.parametrize("mark", [0, 1, 2])
def test_marks_before_a_quoted_name_are_no_part_of_it(tmp_path, mark):
    table = opened(tmp_path, codecs.BOM_UTF8 * mark + b'"id","name"\n"1","a"\n')
    assert table.header == ["id", "name"]


def test_japanese_far_behind_plain_letters_decides_the_encoding(tmp_path):
    plain = "".join(f"{i},plain text\n" for i in range(150_000))
    assert len(plain) > 2 << 20
    table = opened(tmp_path, ("id,name\n" + plain + "x,高橋①\n").encode("cp932"))
    assert table.shape.encoding == "cp932"
    assert read(table)[1][-1] == ["x", "高橋①"]


def test_a_row_in_another_encoding_is_put_aside_and_the_rest_is_read(tmp_path):
    rows = "".join(f"{i},良い名前\n" for i in range(50)).encode("cp932")
    table = opened(tmp_path, b"id,name\n" + rows + "x,悪い".encode() + b"\xff\n" + rows)
    lines, _cells, bad = read(table, size=7)
    assert (len(lines), [(row.line, row.reason) for row in bad]) == (100, [(52, "encoding")])


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_breaks(tmp_path, delimiter, newline):
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL)
    rows = [["id", "memo", "n"], ["1", 'a, b; "c" | d\te', "3"], ["2", "two\nlines", "4"]]
    writer.writerows([*rows, ["3", "", "5"]])
    table = opened(tmp_path, target.getvalue())
    assert (table.shape.delimiter, table.shape.newline) == (delimiter, newline)
    assert read(table)[0] == [2, 3, 5]
    assert read(table)[1] == [*rows[1:], ["3", "", "5"]]


def test_line_breaks_may_be_mixed(tmp_path):
    table = opened(tmp_path, "id,name\r\n1,a\n2,b\r3,c\r\n")
    assert read(table)[:2] == ([2, 3, 4], [["1", "a"], ["2", "b"], ["3", "c"]])


def test_many_values_in_one_cell_do_not_decide_the_delimiter(tmp_path):
    table = opened(tmp_path, "id,tags\n1,a;b;c\n2,d;e;f\n3,g;h;i\n")
    assert table.header == ["id", "tags"]


EIGHT = "この名刺リストは見本です。\n合計 2 件\n※ 取り扱いに注意\n\n"


def test_lines_before_the_header_are_left_out(tmp_path):
    table = opened(tmp_path, EIGHT + "会社名,氏名,e-mail\nA社,山田,a@b.jp\nB社,佐藤,c@d.jp\n")
    assert table.header == ["会社名", "氏名", "e-mail"]
    assert (table.shape.preamble, table.shape.header_line) == (4, 5)
    assert read(table)[0] == [6, 7]
    assert "line 5" in table.notes[0]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_lines_before_the_header_filled_up_with_commas(tmp_path, size):
    text = "リード一覧,,,\n出力日,2026/11/22,,\n出力者,佐藤,,\n,,,\n会社名,氏名,PV数,CV数\n"
    text += "A社,山田,14,1\nB社,佐藤,3,0\n"
    table = opened(tmp_path, text)
    assert (table.header, table.shape.preamble) == (["会社名", "氏名", "PV数", "CV数"], 4)
    assert read(table, size)[1] == [["A社", "山田", "14", "1"], ["B社", "佐藤", "3", "0"]]


def test_a_line_of_values_above_the_header_is_no_header(tmp_path):
    text = "期間,2026/01/01,〜,2026/03/31\n会社名,氏名,PV数,CV数\nA社,山田,14,1\nB社,佐藤,3,0\n"
    assert opened(tmp_path, text).header == ["会社名", "氏名", "PV数", "CV数"]
    years = "氏名,評価,2026\n山田,a,1\n佐藤,b,x\n"
    assert opened(tmp_path, years).header == ["氏名", "評価", "2026"]


def test_a_line_of_groups_above_the_names(tmp_path):
    text = "企業,,担当者,,確度\n名前,電話,姓,名,\n"
    text += "A社,03-1234-5678,山田,太郎,高\nB社,06-1234-5678,佐藤,花子,低\n"
    table = opened(tmp_path, text)
    assert table.header == ["名前", "電話", "姓", "名", "確度"]
    assert (table.shape.header_line, table.shape.header_lines) == (1, 2)
    assert read(table)[0] == [3, 4]


def test_groups_tell_apart_what_they_have_in_common(tmp_path):
    text = "今期,,前期,,\n件数,金額,件数,金額,備考\n1,100,2,200,a\n3,300,4,400,b\n"
    header = ["今期 件数", "今期 金額", "前期 件数", "前期 金額", "備考"]
    assert opened(tmp_path, text).header == header


def test_blank_and_repeated_names_become_unique(tmp_path):
    table = opened(tmp_path, "名前,,名前,名前 (2),名前\na,b,c,d,e\n")
    assert table.header == ["名前", "列2", "名前 (3)", "名前 (2)", "名前 (4)"]
    assert table.repeated == {"名前"}
    assert len(set(table.header)) == 5


@given(st.lists(st.sampled_from(["a", "b", "a (2)", "列1", "列2", "", " a "]), min_size=1))
def test_no_name_is_ever_there_twice(names):
    header = layout_of([names, ["x"] * len(names)]).header
    assert len(set(header)) == len(header) == len(names)


def test_a_file_whose_first_row_is_like_the_others_names_no_columns(tmp_path):
    rows = "".join(f'{i},"ﾌﾞﾝｶﾁﾖｳ","文化庁",{1000000 + i}\n' for i in range(1, 9))
    table = opened(tmp_path, rows)
    assert (table.header, table.shape.header_line) == (["列1", "列2", "列3", "列4"], None)
    assert read(table)[0] == list(range(1, 9))
    words = opened(tmp_path, "a,b\nc,d\n", headerless=True)
    assert read(words)[1] == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize("total", ["合計,,300", "総計,2,300", "小計,,100\nTotal,,300", ",計,300"])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_sums_at_the_end_are_left_out(tmp_path, total, size):
    table = opened(tmp_path, f"名前,件数,金額\nA,1,100\nB,1,200\n{total}\n\n")
    assert read(table, size)[1] == [["A", "1", "100"], ["B", "1", "200"]]
    assert table.shape.totals == total.count("\n") + 1
    assert table.notes


@pytest.mark.parametrize("row", ["合計商事,1,100", "合計,山田,100", "計測 一郎,,"])
def test_rows_that_only_begin_like_sums_stay(tmp_path, row):
    assert read(opened(tmp_path, f"名前,担当,金額\nA,B,100\n{row}\n"))[0] == [2, 3]


def test_sums_in_the_middle_stay_for_they_may_be_anything(tmp_path):
    assert read(opened(tmp_path, "名前,n\n合計,1\nA,2\n"))[1] == [["合計", "1"], ["A", "2"]]


def test_blank_rows_and_blanks_behind_the_last_column_say_nothing(tmp_path):
    table = opened(tmp_path, "id,name\n1,a,,\n,\n\n2,b\n")
    assert read(table) == ([2, 5], [["1", "a"], ["2", "b"]], [])


@pytest.mark.parametrize(
    ("end", "line"), [('3,"never closed\n4,d\n', 4), ("3", 4), ("3,c\n4", 5), ('3,"c\n4,d', 4)]
)
def test_a_file_that_breaks_off_loses_only_the_row_it_broke_off_in(tmp_path, end, line):
    table = opened(tmp_path, "id,name\n1,a\n2,b\n" + end)
    lines, _cells, bad = read(table)
    assert lines == [*range(2, line)]
    assert [(row.line, row.reason) for row in bad] == [(line, "truncated")]


def test_a_last_line_without_its_line_break_is_whole_when_its_cells_are(tmp_path):
    assert read(opened(tmp_path, "id,name\n1,a\n2,b"))[0] == [2, 3]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0")),
            min_size=3,
            max_size=3,
        ),
        max_size=20,
    )
)
def test_what_the_csv_module_writes_is_read_back(tmp_path_factory, rows):
    rows = [["x", *row] for row in rows]
    target = io.StringIO(newline="")
    csv.writer(target).writerows([["id", "名前", "memo", "n"], *rows])
    table = opened(tmp_path_factory.mktemp("back"), target.getvalue())
    _lines, cells, bad = read(table, size=4)
    assert (cells, bad) == (rows, [])


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    table = opened(tmp_path, "id,name\n")
    assert (table.header, read(table)) == (["id", "name"], ([], [], []))


def test_many_columns_of_one_name_are_told_apart():
    header = layout_of([["名前"] * 50_000, ["x"] * 50_000]).header
    assert (header[0], header[1], header[-1]) == ("名前", "名前 (2)", "名前 (50000)")


def test_too_many_columns_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="1001 columns; up to 1000"):
        opened(tmp_path, ",".join(f"c{i}" for i in range(1001)) + "\n")
