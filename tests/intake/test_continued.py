"""Joined columns, rows that go on, fields kept to some rows."""

from __future__ import annotations

import pytest
from tests.intake.importing import import_text

from teichaku.core.errors import InvalidInput
from teichaku.deals.models import Activity, Deal
from teichaku.intake.continued import Continuation
from teichaku.intake.mapping import mapping_parse
from teichaku.intake.reader import BadRecord, Records
from teichaku.leads.models import Lead

MAP = """
entity: activities
columns: {deal: 番号, at: 日付, outcome: 内容}
filled: 日付
continued_by: 開始
carried: 番号
"""


@pytest.mark.django_db
def test_rows_go_on_with_the_record_above_whatever_the_chunks():
    import_text("deals", "external_id\n1\n2\n")
    rows = ("*,1,2026/04/01,a", ",,2026/04/02,b", ",,2026/04/03,", "*,2,,", ",,2026/04/05,d")
    text = "\n".join(("開始,番号,日付,内容", *rows))
    report = import_text("activities", text, file_map=MAP)
    assert (report.read, report.left_out, report.created) == (4, 1, 4)
    found = Activity.objects.order_by("at").values_list("deal__external_id", "outcome")
    assert list(found) == [("1", "a"), ("1", "b"), ("1", ""), ("2", "d")]


def run(*records: Records) -> list[tuple[list[int], list[list[str]], list[int]]]:
    whole = Continuation(mark=0, carried=[1]).whole
    return [(r.lines, r.cells, [bad.line for bad in r.bad]) for r in map(whole, records)]


def test_the_record_above_may_stand_in_the_run_before():
    first = Records([2], [["*", "A", "x"]], [])
    second = Records([3, 4], [["", "", "y"], ["", "B", "z"]], [])
    assert run(first, second)[1] == ([3, 4], [["", "A", "y"], ["", "B", "z"]], [])


def test_rows_after_an_unusable_beginning_are_put_aside_until_the_next():
    bad = BadRecord(3, "ragged", "", ["*"])
    records = Records([2, 4, 5, 6], [["*", "A"], ["", ""], ["", ""], ["*", "B"]], [bad])
    assert run(records) == [([2, 6], [["*", "A"], ["*", "B"]], [3, 4, 5])]


def test_a_bad_row_at_the_end_of_a_run_ends_the_record():
    first = Records([2], [["*", "A"]], [BadRecord(3, "ragged", "", ["*"])])
    assert run(first, Records([4], [["", ""]], []))[1] == ([], [], [4])


def test_rows_before_any_beginning_are_put_aside():
    assert run(Records([2, 3], [["", "A"], ["*", "B"]], [])) == [([3], [["*", "B"]], [2])]


@pytest.mark.django_db
def test_several_columns_are_one_field():
    text = "姓,名,id\n山田,花子,1\n鈴木,,2\n"
    import_text("leads", text, file_map="entity: leads\ncolumns: {external_id: id, name: [姓, 名]}")
    assert sorted(Lead.objects.values_list("name", flat=True)) == ["山田 花子", "鈴木"]


@pytest.mark.django_db
def test_a_field_is_kept_to_the_rows_it_is_meant_for():
    text = "id,s,d\n1,受注,2026/04/01\n2,提案,2026/04/02\n"
    import_text(
        "deals",
        text,
        file_map="entity: deals\ncolumns: {external_id: id, stage: s, close_on: d, closed_on: d}\n"
        "values: {stage: {受注: won}}\nonly: {closed_on: {stage: [won, lost]}}",
    )
    found = Deal.objects.order_by("external_id").values_list("close_on", "closed_on")
    assert [tuple(map(str, days)) for days in found] == [
        ("2026-04-01", "2026-04-01"),
        ("2026-04-02", "None"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entity: leads\ncolumns: {name: a}\ncontinued_by: x", "belong together"),
        ("entity: leads\ncolumns: {name: a}\nonly: {name: {stage: won}}", "stage is not known"),
        ("entity: leads\ncolumns: {name: []}", "columns.name"),
        ("entity: deals\ncolumns: {external_id: a, amount: b}\nscale: {amount: 0}", "scale.amount"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    with pytest.raises(InvalidInput, match=said):
        mapping_parse(text)
