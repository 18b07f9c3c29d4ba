"""Files as they come: bad rows are named by line, the good ones come in."""

from __future__ import annotations

import pytest
from tests.intake.importing import ACTOR, import_bytes, import_text

from teichaku.core.errors import InvalidInput
from teichaku.core.models import AuditEntry, Change, OutboxMessage
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


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        ("番号,名前\n1,A\n".encode("cp932"), "not UTF-8"),
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
    rows = [f"e{i},1,page_view,2026-01-01" for i in range(11_000)]
    path.write_text("external_id,lead,type,at\n" + "\n".join(rows), encoding="utf-8")
    seen = []
    import_file(entity="events", path=path, actor=ACTOR, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 11_000
    assert len(seen) > 1
