"""A diagnosis asked for on the pages, made for real, and thrown away."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import SYSTEM
from teichaku.core.jobs import run_one
from teichaku.deals.models import Deal
from teichaku.intake.models import ImportRun, Upload
from teichaku.intake.uploads import spool
from teichaku.leads.models import Lead

LEADS = """external_id,email,name,company,owner,mql_at,created_at
l1,aki@aoba.example,秋 一,青葉商事,佐藤 花子,2026-03-01 10:00,2026-02-01 09:00
l2,bun@oka.example,文 二,丘精機,佐藤 花子,2026-03-02 10:00,2026-02-02 09:00
"""
DEALS = """external_id,lead,company,owner,name,stage,amount,created_on,close_on,closed_on
d1,l1,青葉商事,佐藤 花子,一期,won,1200000,2026-03-05,2026-04-01,2026-04-01
d2,,丘精機,佐藤 花子,二期,proposal,300000,2026-03-06,2026-04-01,
"""


def signed_in(name: str, role: Role) -> Client:
    user = user_create(
        email=f"{name}@example.jp", name=name, password="a long pass phrase", actor=SYSTEM
    )
    role_grant(user=user, role=role, actor=SYSTEM)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def hand_in(client: Client, **options: str) -> Upload:
    sent = [
        SimpleUploadedFile("leads.csv", LEADS.encode()),
        SimpleUploadedFile("deals.csv", DEALS.encode()),
    ]
    answer = client.post(reverse("checklist:diagnosis_new"), {"exports": sent, **options})
    assert answer.status_code == 302, answer.content.decode()
    return Upload.objects.latest("pk")


@pytest.mark.django_db(transaction=True)
def test_files_in_a_report_out_and_nothing_stays() -> None:
    client = signed_in("boss", Role.EXECUTIVE)
    upload = hand_in(client)
    address = reverse("checklist:diagnosis", args=[upload.uid])
    assert "Diagnose" in client.get(address).content.decode()
    assert client.post(address, {"start": "1"}).status_code == 302
    progress = reverse("checklist:diagnosis_progress", args=[upload.uid])
    assert "Waiting for a worker" in client.get(progress).content.decode()
    assert run_one("test", kinds=["checklist.diagnose"])
    assert "HX-Refresh" in client.get(progress).headers
    page = client.get(address).content.decode()
    assert "The diagnosis is ready" in page, page
    files = {
        kind: client.get(reverse("checklist:diagnosis_file", args=[upload.uid, kind]))
        for kind in ("html", "xlsx", "json")
    }
    report = json.loads(files["json"].content)
    assert {file["file"]: file["read"] for file in report["files"]} == {
        "leads.csv": 2,
        "deals.csv": 2,
    }
    assert "default-src 'none'" in files["html"]["Content-Security-Policy"]
    assert files["xlsx"].content[:2] == b"PK"
    # The company's own data was never touched, and the files are gone.
    assert not Lead.objects.exists()
    assert not Deal.objects.exists()
    assert not ImportRun.objects.exists()
    kept = {path.name for path in spool(upload).rglob("*") if path.is_file()}
    assert kept == {"report.html", "lists.xlsx", "report.json"}
    client.post(reverse("checklist:diagnosis_drop", args=[upload.uid]))
    assert not spool(upload).exists()
    assert "This diagnosis is gone" in client.get(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_names_can_be_hidden_and_others_see_nothing_of_it() -> None:
    client = signed_in("boss", Role.EXECUTIVE)
    upload = hand_in(client, hide_names="1")
    address = reverse("checklist:diagnosis", args=[upload.uid])
    client.post(address, {"start": "1"})
    run_one("test", kinds=["checklist.diagnose"])
    html = client.get(reverse("checklist:diagnosis_file", args=[upload.uid, "html"]))
    text = html.content.decode()
    assert "青葉" not in text
    assert "佐藤" not in text
    assert signed_in("coach", Role.COACH).get(address).status_code == 404
    assert signed_in("rep", Role.SALES_REP).get(address).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_judged_says_why() -> None:
    client = signed_in("boss", Role.EXECUTIVE)
    sent = SimpleUploadedFile("odd.csv", "いろ,かたち\n赤,丸\n".encode())
    client.post(reverse("checklist:diagnosis_new"), {"exports": [sent]})
    upload = Upload.objects.latest("pk")
    address = reverse("checklist:diagnosis", args=[upload.uid])
    answer = client.post(address, {"start": "1"})
    assert answer.status_code == 400
    assert "left out" in answer.content.decode()
