"""Forms for tests: one that asks for the usual, filled in the way a browser does it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

from django.test import Client

from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.settings import setting_write
from teichaku.forms.definition import Definition, FieldSpec, first_definition
from teichaku.forms.models import Form, Submission
from teichaku.forms.services import form_create, form_edit, form_publish
from teichaku.notify.letter_text import contact, legal_name, postal_address

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=TOKYO)
SENDER = "株式会社北の金属"
CONSENT = "製品の案内を電子メールで送ります。"
TARO = {
    "company": "青葉精機株式会社",
    "name": "山田 太郎",
    "email": "t.yamada@aoba.example.co.jp",
    "phone": "０３ー１２３４ー５６７８",
}


def sender_set() -> None:
    """Nothing; letters can say who sends them."""
    for setting, value in (
        (legal_name, SENDER),
        (postal_address, "札幌市中央区1-2-3"),
        (contact, "info@kita.example.co.jp"),
    ):
        setting_write(declaration=setting, value=value, actor=SYSTEM)


def definition(**changes: object) -> Definition:
    """The usual fields, a question and a consent text."""
    base = first_definition("資料請求")
    question = FieldSpec("q1", "area", label="ご質問")
    told: dict[str, object] = {
        "fields": (*base.fields, question),
        "consent_text": CONSENT,
        "thanks": "ありがとうございました。",
    }
    return replace(base, **told | changes)


def published(slug: str = "document-request", **changes: object) -> Form:
    """A form that people can hand in."""
    sender_set()
    form = form_create(name="資料請求フォーム", slug=slug, actor=SYSTEM)
    form = form_edit(form=form, change=lambda _: definition(**changes), actor=SYSTEM)
    form_publish(form=form, actor=SYSTEM)
    form.refresh_from_db()
    return form


def carried(page: bytes | str) -> dict[str, str]:
    """The hidden values of a page with a form."""
    text = page.decode() if isinstance(page, bytes) else page
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        if 'type="hidden"' in tag:
            name = re.search(r'name="([^"]*)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            found[name[1]] = unescape(value[1]) if value else ""
    return found


def send(
    client: Client,
    slug: str = "document-request",
    values: Mapping[str, object] = TARO,
    *,
    after: timedelta = timedelta(seconds=30),
    inside: bool = False,
    **more: object,
):
    """The answer to the form, filled in as given so long after it was opened."""
    address = f"/f/{slug}/{'inside/' if inside else ''}"
    hidden = carried(client.get(address).content)
    with clock.moved_to(clock.now() + after):
        return client.post(address, {**hidden, **values, **more})


def newest() -> Submission:
    """What was handed in last."""
    return Submission.objects.order_by("-pk")[0]
