"""Files as they come: bad rows are named by line, the good ones come in."""

from __future__ import annotations

from datetime import date

import pytest
import xlsxwriter
from tests.intake.importing import ACTOR, import_bytes, import_text

from teichaku.core.errors import InvalidInput
from teichaku.core.models import AuditEntry, Change, OutboxMessage
from teichaku.deals.models import Deal
from teichaku.intake.models import ImportRun, RejectedRow
from teichaku.intake.services import import_file
from teichaku.leads.models import Company, Lead

pytestmark = pytest.mark.django_db

MIXED = (
    "external_id,name,created_at\n"
    'a,"Two\nlines",2026-01-01\n'
    "b,short\n"
    "\n"
    "c,Bad date,yesterday\n"
    'd,"x, y",2026/02/03 10:00\n'
    ",Nobody,\n"
)


def test_bad_rows_go_to_quarantine_with_their_line_and_reason():
    report = import_text("leads", MIXED)
    assert (report.read, report.created, report.rejected) == (5, 3, 2)
    rows = list(RejectedRow.objects.order_by("line").values_list("line", "reason", "raw"))
    assert rows == [
        (4, "ragged", {"external_id": "b", "name": "short"}),
        (6, "unreadable", {"external_id": "c", "name": "Bad date", "created_at": "yesterday"}),
    ]
    assert "2026-11-22" in report.rejected_rows[1].message
    assert Lead.objects.filter(name="Two\nlines").exists()


def test_a_run_is_recorded_with_its_counts():
    import_text("leads", MIXED)
    run = ImportRun.objects.get()
    assert (run.entity, run.file_name, run.counts["created"]) == ("leads", "leads.csv", 3)
    assert run.finished_at is not None
    assert len(run.sha256) == 64


def test_a_dry_run_counts_the_same_and_leaves_nothing():
    dry = import_text("leads", MIXED + "e,E,2026-01-01\n", dry_run=True)
    for model in (Lead, Company, ImportRun, RejectedRow, AuditEntry, OutboxMessage, Change):
        assert not model.objects.exists()
    real = import_text("leads", MIXED + "e,E,2026-01-01\n")
    for name in ("read", "created", "updated", "unchanged", "duplicates", "rejected"):
        assert getattr(dry, name) == getattr(real, name)
    assert dry.rejected_rows == real.rejected_rows


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    assert import_bytes("leads", b"\xef\xbb\xbfexternal_id,name\n1,A\n").created == 1


def test_single_undecodable_rows_stay_out():
    text = "external_id,name\n1,良い\n".encode() + "2,悪い\n".encode("cp932") + b"3,a\0b\n4,ok\n"
    report = import_bytes("leads", text)
    assert report.created == 2
    assert [(row.line, row.reason) for row in report.rejected_rows] == [(3, "encoding"), (4, "nul")]


def test_what_was_recognised_is_among_the_notes_of_the_report():
    content = "名刺の一覧\n合計 1 件\n\nexternal_id,name,email\n1,山田,a@example.com\n"
    report = import_bytes("leads", content.encode("cp932"))
    assert report.created == 1
    assert any("Shift_JIS" in note for note in report.notes)
    assert any("line 4" in note for note in report.notes)


def test_a_workbook_comes_in_like_any_list(tmp_path):
    path = tmp_path / "leads.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("去年", 1), ("今年", 3)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["external_id", "name", "created_at"])
            for i in range(1, rows + 1):
                sheet.write_row(i, 0, [i, f"{name}{i}", 46_348.5])
    named = import_file(entity="leads", path=path, actor=ACTOR, sheet="去年")
    assert (named.created, Lead.objects.get().name) == (1, "去年1")
    assert import_file(entity="leads", path=path, actor=ACTOR).created == 2
    lead = Lead.objects.get(name="今年2")
    assert lead.created_at.isoformat() == "2026-11-22T03:00:00+00:00"


def test_columns_without_names_are_called_by_their_position():
    rows = "".join(f"{i},1000{i:03},2026/1/{i}\n" for i in range(1, 29))
    report = import_text(
        "leads", rows, file_map="entity: leads\ncolumns: {external_id: 列1, created_at: column 3}"
    )
    assert (report.created, report.rejected) == (28, 0)


def test_positions_in_the_map_make_the_first_row_data_even_where_it_looks_like_names():
    report = import_text(
        "leads", "a,x\nb,y\n", file_map="entity: leads\ncolumns: {external_id: 列1, name: 列2}"
    )
    assert report.created == 2


def test_telephones_and_readings_get_one_form_and_names_stay_as_written():
    rows = "email,name,kana,phone\na@example.com,㈱髙橋～,ﾀｶﾊｼ,０３ー１２３４ー５６７８\n"
    import_text("leads", rows)
    lead = Lead.objects.get()
    assert (lead.name, lead.kana, lead.phone) == ("㈱髙橋～", "タカハシ", "0312345678")
    assert import_text("leads", rows).unchanged == 1


def test_a_column_with_a_blank_name_is_called_by_its_position_and_the_header_stays():
    file_map = "entity: leads\ncolumns: {external_id: id, name: 列2}"
    assert import_text("leads", "id,,memo\na,x,1\nb,y,2\n", file_map=file_map).created == 2
    assert set(Lead.objects.values_list("name", flat=True)) == {"x", "y"}


SHORT = "entity: deals\ncolumns: {external_id: id, created_on: at}\n"


def test_short_dates_need_a_column_that_proves_their_order():
    with pytest.raises(InvalidInput) as caught:
        import_text("deals", "id,at\n1,8/9/14 19:00\n2,1/2/14 8:30\n", file_map=SHORT)
    assert '"dates: {created_on: %m/%d/%y %H:%M}"' in str(caught.value)
    assert '"dates: {created_on: %d/%m/%y %H:%M}"' in str(caught.value)
    assert caught.value.data["field"] == "created_on"
    rows = "".join(f"{i},8/9/2014\n" for i in range(6_000)) + "6000,8/19/2014\n"
    assert import_text("deals", "id,at\n" + rows, file_map=SHORT).created == 6_001
    assert set(Deal.objects.values_list("created_on", flat=True)) == {
        date(2014, 8, 9),
        date(2014, 8, 19),
    }


def test_the_map_decides_an_order_that_the_column_cannot_prove():
    text = "id,at\n1,8/9/14\n"
    import_text("deals", text, file_map=SHORT + "dates: {created_on: '%d/%m/%y'}")
    assert Deal.objects.get().created_on == date(2014, 9, 8)


def test_amounts_are_scaled_unless_the_cell_names_its_own_unit():
    import_text(
        "deals",
        'id,a\n1,120\n2,"1,200千円"\n3,120万円\n4,▲5\n',
        file_map="entity: deals\ncolumns: {external_id: id, amount: a}\nscale: {amount: 1000}",
    )
    amounts = dict(Deal.objects.values_list("external_id", "amount"))
    assert amounts == {"1": 120_000, "2": 1_200_000, "3": 1_200_000, "4": -5_000}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b"\x81\xff,\x81\xff\n1,A\n2,B\n", "cannot be read"),
        (b"id,mail\n1,a@b.jp\n", "gives no column for any of"),
        (b"email,email\na@b.jp,c@d.jp\n", "several columns called email"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_way_out(content, part):
    with pytest.raises(InvalidInput, match=part):
        import_bytes("leads", content)


def test_an_absent_column_is_named_with_its_likeliest_spelling():
    with pytest.raises(InvalidInput, match=r"no column e_mail.*Did you mean e-mail"):
        import_text("leads", "e-mail\nx@y.jp\n", file_map="entity: leads\ncolumns: {email: e_mail}")


def test_values_constants_and_where_shape_the_rows():
    report = import_text(
        "leads",
        "id,route,keep\n1,exh,yes\n2,www,no\n3,www,yes\n",
        file_map=(
            "entity: leads\ncolumns: {external_id: id, source: route}\n"
            "constants: {campaign: autumn}\nvalues: {source: {exh: 展示会}}\nwhere: {keep: ['yes']}"
        ),
    )
    assert (report.read, report.left_out, report.created) == (2, 1, 2)
    assert sorted(Lead.objects.values_list("source", "campaign")) == [
        ("www", "autumn"),
        ("展示会", "autumn"),
    ]


def test_people_come_in_with_roles_and_bad_roles_stay_out():
    report = import_text("users", "external_id,name,role\n1,A,sales_rep\n2,B,wizard\n")
    assert (report.created, report.rejected) == (1, 1)
    assert report.rejected_rows[0].line == 3


def test_keys_too_long_for_an_index_stay_out():
    rows = f"external_id,name\n{'1' * 501},A\n2,{'長' * 9000}\n"
    report = import_text("leads", rows)
    assert (report.created, report.rejected_rows[0].reason) == (1, "too_long")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("amount", "1e999999999"),
        ("amount", "12.5"),
        ("amount", "abc"),
        ("closed_on", "9999-99-99"),
    ],
)
def test_impossible_values_stay_out_and_say_why(field, text):
    report = import_text("deals", f"external_id,{field}\n1,{text}\n")
    assert (report.rejected, report.created) == (1, 0)
    assert text in report.rejected_rows[0].message


def test_the_last_day_of_the_calendar_is_a_day():
    report = import_text(
        "deals", "external_id,stage,closed_on,close_on\n1,won,9999-12-31,9999-12-31\n"
    )
    assert report.created == 1


@pytest.mark.parametrize(
    ("entity", "header"),
    [
        ("leads", "email"),
        ("companies", "name"),
        ("events", "external_id,lead,type,at"),
        ("deals", "external_id"),
        ("stages", "deal,stage,at"),
        ("activities", "at"),
        ("users", "email"),
    ],
)
def test_a_file_with_columns_and_no_rows_does_nothing(entity, header):
    assert import_text(entity, header + "\n").read == 0


def test_progress_counts_up_to_the_last_row(tmp_path):
    path = tmp_path / "events.csv"
    rows = [f"e{i},1,page_view,2026-01-01" for i in range(21_000)]
    path.write_text("external_id,lead,type,at\n" + "\n".join(rows), encoding="utf-8")
    seen = []
    import_file(entity="events", path=path, actor=ACTOR, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 21_000
    assert len(seen) > 1
