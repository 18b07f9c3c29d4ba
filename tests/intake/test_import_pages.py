"""The pages of an import: files handed in, columns confirmed, rows in, out again, and back."""

from __future__ import annotations

import csv
import io
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.intake.states import differences, state
from tests.intake.test_undo import DEALS, LEADS, bring

from teichaku.accounts.models import Role, User
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import SYSTEM
from teichaku.core.jobs import run_one
from teichaku.core.spreadsheets import neutral
from teichaku.deals.models import Deal
from teichaku.intake.models import ImportRun, SavedMapping, Upload
from teichaku.intake.tables import table_open
from teichaku.intake.upload_jobs import intake_sweep
from teichaku.intake.uploads import spool
from teichaku.leads.models import Lead

HUBSPOT = """Record ID,First Name,Last Name,Email,Company Name,Lifecycle Stage,Create Date
1,Hana,Sato,hana@aoba.example,Aoba,lead,2026-03-01 10:00
2,Ken,Oka,ken@oka.example,Oka,lead,2026-03-02 10:00
"""


@pytest.fixture
def marketer(db) -> Client:
    user = user_create(email="m@example.jp", name="市場 花子", password="p" * 20, actor=SYSTEM)
    role_grant(user=user, role=Role.MARKETER, actor=SYSTEM)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def work() -> None:
    """Every job that is due, as a worker would."""
    while run_one("test", kinds=["intake.import", "intake.undo"]):
        pass


def hand_in(client: Client, **files: str | bytes) -> Upload:
    """The upload of these files, at the page that shows their columns."""
    sent = [
        SimpleUploadedFile(f"{name}.csv", text.encode() if isinstance(text, str) else text)
        for name, text in files.items()
    ]
    answer = client.post(reverse("intake:import_list"), {"exports": sent})
    assert answer.status_code == 302, answer.content.decode()
    return Upload.objects.latest("pk")


@pytest.mark.django_db(transaction=True)
def test_files_come_in_through_the_pages_and_nothing_of_them_stays_on_disk(marketer) -> None:
    upload = hand_in(marketer, leads=LEADS, deals=DEALS)
    folder = spool(upload)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    page = marketer.get(reverse("intake:upload", args=[upload.uid])).content.decode()
    assert "leads.csv" in page
    assert "hana" not in page
    tried = marketer.post(reverse("intake:upload", args=[upload.uid]), {"try": "1"})
    assert "What would happen" in tried.content.decode()
    assert not Lead.objects.exists()
    assert not ImportRun.objects.exists()
    answer = marketer.post(reverse("intake:upload", args=[upload.uid]), {"start": "1"})
    assert answer.status_code == 302
    waiting = marketer.get(reverse("intake:upload_progress", args=[upload.uid]))
    assert "Waiting for a worker" in waiting.content.decode()
    work()
    assert (
        "HX-Refresh" in marketer.get(reverse("intake:upload_progress", args=[upload.uid])).headers
    )
    page = marketer.get(reverse("intake:upload", args=[upload.uid])).content.decode()
    assert "The files are in" in page
    assert Lead.objects.filter(name="秋 一").exists()
    assert Deal.objects.count() == 3
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert SavedMapping.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_column_can_be_read_otherwise_and_is_so_the_next_time(marketer) -> None:
    upload = hand_in(marketer, contacts=HUBSPOT)
    address = reverse("intake:upload", args=[upload.uid])
    columns = table_open(spool(upload) / "0" / "contacts.csv").header
    place = columns.index("Lifecycle Stage")
    answer = marketer.post(address, {"start": "1", f"0-leads-{place}": "source"})
    assert answer.status_code == 302, answer.content.decode()
    work()
    lead = Lead.objects.get(email="hana@aoba.example")
    assert (lead.source, lead.stage) == ("lead", "")
    again = hand_in(marketer, contacts=HUBSPOT)
    page = marketer.get(reverse("intake:upload", args=[again.uid])).content.decode()
    assert "As confirmed before" in page
    marketer.post(reverse("intake:upload", args=[again.uid]), {"start": "1"})
    work()
    run = ImportRun.objects.latest("pk")
    assert run.counts["unchanged"] == 2


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_read_says_why_and_what_was_typed_stays(marketer) -> None:
    upload = hand_in(marketer, contacts=HUBSPOT)
    address = reverse("intake:upload", args=[upload.uid])
    header = HUBSPOT.splitlines()[0].split(",")
    nothing = {f"0-leads-{place}": "" for place in range(len(header))}
    answer = marketer.post(address, {"start": "1", **nothing})
    assert answer.status_code == 400
    assert "at least one" in answer.content.decode()
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.CHOOSING
    refused = hand_in(marketer, broken=b"\x00\x01\x02" * 2_000, leads=LEADS)
    page = marketer.get(reverse("intake:upload", args=[refused.uid])).content.decode()
    assert "broken.csv" in page
    nothing_sent = marketer.post(reverse("intake:import_list"))
    assert nothing_sent.status_code == 400
    marketer.post(reverse("intake:upload", args=[upload.uid]), {"drop": "1"})
    assert not (spool(upload) / "0").exists()


@pytest.mark.django_db(transaction=True)
def test_rows_put_aside_come_back_corrected_with_the_same_mapping(marketer) -> None:
    bad = "Record ID,Email,Create Date,First Name\n1,=cmd|' /c calc'!A0@x.example,sometime,-5\n"
    upload = hand_in(marketer, contacts=bad)
    marketer.post(
        reverse("intake:upload", args=[upload.uid]),
        {"start": "1", "0-leads-0": "external_id", "0-leads-1": "email", "0-leads-2": "created_at"},
    )
    work()
    run = ImportRun.objects.latest("pk")
    assert run.counts["rejected"] == 1
    page = marketer.get(reverse("intake:run", args=[run.uid])).content.decode()
    assert "sometime" in page
    sent = marketer.get(reverse("intake:run_corrections", args=[run.uid, "csv"])).content
    rows = list(csv.reader(io.StringIO(sent.decode("utf-8-sig"))))
    assert rows[1][3].startswith("'=cmd")
    assert rows[1][5] == "-5"
    rows[1][3], rows[1][4] = "a@x.example", "2026-03-01"
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    again = hand_in(marketer, corrected=text.getvalue())
    answer = marketer.post(reverse("intake:upload", args=[again.uid]), {"start": "1"})
    assert answer.status_code == 302, answer.content.decode()
    work()
    lead = Lead.objects.get(identities__external_id="1")
    assert lead.email == "a@x.example"
    assert "sometime" not in str(lead.attributes)
    xlsx = marketer.get(reverse("intake:run_corrections", args=[run.uid, "xlsx"])).content
    path = Path(spool(again).parent / "rows.xlsx")
    path.write_bytes(xlsx)
    assert table_open(path).header[2:] == ["Record ID", "Email", "Create Date", "First Name"]


@pytest.mark.django_db(transaction=True)
def test_rows_that_a_writer_refuses_keep_the_columns_of_the_file(marketer) -> None:
    run = bring("stages")
    assert run.counts["rejected"] == 3
    assert run.rejected_rows.first().raw["deal"] == "d2"
    header = next(csv.reader(io.StringIO(_csv(marketer, run))))
    assert header[2:] == ["deal", "stage", "at", "actor"]


@pytest.mark.django_db(transaction=True)
def test_an_import_is_taken_back_on_its_page(marketer) -> None:
    before = state()
    run = bring("leads")
    page = marketer.get(reverse("intake:run_undo", args=[run.uid])).content.decode()
    assert "Leads: 3" in page
    answer = marketer.post(reverse("intake:run_undo", args=[run.uid]))
    assert answer.status_code == 302
    assert "being taken back" in marketer.get(answer["Location"]).content.decode()
    work()
    assert differences(before, state()) == {}
    page = marketer.get(answer["Location"], follow=True).content.decode()
    assert "Leads: 3 removed" in page
    refused = marketer.get(reverse("intake:run_undo", args=[run.uid]), follow=True)
    assert "already" in refused.content.decode()


@pytest.mark.django_db
def test_the_pages_ask_few_questions_however_many_imports(
    marketer, django_assert_max_num_queries
) -> None:
    runs = [
        ImportRun(
            entity="leads", file_name=f"{i}.csv", sha256="", size=1, started_at=timezone.now(),
            actor_kind="human", actor_name="x",
        )
        for i in range(120)
    ]  # fmt: skip
    ImportRun.objects.bulk_create(runs)
    with django_assert_max_num_queries(15):
        page = marketer.get(reverse("intake:import_list")).content.decode()
    assert "119.csv" in page
    assert "Earlier imports" in page


@pytest.mark.django_db
def test_only_people_with_the_right_open_them(client) -> None:
    user = user_create(email="r@example.jp", name="rep", password="p" * 20, actor=SYSTEM)
    role_grant(user=user, role=Role.SALES_REP, actor=SYSTEM)
    client.force_login(user)
    assert client.get(reverse("intake:import_list")).status_code == 403
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_files_that_nobody_confirms_are_gone_after_a_day(marketer) -> None:
    upload = hand_in(marketer, leads=LEADS)
    intake_sweep({})
    assert spool(upload).exists()
    Upload.objects.filter(pk=upload.pk).update(at=timezone.now() - timedelta(hours=25))
    intake_sweep({})
    assert not spool(upload).exists()
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.FAILED


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"), ("@sum(A1)", "'@sum(A1)"), ("+cmd|x", "'+cmd|x"), ("＝A1", "'＝A1"),
        ("-2+3+cmd", "'-2+3+cmd"), ("\t=1", "'\t=1"), ("-5", "-5"), ("-1,200", "-1,200"),
        ("+81-3-1234-5678", "+81-3-1234-5678"), ("plain", "plain"), ("", ""), (5, 5),
    ],
)  # fmt: skip
def test_cells_that_a_program_would_run_are_marked(cell, safe) -> None:
    assert neutral(cell) == safe


def _csv(client: Client, run: ImportRun) -> str:
    sent = client.get(reverse("intake:run_corrections", args=[run.uid, "csv"])).content
    return sent.decode("utf-8-sig")
