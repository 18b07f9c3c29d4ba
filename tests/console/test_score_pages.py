"""Pages of scores over time: a lead's line with why it moved, and the distribution with answers."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.scoring.company import BOOK, activate, bring, event, local, on, pk_of, refresh, view

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import SYSTEM
from teichaku.core.jobs import run_one
from teichaku.leads.models import Lead
from teichaku.rulebook.models import Revision
from teichaku.scoring.distribution import distribution_note
from teichaku.scoring.jobs import NOTE
from teichaku.scoring.models import GradeDay, ScoreAlarm
from teichaku.tracking.last_events import last_events_refresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    with on("2026-01-01 09:00"):
        person = user_create(name="佐藤 美咲", email="misaki@example.co.jp", actor=SYSTEM)
        role_grant(user=person, role=Role.MARKETER, actor=SYSTEM)
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def scored(at: str) -> None:
    refresh(at, only_changed=True)
    with on(at):
        while run_one("worker", kinds=[NOTE]):
            pass


def page(client, at: str, **query: str) -> str:
    with on(at):
        uid = Lead.objects.get(pk=pk_of("a")).uid
        return text(client.get(reverse("console:lead_scores", args=[uid]), query))


def test_each_day_that_moved_the_score_and_why(client):
    activate("2026-06-01 00:00")
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"))
    scored("2026-06-02 09:00")
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"))
    scored("2026-06-05 09:00")
    activate("2026-06-08 00:00", BOOK.replace("points: 10,", "points: 15,"))
    bring("2026-06-08 09:00", "leads", {"external_id": "a", "title": "部長"})
    scored("2026-06-08 09:00")
    shown = page(client, "2026-06-10 09:00")
    assert "2026/06/05 50.0 +40.0" in shown
    assert "MQL" in shown
    assert "edition 2 of the rulebook" in shown
    why = page(client, "2026-06-10 09:00", day="2026-06-08")
    assert "Why the score moved on 2026/06/08" in why
    assert "S-1 +5.0" in why  # the title counts before as well: fit is what is known today
    assert "S-3 +40.0" in page(client, "2026-06-10 09:00", day="2026-06-05")


def test_nothing_known_and_a_damaged_day(client):
    activate("2026-06-01 00:00")
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"))
    assert "Nothing is known yet" in page(client, "2026-06-02 10:00")
    with on("2026-06-02 10:00"):
        uid = Lead.objects.get(pk=pk_of("a")).uid
        asked = client.get(reverse("console:lead_scores", args=[uid]), {"day": "x"})
    assert asked.status_code == 404


def test_the_distribution_with_what_moved_and_the_answer(client):
    activate("2026-06-01 00:00")
    rows = [event("a", "2026-06-19 08:00"), view("b", "2026-06-19 08:00")]
    bring("2026-06-19 09:00", "events", *rows)
    refresh("2026-06-19 23:00", only_changed=True)
    shown = reverse("console:distribution")
    with on("2026-06-19 23:00"):
        assert "Nothing is counted yet" in text(client.get(shown))
    revision = Revision.objects.latest("pk")
    for back in range(1, 15):
        GradeDay.objects.create(
            day=date(2026, 6, 19) - timedelta(days=back), revision=revision, leads=200,
            grades={"B2": 200}, mqls=20, active=40, as_of=local("2026-06-19 02:30"),
        )  # fmt: skip
    with on("2026-06-20 02:30"):
        last_events_refresh([pk_of("a"), pk_of("b")])
        distribution_note()
    alarm = ScoreAlarm.objects.get()
    answer = reverse("console:alarm_answer", args=[alarm.uid])
    with on("2026-06-20 10:00"):
        told = text(client.get(shown))
        assert "1 leads became MQLs; 20 are usual." in told
        assert "B1 50.0 %" in told
        assert "Say what is behind it" in text(client.post(answer, {"reason": ""}, follow=True))
        done = text(client.post(answer, {"reason": "連休"}, follow=True))
        assert "Your answer is kept." in done
        assert "連休 · 佐藤 美咲" in done
        assert "Somebody has answered" in text(client.post(answer, {"reason": "x"}, follow=True))
