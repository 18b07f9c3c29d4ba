"""Whom the made-up company may write to: grounds by where its leads came from, and refusals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F
from django.db.models.functions import TruncMonth

from teichaku.consent.refusals import Refused, refusals_record
from teichaku.consent.services import bases_record
from teichaku.consent.statuses import statuses_refresh
from teichaku.consent.words import Channel, Kind, Reason
from teichaku.console.demo_market import MARKETING
from teichaku.core import clock
from teichaku.leads.models import Lead

# Where leads came from decides the ground; of those bought or handed on nobody knows one.
GROUNDS: Final = {
    "exhibition": (Kind.BUSINESS_CARD, "exhibition", "展示会のブースで名刺を受領"),
    "seminar": (Kind.CONSENT, "form", "セミナー申込フォームで同意"),
    "web": (Kind.CONSENT, "form", "資料請求フォームで同意"),
    "referral": (Kind.BUSINESS_RELATIONSHIP, "manual", "取引先からの紹介、見積書を送付"),
    "ad": (Kind.CONSENT, "form", "広告から資料請求フォームで同意"),
}
# Every so-manieth address, so that the same company always has the same refusals.
A_WHILE: Final = timedelta(days=7)  # between two refusals of one kind
REFUSING: Final = (
    (37, Reason.REFUSED, "preferences"),
    (101, Reason.UNDELIVERABLE, "mail"),
    (211, Reason.COMPLAINED, "manual"),
)


def consent_make() -> None:
    """Nothing; most leads have a ground with its evidence, and some have refused."""
    people = Lead.objects.filter(root=F("pk"), kind=Lead.Kind.KNOWN).exclude(email_key="")
    months: dict[tuple[str, datetime], list[int]] = {}
    rows = people.exclude(created_at=None).annotate(month=TruncMonth("created_at"))
    for pk, source, month in rows.values_list("pk", "source", "month").order_by("pk"):
        months.setdefault((source, month), []).append(pk)
    for (source, month), leads in months.items():
        if source in GROUNDS:
            kind, origin, evidence = GROUNDS[source]
            bases_record(
                leads=leads, channel=Channel.EMAIL.value, kind=kind.value, obtained_at=month,
                evidence=evidence, source=origin, actor=MARKETING,
            )  # fmt: skip
    _refuse(list(people.order_by("pk").values_list("email_key", flat=True)))
    statuses_refresh(list(people.values_list("pk", flat=True)))


def _refuse(addresses: list[str]) -> None:
    now = clock.now()
    for step, reason, source in REFUSING:
        chosen = addresses[step - 1 :: step]
        refused = [
            Refused(address, reason=reason.value, at=now - A_WHILE * (len(chosen) - number))
            for number, address in enumerate(chosen)
        ]
        refusals_record(refused=refused, source=source, actor=MARKETING)
