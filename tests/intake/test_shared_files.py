"""Every file of the shared data: its columns, its rows, or a refusal that helps."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from teichaku.intake.tables import table_open

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
EXPORTS = DATA / "crm_exports"
JAPAN = DATA / "japan"
BROKEN = "fakeemaildata.csv"  # its quotes are escaped by backslashes, which no CSV reader expects

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the files are not in ../shared/data")


def read(path):
    table = table_open(path)
    runs = list(table.records(1000))
    return (
        table,
        [cells for run in runs for cells in run.cells],
        [bad for run in runs for bad in run.bad],
    )


def by_hand(path, encoding="utf-8"):
    text = path.read_bytes().decode(encoding).lstrip("\ufeff")
    return list(csv.reader(text.splitlines(keepends=True)))


@pytest.mark.parametrize(
    "path", sorted(EXPORTS.glob("*/*.csv")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_exports_of_crm_and_ma_tools(path):
    header, *rows = [row for row in by_hand(path) if row]
    table, cells, bad = read(path)
    assert table.header == [" ".join(name.split()) for name in header]
    assert table.shape.header_line == 1
    if path.name == BROKEN:
        assert [row.reason for row in bad] == ["ragged"] * 2
        assert "18 cells, the first line names 17" in bad[0].message
    else:
        assert (cells, bad) == (rows, [])


def test_all_97_exports_are_there():
    assert len(list(EXPORTS.glob("*/*.csv"))) == 97


@pytest.mark.parametrize(
    ("name", "columns", "rows", "encoding"),
    [
        ("JIGYOSYO.CSV", 13, 21_845, "cp932"),
        ("dummy_persons_utf8.csv", 11, 5_000, "utf-8"),
        ("dummy_persons_cp932.csv", 11, 5_000, "cp932"),
        ("jds100_customer.csv", 11, 21_971, "utf-8"),
        ("jds100_store.csv", 10, 53, "utf-8"),
        ("jds100_product.csv", 6, 10_030, "utf-8"),
        ("jds100_category.csv", 6, 228, "utf-8"),
    ],
)
def test_japanese_files(name, columns, rows, encoding):
    table, cells, bad = read(JAPAN / name)
    assert (len(table.header), len(cells), bad) == (columns, rows, [])
    assert table.shape.encoding == encoding
    assert not any("\ufeff" in column for column in table.header)
    body = by_hand(JAPAN / name, encoding)
    assert cells == (body if table.shape.header_line is None else body[1:])


def test_offices_keep_their_zeros_their_widths_and_their_dashes():
    table, cells, _bad = read(JAPAN / "JIGYOSYO.CSV")
    assert table.header == [f"列{i}" for i in range(1, 14)]
    assert Counter(row[3] for row in cells).most_common(2) == [("東京都", 4566), ("愛知県", 1537)]
    assert Counter(row[10] for row in cells) == {"0": 19_493, "1": 2_352}
    assert sum(row[7].startswith("0") for row in cells) == 1_781
    assert sum(row[0].startswith("0") for row in cells) == 3_154
    assert sum("\u3000" in row[2] for row in cells) == 15_988
    lines = ["".join(row) for row in cells]
    assert sum("\uff0d" in line or "\uff5e" in line for line in lines) == 13_113
    raw = [line.encode("cp932") for line in lines]
    assert sum(b"\x81\x7c" in line or b"\x81\x60" in line for line in raw) == 13_113
    strict = [line.decode("shift_jis", "replace") for line in raw]
    assert sum(a != b for a, b in zip(lines, strict, strict=True)) == 13_114
    assert sum("㈱" in line for line in lines) == sum("Ⅱ" in line for line in lines) == 1
    assert not any("\u2212" in line or "\u301c" in line for line in lines)


def test_one_list_in_two_encodings_is_the_same_list():
    assert read(JAPAN / "dummy_persons_cp932.csv")[1:] == read(JAPAN / "dummy_persons_utf8.csv")[1:]


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("olist_marketing_funnel/olist_marketing_qualified_leads_dataset.csv", 8_000),
        ("olist_marketing_funnel/olist_closed_deals_dataset.csv", 842),
        ("crm_sales_opportunities/sales_pipeline.csv", 8_800),
        ("crm_sales_opportunities/accounts.csv", 85),
        ("crm_sales_opportunities/products.csv", 7),
        ("crm_sales_opportunities/sales_teams.csv", 35),
        ("crm_sales_opportunities/data_dictionary.csv", 21),
        ("helpdesk_log/helpdesk_events.csv", 21_348),
    ],
)
def test_funnels_pipelines_and_logs(path, rows):
    table, cells, bad = read(DATA / path)
    assert (len(cells), bad, table.notes) == (rows, [], ())
    assert table.header == by_hand(DATA / path)[0]


def test_a_zipped_log_is_refused_with_what_to_do():
    from teichaku.core.errors import InvalidInput

    with pytest.raises(InvalidInput, match="gzip"):
        table_open(DATA / "helpdesk_log" / "helpdesk.xes.gz")
