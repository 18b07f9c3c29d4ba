"""Files of leads bring refusals along, and a ground where day and evidence are given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.consent.consenting import ground, lead, said
from tests.consent.test_pages import signed_in
from tests.intake.importing import ACTOR, import_text

from teichaku.accounts.models import Role
from teichaku.consent.models import Basis, Refusal
from teichaku.consent.words import Kind
from teichaku.core.errors import InvalidInput
from teichaku.core.jobs import run_one
from teichaku.intake.bases import BASIS_WORDS, basis_check, opted_out
from teichaku.intake.mapping import FileMap
from teichaku.intake.models import ImportRun, SavedMapping, Upload
from teichaku.intake.undo import import_undo

pytestmark = pytest.mark.django_db
TOLD = "entity: leads\ncolumns: {email: email}\nconstants: {basis: 名刺, basis_on: 2026/04/08, basis_evidence: 春の展示会の受付}"  # noqa: E501


def test_imported_addresses_may_not_be_mailed_until_a_ground_is_given() -> None:
    import_text("leads", "email\na@aoba.co.jp\nb@aoba.co.jp\n")
    assert said("a@aoba.co.jp").code == "no_basis"
    report = import_text("leads", "email\na@aoba.co.jp\nb@aoba.co.jp\n", file_map=TOLD)
    assert "recorded a ground for mail for 2 addresses" in report.notes
    found = said("a@aoba.co.jp")
    assert (found.code, found.since) == ("business_card", datetime(2026, 4, 7, 15, tzinfo=UTC))
    row = Basis.objects.first()
    assert (row.source, row.source_detail, row.evidence) == (
        "import", "leads.csv", "春の展示会の受付"
    )  # fmt: skip
    again = import_text("leads", "email\na@aoba.co.jp\nb@aoba.co.jp\n", file_map=TOLD)
    assert (Basis.objects.count(), again.notes) == (2, ())


def test_a_refusal_travels_from_tool_to_tool() -> None:
    ground(lead("a@aoba.co.jp"))
    text = "email,opt_out\na@aoba.co.jp,1\nb@aoba.co.jp,0\nc@aoba.co.jp,\nd@aoba.co.jp,停止中\n"
    report = import_text("leads", text)
    assert "recorded 2 refusals of mail" in report.notes
    assert {r.address for r in Refusal.objects.all()} == {"a@aoba.co.jp", "d@aoba.co.jp"}
    assert said("a@aoba.co.jp").code == "refused"
    import_text("leads", "email,opt_out\na@aoba.co.jp,0\n")
    assert said("a@aoba.co.jp").code == "refused", "a later file takes no refusal back"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", False), ("TRUE", True), ("0", False), ("可", False), ("不可", True), ("配信 停止", True),
     ("希望しない", True), ("Ｎｏ", False), ("what is this", True)],
)  # fmt: skip
def test_whoever_is_not_clearly_open_to_mail_has_refused(text: str, wanted: bool) -> None:
    assert opted_out(text) is wanted


def test_grounds_may_stand_in_columns_row_by_row() -> None:
    report = import_text(
        "leads",
        "email,basis,basis_on,basis_evidence\n"
        "a@aoba.co.jp,同意,2026-01-05,申込フォーム\n"
        "b@aoba.co.jp,取引先,2025/12/01,契約書\n"
        "c@aoba.co.jp,なんとなく,2025/12/01,?\n"
        "d@aoba.co.jp,consent,2999-01-01,later\n"
        "e@aoba.co.jp,同意,,\n",
    )
    codes = [said(f"{name}@aoba.co.jp").code for name in "abcde"]
    assert codes == ["consent", "business_relationship", "no_basis", "no_basis", "no_basis"]
    assert any(note.startswith("2 grounds") for note in report.notes)


def test_a_dry_run_records_nothing() -> None:
    import_text("leads", "email,opt_out\na@aoba.co.jp,1\n", file_map="", dry_run=True)
    assert not Refusal.objects.exists()


def test_taking_an_import_back_takes_its_grounds_and_no_refusal() -> None:
    import_text("leads", "email\na@aoba.co.jp\n", file_map=TOLD)
    known = lead("b@aoba.co.jp")
    import_text("leads", "email,opt_out\nb@aoba.co.jp,1\n", file_map=TOLD.replace(
        "{email: email}", "{email: email, opt_out: opt_out}"))  # fmt: skip
    assert Basis.objects.count() == 2
    for run in ImportRun.objects.order_by("-pk"):
        import_undo(run=run, actor=ACTOR)
    assert not Basis.objects.exists()
    assert said(known.email).code == "refused"


@pytest.mark.parametrize(
    "constants",
    [
        {"basis": "consent"},
        {"basis": "hope", "basis_on": "2026/04/08", "basis_evidence": "x"},
        {"basis": "consent", "basis_on": "soon", "basis_evidence": "x"},
    ],
)
def test_a_ground_that_is_not_whole_is_refused_before_anything_is_read(constants) -> None:
    with pytest.raises(InvalidInput):
        basis_check(FileMap(entity="leads", columns={"email": ("email",)}, constants=constants))


def test_both_rooms_know_the_same_grounds() -> None:
    assert list(BASIS_WORDS) == Kind.values


def test_the_command_line_takes_the_ground_of_a_file(tmp_path, settings) -> None:
    from teichaku.cli.main import main

    file = tmp_path / "cards.csv"
    file.write_text("メールアドレス,氏名\nx@aoba.co.jp,青葉 太郎\n", encoding="utf-8")
    told = ["--basis", "business_card", "--basis-date", "2026-04-08"]
    command = ["import", "leads", str(file), *told, "--lang", "en"]
    wrong = CliRunner().invoke(main, command)
    assert wrong.exit_code == 1
    assert "all three" in wrong.output
    done = CliRunner().invoke(main, [*command, "--basis-evidence", "spring fair"])
    assert done.exit_code == 0, done.output
    assert said("x@aoba.co.jp").code == "business_card"


def test_the_ground_is_asked_for_once_per_file_on_the_page_and_not_remembered() -> None:
    client = signed_in(Role.MARKETER)
    text = "メールアドレス,氏名,配信停止\nx@aoba.co.jp,青葉 太郎,\ny@aoba.co.jp,青葉 次郎,1\n"
    client.post("/import/", {"exports": SimpleUploadedFile("cards.csv", text.encode())})
    address = reverse("intake:upload", args=[Upload.objects.get().uid])
    assert "May advertising be mailed" in client.get(address).content.decode()
    told = {"0-leads-basis": "business_card", "0-leads-basis_evidence": "spring fair"}
    wrong = client.post(address, {"start": "1", **told})
    assert (wrong.status_code, "all three" in wrong.content.decode()) == (400, True)
    assert 'value="spring fair"' in wrong.content.decode()
    client.post(address, {"start": "1", **told, "0-leads-basis_on": "2026-04-08"})
    while run_one("test", kinds=["intake.import"]):
        pass
    assert said("x@aoba.co.jp").code == "business_card"
    assert said("y@aoba.co.jp").code == "refused"
    assert "basis" not in SavedMapping.objects.get().document
