"""The page about background work, the strip on every page, and what administrators are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.console.job_news import news_job
from teichaku.console.job_page import job_page, rhythm
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.jobs import job_claim, job_enqueue, jobs_keep_periodic, run_one
from teichaku.core.models import AuditEntry, Job
from teichaku.core.registry import JobHandler, job_handlers
from teichaku.notify.models import Notification, Task
from teichaku.notify.services import task_done

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
PAGE = "/system/jobs/"


def broken(payload):
    raise ValueError("taro@example.co.jp is not liked")


@pytest.fixture(autouse=True)
def _noon():
    with clock.moved_to(NOON), translation.override("ja"):
        yield


@pytest.fixture
def administrator():
    user = user_create(name="管理 太郎", email="kanri@example.co.jp", actor=SYSTEM)
    role_grant(user=user, role=Role.ADMINISTRATOR, actor=SYSTEM)
    return user


@pytest.fixture
def signed_in(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def working(monkeypatch):
    """A worker that has just done what is periodic."""
    for kind, handler in list(job_handlers.items()):
        if handler.every_seconds:
            idle = JobHandler(lambda payload: None, every_seconds=handler.every_seconds)
            monkeypatch.setitem(job_handlers._items, kind, idle)
    jobs_keep_periodic()
    while run_one("a", kinds=[k for k, handler in job_handlers.items() if handler.every_seconds]):
        pass


def register(monkeypatch, run, kind="test.run", **more):
    item = JobHandler(run, text="荷物を運ぶ", **more)
    monkeypatch.setitem(job_handlers._items, kind, item)
    return kind


def parked(monkeypatch, count=1):
    kind = register(monkeypatch, broken)
    for _ in range(count):
        job_enqueue(kind=kind, max_attempts=1)
    while run_one("a", kinds=[kind]):
        pass
    return kind


def test_without_a_worker_every_page_of_an_administrator_says_so(client, signed_in):
    for page in ("/", reverse("console:search")):
        said = signed_in.get(page, follow=True).content.decode()
        assert "No worker is running." in said or "ワーカーが動いていません" in said
        assert PAGE in said
    page = signed_in.get(PAGE).content.decode()
    assert "teichaku worker" in page
    rep = user_create(name="佐藤", email="sato@example.co.jp", actor=SYSTEM)
    role_grant(user=rep, role=Role.SALES_REP, actor=SYSTEM)
    client.force_login(rep)
    assert PAGE not in client.get(reverse("console:search")).content.decode()
    assert client.get(PAGE).status_code == 403


def test_where_all_is_well_no_strip_is_shown(signed_in, working):
    assert 'class="notice"' not in signed_in.get(reverse("console:search")).content.decode()
    answer = signed_in.get(PAGE)
    assert answer.context["page"].troubles == 0
    assert {line.state for line in answer.context["page"].periodic} == {"fine"}


def test_parked_work_is_shown_with_its_place_and_no_personal_data(signed_in, working, monkeypatch):
    parked(monkeypatch, 12)
    answer = signed_in.get(PAGE)
    said = answer.content.decode()
    [group] = answer.context["page"].parked
    assert (group.text, group.count, len(group.jobs)) == ("荷物を運ぶ", 12, 10)
    assert group.jobs[0].error == "ValueError"
    assert "teichaku" in group.jobs[0].place
    assert "/work" not in group.jobs[0].place
    assert "taro@" not in said
    assert PAGE in signed_in.get(reverse("console:search")).content.decode()


def test_one_or_all_are_tried_again(signed_in, working, monkeypatch, administrator):
    kind = parked(monkeypatch, 3)
    first = Job.objects.filter(kind=kind).first()
    answer = signed_in.post(f"{PAGE}{first.uid}/again/", follow=True)
    assert "荷物を運ぶ" in answer.content.decode()
    assert Job.objects.filter(kind=kind, parked_at=None).count() == 1
    signed_in.post(f"{PAGE}again/", {"kind": kind})
    assert Job.objects.filter(kind=kind, parked_at=None).count() == 3
    entries = AuditEntry.objects.filter(action="core.job_retry")
    assert {entry.actor_user_id for entry in entries} == {administrator.pk}
    # decided meanwhile by somebody else
    assert signed_in.post(f"{PAGE}{first.uid}/again/", follow=True).status_code == 200
    unknown = "00000000-0000-7000-8000-000000000000"
    assert signed_in.post(f"{PAGE}{unknown}/again/").status_code == 404


def test_dropping_needs_a_reason_and_keeps_what_was_typed(signed_in, working, monkeypatch):
    kind = parked(monkeypatch)
    job = Job.objects.get(kind=kind)
    answer = signed_in.post(f"{PAGE}{job.uid}/away/", {"reason": "x" * 501})
    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()
    assert signed_in.post(f"{PAGE}{job.uid}/away/", {"reason": " "}).status_code == 422
    answer = signed_in.post(f"{PAGE}{job.uid}/away/", {"reason": "不要になった"}, follow=True)
    assert answer.status_code == 200
    assert answer.context["page"].parked == []


def test_what_waits_and_what_is_under_way(working, monkeypatch):
    kind = register(monkeypatch, lambda payload: None)
    for minutes in (3, 1, -5):
        job_enqueue(kind=kind, run_at=NOON - timedelta(minutes=minutes))
    claimed = job_claim(worker="host:1:abc", kinds=[kind])
    assert claimed is not None
    page = job_page()
    [waiting] = page.waiting
    assert (waiting.count, waiting.failed, waiting.oldest) == (2, 0, NOON - timedelta(minutes=1))
    assert [(line.worker, line.count, line.lost) for line in page.under_way] == [
        ("host:1:abc", 1, False)
    ]
    with clock.moved_to(NOON + timedelta(minutes=6)):
        assert [line.lost for line in job_page().under_way] == [True]


def test_the_page_takes_a_fixed_number_of_statements(
    working, monkeypatch, django_assert_num_queries
):
    parked(monkeypatch, 30)
    with django_assert_num_queries(7):
        job_page()


def test_administrators_are_told_once_and_the_task_closes_by_itself(
    administrator, working, monkeypatch
):
    kind = parked(monkeypatch, 2)
    for _ in range(2):
        news_job({})
    [task] = Task.objects.filter(kind="console.jobs_parked")
    assert (task.role, task.address) == ("administrator", PAGE)
    assert "荷物を運ぶ" in str(task.params)
    assert Notification.objects.filter(user=administrator, kind=task.kind).count() == 1
    Job.objects.filter(kind=kind).order_by("pk").first().delete()
    news_job({})  # the other one is no news while the first is not seen to
    assert Task.objects.filter(kind="console.jobs_parked").count() == 1
    Job.objects.filter(kind=kind).delete()
    news_job({})
    task.refresh_from_db()
    assert task.dismissed_at is not None


def test_work_that_stands_still_is_told_again_when_it_stands_still_again(
    administrator, working, monkeypatch
):
    kind = "core.audit_seal"
    silence = timedelta(minutes=7)
    with clock.moved_to(NOON + silence):
        jobs_keep_periodic()
        while run_one("a", kinds=["deals.waivers_expire", "console.jobs_watch"]):
            pass
        news_job({})
        task = Task.objects.get(kind="console.job_silent", params__kind=kind)
        task_done(task=task, actor=SYSTEM)
        news_job({})  # said to be seen to; it is no news
        assert Task.objects.filter(params__kind=kind).count() == 1
        assert run_one("a", kinds=[kind])
        news_job({})
    with clock.moved_to(NOON + 3 * silence):
        news_job({})
        assert Task.objects.filter(params__kind=kind).count() == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(60, "every minute"), (300, "every 5 minutes"), (3_600, "every hour"),
     (86_400, "every day"), (172_800, "every 2 days"), (90, "every 90 seconds")],
)  # fmt: skip
def test_rhythms_in_words(seconds, words):
    with translation.override("en"):
        assert rhythm(seconds) == words
