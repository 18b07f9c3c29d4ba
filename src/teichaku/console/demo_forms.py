"""The made-up company's two forms, and what people handed in with them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db.models import F

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.console.demo_agenda import Agenda, Chance
from teichaku.console.demo_staff import COMPANY
from teichaku.console.simulation_words import FAMILIES, GIVEN
from teichaku.core.actors import SYSTEM
from teichaku.core.settings import setting_write
from teichaku.forms.confirmations import confirmation_confirm
from teichaku.forms.definition import Definition, FieldSpec, first_definition
from teichaku.forms.models import Form, Submission
from teichaku.forms.services import form_create, form_edit, form_publish
from teichaku.forms.submissions import (
    VISITOR_ACTOR,
    Incoming,
    submission_discard,
    submission_receive,
)
from teichaku.leads.models import Lead
from teichaku.notify.letter_text import contact, legal_name, postal_address
from teichaku.notify.letters import letters_cancel, letters_waiting

PURPOSE_FORMS: Final = 23
OPENED, IMPROVED, FIRST = timedelta(days=150), timedelta(days=60), timedelta(days=120)
HANDED_IN: Final = 30
KNOWN, AGREED, CONFIRMED = 0.6, 0.55, 0.75
SUSPICIOUS: Final = (7, 18, 25)  # of those handed in; the first is discarded, two still wait
DOCUMENT, CONTACT = "document-request", "contact"
SENDER: Final = {
    legal_name: COMPANY,
    postal_address: "〒100-0000 東京都架空区見本町1-2-3",
    contact: "03-0000-0000",
}
CONSENT: Final = "製品・セミナーの案内（広告宣伝のメール）を電子メールで受け取ることに同意します。"
QUESTIONS: Final = (
    "小ロットの試作は何個から対応できますか。",
    "表面処理を含めた納期を教えてください。",
    "図面の送り方を知りたいです。",
    "",
    "検査成績書の見本はありますか。",
    "",
)


class Forms:
    """Puts the forms on the agenda: made, improved, handed in, confirmed."""

    def __init__(self, agenda: Agenda, chance: Chance, staff: Mapping[str, User]) -> None:
        self._agenda, self._chance, self._staff = agenda, chance, staff

    def plan(self, start: datetime, now: datetime) -> None:
        """Nothing; it happens in its time, as far as the history reaches back."""
        opened = max(start, now - OPENED)
        # At any hour, and without drawing lots of the agenda's: the rest of the story stays.
        self._agenda.add(opened, self._open, office=False)
        self._agenda.add(max(opened, now - IMPROVED), self._improve, office=False)
        first = max(opened + timedelta(days=1), now - FIRST)
        for number in range(HANDED_IN):
            at = first + (now - first) * (number + self._chance.share()) / (HANDED_IN + 1)
            self._agenda.add(at, partial(self._hand_in, number), office=False)

    def _open(self) -> None:
        actor = actor_of(self._staff["marketing-manager"])
        for setting, value in SENDER.items():
            setting_write(declaration=setting, value=value, actor=SYSTEM)
        for name, slug, definition in (
            ("資料請求フォーム", DOCUMENT, _documents()),
            ("問い合わせフォーム", CONTACT, _inquiries()),
        ):
            form = form_create(name=name, slug=slug, definition=definition, actor=actor)
            form_publish(form=form, actor=actor)

    def _improve(self) -> None:
        """Nothing; a question that nobody answered is gone, and one that sales asked for is in."""
        actor = actor_of(self._staff["marketing-manager"])
        form = Form.objects.get(slug=DOCUMENT)
        form_edit(form=form, change=lambda _: _documents(improved=True), actor=actor)
        form_publish(form=form, actor=actor)

    def _hand_in(self, number: int) -> None:
        slug = CONTACT if self._chance.hits(0.4) else DOCUMENT
        form = Form.objects.select_related("published").get(slug=slug)
        assert form.published is not None
        form.published.form = form
        values = self._person(number)
        if slug == CONTACT or form.published.number == 1:
            values["q1"] = self._chance.one(QUESTIONS)
        else:
            values["q2"] = self._chance.one(("3か月以内", "半年以内", "情報収集"))
        strange = number in SUSPICIOUS
        row = submission_receive(
            revision=form.published,
            incoming=Incoming(
                nonce=secrets.token_hex(16),
                took=timedelta(seconds=1 if strange else 75),
                values={name: value for name, value in values.items() if value},
                email_key=values["email"],
                consented=self._chance.hits(AGREED),
                language="ja",
            ),
            actor=VISITOR_ACTOR,
        )
        # Nobody of the made-up company can be written to.
        letters_cancel(keys=letters_waiting(), actor=SYSTEM)
        if number == SUSPICIOUS[0]:
            submission_discard(submission=row, actor=actor_of(self._staff["marketing-manager"]))
        elif hasattr(row, "confirmation") and self._chance.hits(CONFIRMED):
            hours = timedelta(hours=3 * self._chance.share())
            self._agenda.add(row.at + hours, partial(self._confirm, row), office=False)

    def _confirm(self, row: Submission) -> None:
        confirmation_confirm(confirmation=row.confirmation, actor=VISITOR_ACTOR)

    def _person(self, number: int) -> dict[str, str]:
        known = Lead.objects.filter(root=F("id"), kind=Lead.Kind.KNOWN).exclude(email_key="")
        if self._chance.hits(KNOWN) and (count := known.count()):
            lead = known.select_related("company__root").order_by("pk")[
                self._chance.whole(0, count - 1)
            ]
            company = lead.company.root.name if lead.company else "サンプル商会"
            return {"company": company, "name": lead.name or "見本 一葉", "email": lead.email_key}
        family, _kana, spelt = self._chance.one(FAMILIES)
        given = self._chance.one(GIVEN)
        return {
            "company": f"サンプル{family}製作所",
            "name": f"{family} {given[0] if isinstance(given, tuple) else given}",
            "email": f"{spelt}.{number}@form-{number}.example",
            "phone": f"03-0000-{number:04d}",
        }


def _documents(*, improved: bool = False) -> Definition:
    base = first_definition("資料のご請求")
    question = (
        FieldSpec("q2", "choice", label="検討の時期", choices=("3か月以内", "半年以内", "情報収集"))
        if improved
        else FieldSpec("q1", "area", label="ご質問")
    )
    return replace(
        base,
        intro="製品カタログと事例集をお送りします。",
        fields=(*base.fields, question),
        consent_text=CONSENT,
        thanks="ありがとうございます。2営業日以内に資料をお送りします。",
        source="web",
    )


def _inquiries() -> Definition:
    base = first_definition("お問い合わせ")
    question = FieldSpec("q1", "area", label="お問い合わせ内容")
    return replace(
        base,
        fields=(*base.fields, question),
        consent_text=CONSENT,
        thanks="お問い合わせを受け付けました。担当者から連絡します。",
        source="web",
        free_mail="mark",
    )
