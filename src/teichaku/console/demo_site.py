"""The made-up company's web site in its last week: visits by the tag, a form, a machine."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.console.demo_agenda import Chance
from teichaku.console.demo_forms import CONTACT
from teichaku.console.demo_staff import DOMAIN
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json
from teichaku.core.ids import uuid7
from teichaku.forms.models import Form
from teichaku.forms.submissions import VISITOR_ACTOR, Incoming, submission_receive
from teichaku.notify.letters import letters_cancel, letters_waiting
from teichaku.tracking.inbox import inbox
from teichaku.tracking.models import Site
from teichaku.tracking.sites import SiteValues, site_save
from teichaku.tracking.turning import beacons_turn

PURPOSE_SITE: Final = 26
HOST: Final = f"www.{DOMAIN}"
DAYS: Final = 7
VISITS: Final = 60
SENDER: Final = 20  # of the visits; after it the visitor asks something
MACHINES: Final = (13, 41)
BROWSER: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)
CRAWLER: Final = "Mozilla/5.0 (compatible; ExampleBot/1.0; +https://bot.example/)"
PATHS: Final = (
    "/", "/service/machining", "/service/surface", "/pricing", "/cases/", "/careers/", "/company/",
)  # fmt: skip


def site_make(*, now: datetime, chance: Chance, staff: Mapping[str, User]) -> None:
    """Nothing; the site is known, and what its tag sent in the last days is in the histories."""
    with transaction.atomic():
        with clock.moved_to(now - timedelta(days=DAYS)):
            actor = actor_of(staff["marketing-manager"])
            site = site_save(values=SiteValues("コーポレートサイト", (HOST,)), actor=actor)
        for number in range(VISITS):
            share = (number + chance.share()) / VISITS
            with clock.moved_to(now - timedelta(days=DAYS) * (1 - share)):
                _visit(site, number, chance)


def _visit(site: Site, number: int, chance: Chance) -> None:
    """Nothing; one visitor looked at some pages, and perhaps asked something afterwards."""
    visitor, machine = uuid7(), number in MACHINES
    pages = [chance.one(PATHS) for _page in range(chance.whole(1, 4))]
    minute = 60_000
    events: list[Json] = []
    for ago, path in zip(range(len(pages), 0, -1), pages, strict=True):
        seconds = chance.whole(10, 55)
        events.append(_event("view", path, ago * minute))
        events.append(_event("read", path, ago * minute - seconds * 1_000, d=seconds, q=2))
    at = clock.now()
    sent = json.dumps({"s": int(at.timestamp() * 1_000), "w": int(machine), "e": events})
    agent = CRAWLER if machine else BROWSER
    inbox.put((site.pk, visitor, sent, agent, "", at, ""))
    with clock.moved_to(at + timedelta(seconds=2)):
        beacons_turn(actor=SYSTEM)
        if number == SENDER:
            _ask(visitor)


def _event(kind: str, path: str, ago_ms: int, **more: int) -> Json:
    address = f"https://{HOST}{path}"
    return {"i": str(uuid7()), "n": kind, "a": ago_ms, "u": address, **more}


def _ask(visitor: UUID) -> None:
    form = Form.objects.select_related("published").filter(slug=CONTACT).first()
    if form is None or form.published is None:
        return  # the history is too short for the forms
    form.published.form = form
    submission_receive(
        revision=form.published,
        incoming=Incoming(
            nonce=secrets.token_hex(16),
            took=timedelta(seconds=80),
            values={
                "company": "サンプル見本工業",
                "name": "見本 双葉",
                "email": "mihon@site-visitor.example",
                "q1": "サイトで拝見した表面処理について相談したいです。",
            },
            email_key="mihon@site-visitor.example",
            consented=True,
            language="ja",
            visitor=visitor,
        ),
        actor=VISITOR_ACTOR,
    )
    letters_cancel(keys=letters_waiting(), actor=SYSTEM)
