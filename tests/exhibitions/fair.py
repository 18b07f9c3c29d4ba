"""A company that comes back from an exhibition, written through the services."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.deals.pipeline import company, local, on, person, user_of
from tests.handover.handing import BOOK, USUAL, rep
from tests.intake.importing import ACTOR, import_rows

from teichaku.accounts.models import Role
from teichaku.core.jobs import run_one
from teichaku.core.settings import setting_write
from teichaku.engine.rulebook.load import load
from teichaku.exhibitions.models import Exhibition, Sheet
from teichaku.exhibitions.services import (
    Plan,
    exhibition_save,
    follow_up_set,
    sheet_take_back,
)
from teichaku.exhibitions.sheet_import import KIND
from teichaku.exhibitions.sheets import Reading, sheet_confirm, sheet_create
from teichaku.intake.uploads import upload_start
from teichaku.leads.campaigns import CampaignValues
from teichaku.notify.letter_text import contact, legal_name, postal_address
from teichaku.rulebook.services import revision_activate, revision_save

__all__ = [
    "ACTOR", "KIND", "NAME", "Role", "activate", "company", "csv_of", "fair", "guest", "handed_in",
    "local", "on", "person", "planned", "reading_of", "rep", "sender", "sheet_of", "taken_back",
    "user_of", "won", "work",
]  # fmt: skip
NAME = "架空ものづくり展"
HEADER = (
    "会社名", "部署", "役職", "氏名", "メールアドレス", "電話番号", "来場日時", "ランク",
    "商談メモ",
)  # fmt: skip
GRADES = """\
scoring:
  grades:
    fit: {A: 20, B: 10, C: 0}
    behaviour: {1: 60, 2: 30, 3: 0}
  fit:
    rules:
      - {id: F-1, label: 部長, when: {attribute: title, matches: "部長"}, points: 20}
      - {id: F-2, label: 課長, when: {attribute: title, matches: "課長"}, points: 10}
"""


def activate(at: str, *, mql_by_rank: bool = False) -> None:
    """A rulebook with handovers and fit grades; perhaps rank A makes an MQL."""
    text = BOOK.replace("HANDOVER", USUAL).replace("scoring:\n", GRADES)
    if mql_by_rank:
        rule = "      - {count: {event: exhibition, rank: A}, at_least: 1}\n"
        text = text.replace("    any:\n", f"    any:\n{rule}")
    with on(at):
        revision = revision_save(rulebook=load(text), document=text, actor=ACTOR)
        revision_activate(revision=revision, actor=ACTOR)


def sender() -> None:
    """Letters say who sends them."""
    for declaration, value in (
        (legal_name, "試作精機株式会社"),
        (postal_address, "東京都千代田区1-1"),
        (contact, "info@shisaku.example"),
    ):
        setting_write(declaration=declaration, value=value, actor=ACTOR)


def fair(
    name: str = NAME, first: str = "2026-11-17", last: str = "2026-11-19", **told: Any
) -> Exhibition:
    """An exhibition of these days, with a cost of 1,200,000 yen unless said otherwise."""
    values = CampaignValues(
        name=name, starts_on=date.fromisoformat(first), ends_on=date.fromisoformat(last),
        cost=told.get("cost", 1_200_000),
    )  # fmt: skip
    return exhibition_save(values=values, venue="東京", actor=ACTOR)


def csv_of(rows: Sequence[Mapping[str, str]], *, encoding: str = "cp932") -> bytes:
    """A sheet as people hand it in."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def guest(name: str = "山田 太郎", **told: str) -> dict[str, str]:
    """A row of the sheet."""
    named = {
        "company": "会社名", "title": "役職", "email": "メールアドレス", "phone": "電話番号",
        "day": "来場日時", "rank": "ランク", "memo": "商談メモ",
    }  # fmt: skip
    return {"氏名": name, **{named[key]: value for key, value in told.items()}}


def handed_in(exhibition: Exhibition, rows: Sequence[Mapping[str, str]], at: str) -> Sheet:
    """The sheet, as it was guessed."""
    file = SimpleUploadedFile("来場者.csv", csv_of(rows))
    with on(at):
        return sheet_create(exhibition=exhibition, file=file, actor=ACTOR)


def reading_of(sheet: Sheet, **told: Any) -> Reading:
    """What the page offers, a business card on the last day as the ground."""
    usual = {
        "columns": sheet.columns, "ranks": sheet.ranks, "basis_kind": "business_card",
        "obtained_on": sheet.exhibition.campaign.ends_on, "evidence": "会場で受け取った名刺",
    }  # fmt: skip
    return Reading(**{**usual, **told})


def sheet_of(
    exhibition: Exhibition, rows: Sequence[Mapping[str, str]], at: str, **told: Any
) -> Sheet:
    """The sheet, brought in at a wall clock reading."""
    sheet = handed_in(exhibition, rows, at)
    with on(at):
        reading = reading_of(sheet, **told)
        assert sheet_confirm(sheet=sheet, reading=reading, answers={}, actor=ACTOR) == []
        upload_start(upload=sheet.upload, kind=KIND)
        while run_one("worker", kinds=[KIND]):
            pass
    sheet.refresh_from_db()
    exhibition.refresh_from_db()
    return sheet


def work(at: str, *kinds: str) -> None:
    """Jobs of these kinds that are due have run."""
    with on(at):
        while run_one("worker", kinds=list(kinds)):
            pass


def planned(exhibition: Exhibition, at: str = "2026-11-19 19:00", **told: Any) -> Exhibition:
    """What follows, with the mails switched on unless said otherwise."""
    texts = {row.rank: (row.subject, row.body) for row in exhibition.mails.all()}
    usual: dict[str, Any] = {
        "at": exhibition.follow_up_at, "mail_on": True, "mail_groups": ["prospect", "customer"],
        "call_ranks": ["A"], "texts": texts,
    }  # fmt: skip
    with on(at):
        return follow_up_set(exhibition=exhibition, plan=Plan(**{**usual, **told}), actor=ACTOR)


def taken_back(sheet: Sheet, at: str) -> None:
    """All imports of the sheet are undone."""
    with on(at):
        sheet_take_back(sheet=sheet, actor=ACTOR)
        while run_one("worker", kinds=["intake.undo"]):
            pass


def won(name: str, owner: str, *, stage: str = "won", lead: str = "", on_day: str = "2026-03-01",
        amount: int = 800_000) -> None:  # fmt: skip
    """A deal of the company or lead, as a file brings it."""
    row = {
        "external_id": f"{name}{lead}{stage}{on_day}", "company": name, "owner": owner,
        "stage": stage, "created_on": on_day, "email": lead, "amount": str(amount),
        "closed_on": on_day if stage in ("won", "lost") else "",
    }  # fmt: skip
    import_rows("deals", [row])
