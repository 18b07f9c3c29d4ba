"""The made-up company, through the product's own services under a clock that moves along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.db import transaction

from teichaku.accounts.actors import actor_of
from teichaku.console.demo_agenda import PURPOSE_DEMO, Agenda, Chance
from teichaku.console.demo_consent import consent_make
from teichaku.console.demo_exhibition import PURPOSE_EXHIBITION, Fair
from teichaku.console.demo_follow_ups import follow_ups_make
from teichaku.console.demo_forms import PURPOSE_FORMS, Forms
from teichaku.console.demo_handovers import PURPOSE_HANDOVERS, Inboxes
from teichaku.console.demo_market import (
    MARKETING,
    Market,
    Week,
    companies_import,
    market_make,
    week_import,
)
from teichaku.console.demo_meetings import PURPOSE_MEETINGS, Meetings
from teichaku.console.demo_rulebook import edition_activate, editions
from teichaku.console.demo_sales import Sales
from teichaku.console.demo_site import PURPOSE_SITE, site_make
from teichaku.console.demo_staff import (
    AWAY_SINCE_DAYS,
    NEWCOMER_DAYS,
    absences_enter,
    policy_record,
    staff_create,
)
from teichaku.console.demo_state import LOADING, demo_state_write
from teichaku.console.simulation_time import ZONE, stream
from teichaku.console.simulation_words import CAMPAIGNS
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.jobs import job_claim, job_finish, run_one
from teichaku.core.registry import job_handlers
from teichaku.engine.calendar import BusinessCalendar, months_after
from teichaku.engine.rulebook.load import load
from teichaku.inputs.passes import obligations_pass
from teichaku.leads.campaigns import CampaignValues, campaign_save
from teichaku.rulebook.selectors import activation_in_force
from teichaku.scoring.services import scores_refresh

Progress = Callable[[int, int], None]
USUAL_LEADS: Final = 1_600
WORKER: Final = "demo"
FOLLOWING: Final = frozenset({"inputs.follow", "inputs.people", "inputs.pass"})
POLICY_SHARE: Final = 0.5  # of the history; until then nobody is measured
_COSTS: Final = (380_000, 1_250_000, 240_000, 1_480_000)  # of the campaigns, in their order


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a company is made up. The same seed on the same day gives the same company."""

    leads: int = USUAL_LEADS
    events: int = 40_000
    months: int = 14
    seed: int = 120


USUAL: Final = Size()


def demo_load(*, size: Size = USUAL, progress: Progress = lambda done, whole: None) -> None:
    """Nothing; the empty database now holds the made-up company with its history up to now."""
    now = clock.now()
    today = now.astimezone(ZONE).date()
    start = datetime.combine(months_after(today, -size.months), time(9), ZONE)
    demo_state_write(value=LOADING, actor=SYSTEM)
    with TemporaryDirectory() as name:
        folder = Path(name)
        market = market_make(
            leads=size.leads, events=size.events, seed=size.seed, start=start, now=now,
            folder=folder,
        )  # fmt: skip
        history = _History(market, size, start, now)
        history.make(folder, progress)
    history.visits()
    _obligations_follow()
    history.follow_up()
    _work_off()
    consent_make()
    demo_state_write(value=today.isoformat(), actor=SYSTEM)


def _work_off() -> None:
    """Nothing; what a worker would have done by now is done."""
    while run_one(WORKER, kinds=[kind for kind in job_handlers if kind not in FOLLOWING]):
        pass


def _obligations_follow() -> None:
    """Nothing; what people owe is as their entries tell. Once through everything gives the same as
    every single change followed at its time, and sooner.
    """
    obligations_pass()
    with transaction.atomic():
        while (job := job_claim(worker=WORKER, kinds=FOLLOWING)) is not None:
            job_finish(job=job)


class _History:
    """The months of the company, week by week."""

    def __init__(self, market: Market, size: Size, start: datetime, now: datetime) -> None:
        self._market, self._start, self._now = market, start, now
        self._scale, self._seed = size.leads / USUAL_LEADS, size.seed
        self._editions = editions()
        self._scored_under: int | None = None
        self._calendar = calendar = BusinessCalendar.of(load(self._editions[0][2]))
        self._agenda = Agenda(now, calendar, Chance(stream(size.seed, PURPOSE_DEMO)))
        draws = Chance(stream(size.seed, PURPOSE_HANDOVERS))
        self._inboxes = Inboxes(self._agenda, calendar, draws)
        draws = Chance(stream(size.seed, PURPOSE_MEETINGS))
        self._meetings = Meetings(self._agenda, calendar, draws, start)

    def make(self, folder: Path, progress: Progress) -> None:
        """Nothing; everything has happened."""
        with clock.moved_to(self._start):
            with transaction.atomic():
                self._staff = staff_create(actor=SYSTEM)
                _campaigns(self._start)
            companies_import(self._market)
            sales = Sales(self._market, self._agenda, self._staff)
        self._landmarks(sales)
        draws = Chance(stream(self._seed, PURPOSE_FORMS))
        Forms(self._agenda, draws, self._staff).plan(self._start, self._now)
        draws = Chance(stream(self._seed, PURPOSE_EXHIBITION))
        Fair(self._agenda, self._calendar, draws, self._staff).plan(self._start, self._now)
        weeks = self._market.weeks
        for done, week in enumerate(weeks, start=1):
            # One transaction a week, as there is nobody yet who could be kept waiting by it.
            with transaction.atomic():
                self._agenda.run_until(week.until)
            with clock.moved_to(week.until):
                self._week(week, sales, folder)
            progress(done, len(weeks))

    def follow_up(self) -> None:
        """Nothing; what is missing now was followed up in its time."""
        manager = self._staff["sales-manager"]
        follow_ups_make(now=self._now, manager=manager, calendar=self._calendar)

    def visits(self) -> None:
        """Nothing; the web site's tag has told of the last days."""
        draws = Chance(stream(self._seed, PURPOSE_SITE))
        site_make(now=self._now, chance=draws, staff=self._staff)

    def _week(self, week: Week, sales: Sales, folder: Path) -> None:
        """Nothing; the week's leads and events are in and scored, and sales know of them."""
        week_import(week, folder)
        self._score()
        _work_off()
        sales.week(scale=self._scale)
        self._inboxes.week(sales.people, self._staff["marketing-manager"])
        self._meetings.week(sales.people, self._staff)

    def _score(self) -> None:
        """Nothing; scores are as of now: all under a new edition, else those that changed."""
        activation = activation_in_force()
        if activation is not None:
            scores_refresh(actor=MARKETING, only_changed=activation.pk == self._scored_under)
            self._scored_under = activation.pk

    def _landmarks(self, sales: Sales) -> None:
        """Nothing; editions of the rulebook, a newcomer and an absence are on the agenda."""
        for share, reason, document in self._editions:
            at = self._start + share * (self._now - self._start)
            self._agenda.add(at, self._edition(document, reason))
        told = self._start + POLICY_SHARE * (self._now - self._start)
        self._agenda.add(told, lambda: policy_record(staff=self._staff), office=False)
        joins = max(self._start, self._now - timedelta(days=NEWCOMER_DAYS))
        self._agenda.add(joins, lambda: self._newcomer(sales), office=False)
        away = max(self._start, self._now - timedelta(days=AWAY_SINCE_DAYS))
        day = self._now.astimezone(ZONE).date()
        self._agenda.add(away, lambda: absences_enter(staff=self._staff, day=day), office=False)

    def _edition(self, document: str, reason: str) -> Callable[[], None]:
        def activate() -> None:
            actor = actor_of(self._staff["marketing-manager"])
            edition_activate(document=document, reason=reason, actor=actor)

        return activate

    def _newcomer(self, sales: Sales) -> None:
        sales.staff_know(staff_create(actor=SYSTEM, newcomers=True))


def _campaigns(start: datetime) -> None:
    for name, cost in zip(CAMPAIGNS, _COSTS, strict=True):
        values = CampaignValues(name=name, starts_on=start.date(), cost=cost)
        campaign_save(values=values, actor=MARKETING)
