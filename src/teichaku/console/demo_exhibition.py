"""The made-up company's exhibition three weeks ago: sheet, thank-you mails and calls."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import translation

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.accounts.selectors import absent_days
from teichaku.console.demo_agenda import Agenda, Chance
from teichaku.console.simulation_time import ZONE
from teichaku.console.simulation_words import FAMILIES, GIVEN
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.engine.calendar import BusinessCalendar
from teichaku.exhibitions.calls import call_result_record
from teichaku.exhibitions.follow_up import follow_ups_run
from teichaku.exhibitions.models import Call, Exhibition, Sheet
from teichaku.exhibitions.services import Plan, exhibition_save, follow_up_set
from teichaku.exhibitions.sheet_import import sheet_job
from teichaku.exhibitions.sheets import Reading, sheet_confirm, sheet_create
from teichaku.exhibitions.words import Group
from teichaku.leads.campaigns import CampaignValues
from teichaku.leads.models import Lead
from teichaku.notify.letters import letters_cancel, letters_waiting

PURPOSE_EXHIBITION: Final = 25
NAME, VENUE, COST = "架空ものづくり展", "見本メッセ東ホール", 1_850_000
WEEKS_AGO, DAYS = 3, 3
NEW, KNOWN = 62, 18
HEADER: Final = (
    "会社名", "部署", "役職", "氏名", "メールアドレス", "電話番号", "来場日時", "ランク",
    "商談メモ",
)  # fmt: skip
RANKS: Final = {"A": 0.18, "B": 0.34, "C": 0.38, "": 0.1}
MEMOS: Final = {
    "A": ("来月までに試作の見積を希望", "現行の取引先の納期に不満。比較したい", "図面を預かった"),
    "B": ("資料を希望", "半年後の設備更新で検討", "表面処理まで頼めるかを確認したい"),
    "C": ("情報収集", "", "カタログを渡した"),
    "": ("",),
}
PLACES: Final = ("生産技術部", "購買部", "設計部", "品質保証部", "製造部")
TITLES: Final = {"部長": 0.15, "課長": 0.25, "係長": 0.2, "": 0.4}
RESULTS: Final = {"talked": 0.5, "no_answer": 0.3, "document": 0.2}
CALLED, LATEST_BH = 0.85, 11


class Fair:
    """Puts the exhibition on the agenda: added, sheet handed in, the morning after, the calls."""

    def __init__(
        self, agenda: Agenda, calendar: BusinessCalendar, chance: Chance, staff: Mapping[str, User]
    ) -> None:
        self._agenda, self._calendar, self._chance, self._staff = agenda, calendar, chance, staff

    def plan(self, start: datetime, now: datetime) -> None:
        """Nothing; it happens in its time, if the history reaches back so far."""
        today = now.astimezone(ZONE).date()
        last = today - timedelta(days=7 * WEEKS_AGO + (today.weekday() - 4) % 7)
        evening = datetime.combine(last, time(18, 40), ZONE)
        if start + timedelta(weeks=8) < evening:
            # Not at office hours of the agenda: it would draw from the chance of all others.
            announced = evening - timedelta(weeks=5)
            self._agenda.add(announced, lambda: self._announce(last), office=False)
            self._agenda.add(evening, self._hand_in, office=False)

    def _announce(self, last: date) -> None:
        values = CampaignValues(
            name=NAME, source="exhibition", starts_on=last - timedelta(days=DAYS - 1),
            ends_on=last, cost=COST,
        )  # fmt: skip
        exhibition_save(values=values, venue=VENUE, actor=self._marketer())

    def _hand_in(self) -> None:
        exhibition = Exhibition.objects.select_related("campaign").get(campaign__name=NAME)
        actor = self._marketer()
        with translation.override("ja"):
            file = SimpleUploadedFile("来場者リスト.csv", self._sheet(exhibition))
            sheet = sheet_create(exhibition=exhibition, file=file, actor=actor)
            reading = Reading(
                sheet.columns, sheet.ranks, "business_card", exhibition.campaign.ends_on,
                f"{NAME}の会場で受け取った名刺",
            )  # fmt: skip
            sheet_confirm(sheet=sheet, reading=reading, answers={}, actor=actor)
            sheet_job({"upload": sheet.upload_id})
        self._follow(Sheet.objects.select_related("exhibition").get(pk=sheet.pk).exhibition)

    def _follow(self, exhibition: Exhibition) -> None:
        assert exhibition.follow_up_at is not None
        texts = {row.rank: (row.subject, row.body) for row in exhibition.mails.all()}
        plan = Plan(exhibition.follow_up_at, True, [Group.PROSPECT, Group.CUSTOMER], ["A", "B"],
                    texts)  # fmt: skip
        follow_up_set(exhibition=exhibition, plan=plan, actor=self._marketer())
        self._agenda.add(exhibition.follow_up_at, self._morning, office=False)

    def _morning(self) -> None:
        follow_ups_run()
        # Nobody of the made-up company can be written to.
        letters_cancel(keys=letters_waiting(), actor=SYSTEM)
        calls = Call.objects.exclude(owner=self._staff["hollow"])  # who does not like to call
        for call in calls.exclude(owner=None).order_by("pk"):
            if self._chance.hits(CALLED):
                at = self._calendar.add_bh(clock.now(), LATEST_BH * self._chance.share() ** 2)
                self._agenda.add(at, partial(self._call, call), office=False)

    def _call(self, call: Call) -> None:
        call.refresh_from_db()
        today = clock.now().astimezone(ZONE).date()
        if call.owner is None or call.settled_at is not None:
            return
        if absent_days([call.owner.pk], today, today)[call.owner.pk]:
            return
        result = self._chance.weighted(RESULTS)
        with translation.override("ja"):  # the company keeps its records in Japanese
            call_result_record(call=call, result=result, actor=actor_of(call.owner))

    def _sheet(self, exhibition: Exhibition) -> bytes:
        """The sheet as the fair's scanner writes it, in the spelling of Japanese Windows."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows(self._row(who, exhibition) for who in (*self._known(), *self._new()))
        return text.getvalue().encode("cp932", errors="replace")

    def _row(self, who: Sequence[str], exhibition: Exhibition) -> list[str]:
        company, name, email, phone = who
        rank = self._chance.weighted(RANKS)
        first = exhibition.campaign.starts_on
        assert first is not None
        day = first + timedelta(days=self._chance.whole(0, DAYS - 1))
        at = f"{day:%Y/%m/%d} {self._chance.whole(10, 16)}:{self._chance.whole(0, 59):02}"
        title = self._chance.weighted(TITLES)
        return [
            company, self._chance.one(PLACES), title, f"{name} 様", email, phone, at, rank,
            self._chance.one(MEMOS[rank]),
        ]  # fmt: skip

    def _known(self) -> list[tuple[str, str, str, str]]:
        """Leads whom the company knows, customers and people in open deals among them."""
        leads = Lead.objects.filter(root=F("pk"), company__isnull=False).exclude(email_key="")
        rows = list(leads.select_related("company__root").order_by("-pk")[: 20 * KNOWN : 20])
        return [
            (lead.company.root.name if lead.company else "", lead.name, lead.email, lead.phone)
            for lead in rows
        ]

    def _new(self) -> list[tuple[str, str, str, str]]:
        """People nobody knows yet, two of them on two rows."""
        found = []
        for number in range(NEW):
            family, _kana, spelt = self._chance.one(FAMILIES)
            given = self._chance.one(GIVEN)
            found.append((
                f"（株）見本{family}製作所", f"{family} {given[0]}",
                f"{spelt}{number}@mihon-{number}.example" if number % 9 else "",
                f"03-0000-{number:04d}",
            ))  # fmt: skip
        return [*found, *found[1:3]]

    def _marketer(self) -> Actor:
        return actor_of(self._staff["marketer"])
