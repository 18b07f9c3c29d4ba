"""Tasks are one per key, closed once, and seen by whom they are for; so are notifications."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict
from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.core.registry import NotRegistered
from teichaku.notify.models import Notification, Task
from teichaku.notify.reading import notifications_read
from teichaku.notify.selectors import (
    notifications_unread,
    tasks_due,
    tasks_for_user,
    tasks_held,
)
from teichaku.notify.services import (
    notifications_create,
    task_create,
    task_dismiss,
    task_done,
    task_reopen,
    tasks_hand_over,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with clock.moved_to(NOW), translation.override("en"):
        yield


def task(key, owner=None, role="", due_at=None):
    return task_create(
        kind="tests.call",
        key=key,
        owner=owner,
        role=role,
        params={"name": key},
        due_at=due_at,
        actor=SYSTEM,
    )


def test_a_key_is_one_task_however_often_it_is_asked_for(people):
    first, again = task("a", people[0]), task("a", people[1])
    assert first == again
    assert again.owner == people[0]
    assert AuditEntry.objects.filter(action="notify.task_create").count() == 1
    assert OutboxMessage.objects.filter(topic="notify.tasks_changed").count() == 1
    with pytest.raises(NotRegistered):
        task_create(kind="tests.unknown", key="b", owner=people[0], actor=SYSTEM)


def test_tasks_are_seen_by_their_owner_or_role_the_earliest_first(people):
    late = task("late", people[0], due_at=NOW - timedelta(hours=1))
    undated = task("undated", people[0])
    soon = task("soon", role="sales_rep", due_at=NOW + timedelta(hours=1))
    task("other", people[1])
    task("managers", role="sales_manager")
    assert list(tasks_for_user(people[0], ["sales_rep"])) == [late, soon, undated]
    assert tasks_due(people[0], ["sales_rep"]) == 1
    assert tasks_due(people[1], ["sales_rep"]) == 0


def test_a_task_is_closed_once_and_can_be_opened_again(people):
    made = task("a", people[0])
    task_done(task=made, actor=SYSTEM)
    assert task_done(task=made, actor=SYSTEM).done_at == NOW
    assert task_dismiss(task=made, actor=SYSTEM).dismissed_at is None
    assert AuditEntry.objects.filter(action="notify.task_done").count() == 1
    task_reopen(task=made, actor=SYSTEM)
    with pytest.raises(Conflict):
        task_reopen(task=made, actor=SYSTEM)
    assert task_dismiss(task=made, actor=SYSTEM).dismissed_at == NOW


def test_open_tasks_go_to_whoever_takes_over(people):
    task("open", people[0])
    task_done(task=task("done", people[0]), actor=SYSTEM)
    assert tasks_held(people[0].pk) == 1
    giver, taker = (person.pk for person in people)
    assert tasks_hand_over(holder_id=giver, successor_id=taker, actor=SYSTEM) == 1
    assert tasks_held(people[0].pk) == 0
    assert Task.objects.get(key="open").owner == people[1]
    assert Task.objects.get(key="done").owner == people[0]


def test_notifications_are_read_up_to_what_was_seen(people):
    notifications_create(
        actor=SYSTEM, users=people, kind="tests.call", params={"name": "x"}, address="/leads/"
    )
    newest = Notification.objects.filter(user=people[0]).latest("pk")
    notifications_create(actor=SYSTEM, users=people[:1], kind="tests.call", params={"name": "y"})
    assert notifications_unread(people[0]) == 2
    assert notifications_read(user=people[0], upto=newest.pk) == 1
    assert notifications_unread(people[0]) == 1
    assert notifications_unread(people[1]) == 1


def test_the_pages(client, people):
    mine, other = task("mine", people[0], due_at=NOW - timedelta(hours=1)), task("hers", people[1])
    client.force_login(people[0])
    page = client.get(reverse("notify:task_list"), headers={"accept-language": "en"})
    assert "Call mine" in page.content.decode()
    assert "Call hers" not in page.content.decode()
    assert client.post(reverse("notify:task_close", args=[other.uid])).status_code == 404
    assert client.post(reverse("notify:task_close", args=[mine.uid])).status_code == 302
    mine.refresh_from_db()
    assert mine.done_by == people[0]
    notifications_create(
        actor=SYSTEM, users=people, kind="tests.call", params={"name": "x"}, address="/search/"
    )
    told, hers = (Notification.objects.get(user=user) for user in people)
    assert "Call x" in client.get(reverse("notify:notification_list")).content.decode()
    answer = client.post(reverse("notify:notification_read", args=[told.uid]))
    assert answer.url == "/search/"
    assert client.post(reverse("notify:notification_read", args=[hers.uid])).status_code == 404
    assert notifications_unread(people[0]) == 0


def test_a_notification_never_leads_out_of_the_house(client, people):
    [told] = notifications_create(
        actor=SYSTEM,
        users=people[:1],
        kind="tests.call",
        params={"name": "x"},
        address="//evil.example/",
    )
    client.force_login(people[0])
    answer = client.post(reverse("notify:notification_read", args=[told.uid]))
    assert answer.url == reverse("notify:notification_list")
