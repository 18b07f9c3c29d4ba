"""Notifications leave by mail once, in the working hours of who is told, and none is lost."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.utils import translation
from tests.notify.people import at, due, send_at, states, tell, work

from teichaku.accounts.models import Role
from teichaku.accounts.person_writes import absence_add, absence_remove
from teichaku.accounts.services import role_grant, user_create
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.models import AuditEntry
from teichaku.core.settings import setting_write
from teichaku.notify.attachments import Attachment
from teichaku.notify.decisions import deliveries_give_up, deliveries_send_again
from teichaku.notify.deliveries import deliveries_send
from teichaku.notify.messages import company
from teichaku.notify.models import Delivery, Notification, Task, Via, Way
from teichaku.notify.planning import deliveries_plan
from teichaku.notify.preferences import preferences_write
from teichaku.notify.reading import notification_open
from teichaku.notify.services import notifications_create
from teichaku.notify.settling import INTERRUPTED_AFTER
from teichaku.notify.wishes import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday():
    # A Monday morning in working time; tests move on from there.
    with clock.moved_to(at("2026-11-16T10:00")):
        yield


@pytest.fixture
def ichiro(people):
    return people[0]


def subjects(post_office):
    return [mail.message["Subject"] for mail in post_office.mails]


def plain(mail):
    return mail.message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def choose(user, group, way, via=Via.MAIL, digest_at=time(8, 30)):
    preferences_write(
        user=user, wishes={group: Wish(way, via)}, digest_at=digest_at, digest_via=via, actor=SYSTEM
    )
    work()


def test_a_mail_says_what_it_is_about_and_where_to_go(ichiro, post_office, settings):
    settings.SITE_ADDRESS = "https://teichaku.example.co.jp"
    settings.DEFAULT_FROM_EMAIL = "noreply@example.co.jp"
    setting_write(declaration=company, value="北の金属", actor=SYSTEM)
    tell(ichiro, "tests.deal", "A社", address="/deals/1/", body="次の一手\nを決める")
    assert deliveries_send() == 1
    [mail] = post_office.mails
    assert mail.to == ["ichiro@example.co.jp"]
    assert mail.message["Subject"] == "Deal A社 moved｜北の金属"
    assert mail.message["From"] == "北の金属 Teichaku <noreply@example.co.jp>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    text = plain(mail)
    assert "Deal A社 moved\n次の一手\nを決める\nhttps://teichaku.example.co.jp/deals/1/" in text
    assert "https://teichaku.example.co.jp/account/notifications/" in text
    html = mail.message.get_body(("html",)).get_content()
    assert 'href="https://teichaku.example.co.jp/deals/1/"' in html
    assert "次の一手<br>を決める" in html
    assert states() == ["sent"]


def test_a_mail_is_in_the_language_of_who_gets_it(ichiro, post_office):
    tell(ichiro, "tests.deal")
    with translation.override("en"):
        deliveries_send()
    assert "通知の受け取り方" in plain(post_office.mails[0])


def test_text_of_others_is_no_markup_in_a_mail(ichiro, post_office):
    tell(ichiro, "tests.deal", "<b>A</b>\r\nBcc: x@example.com", body="<script>")
    deliveries_send()
    [mail] = post_office.mails
    assert mail.to == ["ichiro@example.co.jp"]
    assert mail.message["Bcc"] is None
    html = mail.message.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;b&gt;A&lt;/b&gt;" in html


def test_an_address_outside_the_house_is_not_mailed(ichiro, post_office):
    told = tell(ichiro, "tests.deal", address="//evil.example/")
    deliveries_send()
    text = plain(post_office.mails[0])
    assert "evil" not in text
    assert f"/notifications/#n-{told.uid}" in text


def test_a_calendar_invitation_keeps_its_method(ichiro, post_office):
    invitation = Attachment("定例.ics", "text/calendar; method=REQUEST", "BEGIN:会議".encode())
    tell(ichiro, "tests.meeting", attachments=[invitation])
    deliveries_send()
    [part] = post_office.mails[0].message.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "REQUEST"
    assert part.get_filename() == "定例.ics"
    assert part.get_content().strip() == "BEGIN:会議"


def test_what_falls_due_together_in_a_group_is_one_mail(ichiro, people, post_office):
    for name in ("A", "B", "C"):
        tell(ichiro, "tests.input", name)
    tell(ichiro, "tests.deal", "D")
    tell(people[1], "tests.input", "E")
    assert deliveries_send() == 3
    assert sorted(subjects(post_office)) == [
        "Deal D moved｜Teichaku",
        "Enter A ほか2件｜Teichaku",
        "Enter E｜Teichaku",
    ]
    assert deliveries_send() == 0


@pytest.mark.parametrize(
    ("told", "goes"),
    [
        ("2026-11-16T10:00", "2026-11-16T10:00"),
        ("2026-11-16T07:10", "2026-11-16T09:00"),
        ("2026-11-13T18:30", "2026-11-16T09:00"),  # Friday evening
        ("2026-11-14T11:00", "2026-11-16T09:00"),  # Saturday
        ("2026-11-20T18:30", "2026-11-24T09:00"),  # before a Monday that is a holiday
    ],
)
def test_nothing_goes_out_outside_working_hours(ichiro, told, goes):
    with clock.moved_to(at(told)):
        assert due(tell(ichiro, "tests.deal")) == goes


def test_who_is_away_is_told_on_return(ichiro, post_office):
    absence_add(user=ichiro, starts_on=date(2026, 11, 16), ends_on=date(2026, 11, 18), actor=SYSTEM)
    assert due(tell(ichiro, "tests.deal")) == "2026-11-19T09:00"
    assert send_at("2026-11-18T10:00") == 0
    assert send_at("2026-11-19T09:00") == 1


def test_an_absence_entered_or_taken_back_moves_what_waits(ichiro):
    with clock.moved_to(at("2026-11-16T19:00")):
        told = tell(ichiro, "tests.deal")
        assert due(told) == "2026-11-17T09:00"
        absence = absence_add(
            user=ichiro, starts_on=date(2026, 11, 17), ends_on=date(2026, 11, 17), actor=SYSTEM
        )
        work()
        assert due(told) == "2026-11-18T09:00"
        absence_remove(user=ichiro, number=absence.pk, actor=SYSTEM)
        work()
        assert due(told) == "2026-11-17T09:00"


def test_working_time_is_asked_again_when_a_message_is_late(ichiro, post_office):
    told = tell(ichiro, "tests.deal")
    assert send_at("2026-11-16T21:00") == 0  # no worker ran all day
    assert due(told) == "2026-11-17T09:00"
    assert post_office.mails == []


def test_what_was_read_before_is_not_sent(ichiro, post_office):
    told = tell(ichiro, "tests.deal")
    notification_open(notification=told)
    assert deliveries_send() == 0
    assert states() == ["skipped"]


def test_who_has_left_is_not_told(ichiro, post_office):
    tell(ichiro, "tests.deal")
    ichiro.is_active = False
    ichiro.save()
    assert deliveries_send() == 0
    assert states() == ["skipped"]


def test_whom_only_files_name_is_not_told_outside():
    named = user_create(name="named", can_sign_in=False, actor=SYSTEM)
    tell(named, "tests.deal")
    assert states() == []


def test_a_kind_of_a_former_version_stops_nobody(ichiro, people, post_office):
    told = tell(ichiro, "tests.deal")
    Notification.objects.filter(pk=told.pk).update(kind="tests.former")
    tell(people[1], "tests.deal")
    assert deliveries_send() == 1
    assert states() == ["parked", "sent"]


def test_the_digest_holds_the_day_grouped_once_a_day(ichiro, post_office):
    choose(ichiro, "deals", Way.DIGEST)
    for kind, name in (("tests.deal", "A"), ("tests.minor", "B"), ("tests.call", "C")):
        assert due(tell(ichiro, kind, name)) == "2026-11-17T09:00"
    assert send_at("2026-11-17T09:00") == 1
    [mail] = post_office.mails
    assert mail.message["Subject"] == "本日のお知らせ3件｜Teichaku"
    text = plain(mail)
    assert text.index("■ 商談") < text.index("Leads of B") < text.index("■ システム")
    assert text.index("■ システム") < text.index("Call C")
    with clock.moved_to(at("2026-11-17T10:00")):
        late = tell(ichiro, "tests.minor", "D")
        # Even one that falls due on the same day, because another time was chosen, waits.
        choose(ichiro, "deals", Way.DIGEST, digest_at=time(11, 0))
    assert due(late) == "2026-11-17T11:00"
    assert send_at("2026-11-17T11:00") == 0
    assert due(late) == "2026-11-18T11:00"
    assert send_at("2026-11-18T11:00") == 1


@pytest.mark.parametrize(
    ("told", "wanted", "goes"),
    [
        ("2026-11-16T08:45", time(8, 30), "2026-11-16T09:00"),
        ("2026-11-16T09:01", time(8, 30), "2026-11-17T09:00"),
        ("2026-11-16T09:01", time(16, 0), "2026-11-16T16:00"),
        ("2026-11-13T17:00", time(16, 0), "2026-11-16T09:00"),
        ("2026-11-16T10:00", time(20, 0), "2026-11-17T09:00"),
    ],
)
def test_the_digest_comes_at_the_time_that_was_chosen(ichiro, told, wanted, goes):
    choose(ichiro, "deals", Way.DIGEST, digest_at=wanted)
    with clock.moved_to(at(told)):
        assert due(tell(ichiro, "tests.deal")) == goes


def test_a_kind_is_never_more_urgent_than_it_says(ichiro):
    choose(ichiro, "deals", Way.AT_ONCE)
    tell(ichiro, "tests.inside")
    assert states() == []
    tell(ichiro, "tests.minor")
    assert Delivery.objects.get().digest


def test_the_system_disturbs_administrators_alone(ichiro, people):
    role_grant(user=ichiro, role=Role.ADMINISTRATOR, actor=SYSTEM)
    tell(ichiro, "tests.call")
    tell(people[1], "tests.call")
    assert [row.digest for row in Delivery.objects.order_by("pk")] == [False, True]


def test_whoever_wants_to_be_told_inside_alone_gets_no_mail(ichiro, post_office):
    waiting = tell(ichiro, "tests.deal", "A")
    choose(ichiro, "deals", Way.APP)
    tell(ichiro, "tests.deal", "B")
    assert deliveries_send() == 0
    assert Delivery.objects.get().notification == waiting
    assert states() == ["skipped"]
    assert Notification.objects.filter(user=ichiro).count() == 2


def test_planning_twice_sends_once(ichiro, post_office):
    told = tell(ichiro, "tests.deal")
    assert deliveries_plan(notification_ids=[told.pk]) == 1
    deliveries_send()
    deliveries_send()
    assert len(post_office.mails) == 1


def test_a_busy_server_is_tried_again_and_then_left_to_an_administrator(ichiro, post_office):
    post_office.refusals["DATA"] = "451 try later"
    told = tell(ichiro, "tests.deal")
    # one, five and thirty minutes after the try before; after two hours there is the noon break
    for instant in ("10:00", "10:01", "10:06", "10:36", "12:36", "13:00"):
        assert states() == ["waiting"]
        send_at(f"2026-11-16T{instant}")
    assert states() == ["parked"]
    [task] = Task.objects.filter(kind="notify.parked")
    assert (task.role, task.address) == (
        "administrator",
        "/settings/notifications/deliveries/?state=parked",
    )
    post_office.refusals.clear()
    assert send_at("2026-11-16T15:00") == 0
    with clock.moved_to(at("2026-11-16T15:00")):
        uid = Delivery.objects.get(notification=told).uid
        assert deliveries_send_again(uids=[uid], actor=SYSTEM) == 1
    task.refresh_from_db()
    assert task.dismissed_at is not None
    assert send_at("2026-11-16T15:00") == 1
    assert AuditEntry.objects.filter(action="notify.deliveries_send_again").count() == 1


@pytest.mark.parametrize(
    ("command", "answer", "reason"),
    [("RCPT", "550 nobody", "smtp 550"), ("DATA", "554 spam", "smtp 554")],
)
def test_a_final_no_is_not_tried_again(ichiro, post_office, command, answer, reason):
    post_office.refusals[command] = answer
    tell(ichiro, "tests.deal")
    deliveries_send()
    row = Delivery.objects.get()
    assert (row.state, row.reason, row.attempts) == ("parked", reason, 1)
    assert deliveries_give_up(uids=None, actor=SYSTEM) == 1
    assert states() == ["skipped"]


def test_a_server_that_is_away_is_tried_again(ichiro, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    tell(ichiro, "tests.deal")
    deliveries_send()
    row = Delivery.objects.get()
    assert (row.state, row.reason) == ("waiting", "no connection")


def test_what_may_have_arrived_is_not_sent_again_by_itself(ichiro, post_office):
    post_office.silent = True
    tell(ichiro, "tests.deal")
    deliveries_send()
    row = Delivery.objects.get()
    assert (row.state, row.reason) == ("parked", "no answer")
    first = post_office.mails[0].message["Message-ID"]
    post_office.silent = False
    deliveries_send_again(uids=None, actor=SYSTEM)
    assert deliveries_send() == 1
    # Whoever decides so sends the same mail: mailboxes can tell that it is no other one.
    assert post_office.mails[1].message["Message-ID"] == first


def test_what_a_dead_worker_was_sending_waits_for_a_decision(ichiro, people, post_office):
    tell(ichiro, "tests.deal")
    tell(people[1], "tests.deal")
    stuck = Delivery.objects.order_by("pk").first()
    Delivery.objects.filter(pk=stuck.pk).update(
        state="sending", message=stuck.uid, claimed_at=clock.now(), attempts=1
    )
    assert deliveries_send() == 1
    assert states() == ["sending", "sent"]
    with clock.moved_to(clock.now() + INTERRUPTED_AFTER * 1.1):
        assert deliveries_send() == 0
    stuck.refresh_from_db()
    assert (stuck.state, stuck.reason) == ("parked", "interrupted")
    assert len(post_office.mails) == 1


def test_one_that_cannot_be_made_does_not_stop_the_others(ichiro, people, post_office):
    notifications_create(users=[ichiro], kind="tests.deal", params={}, actor=SYSTEM)  # no name
    tell(people[1], "tests.deal")
    assert deliveries_send() == 1
    assert states() == ["parked", "sent"]
    assert Delivery.objects.order_by("pk")[0].reason == "KeyError"


def test_many_people_are_planned_in_few_queries(django_assert_max_num_queries, people):
    new = [
        notifications_create(users=people, kind="tests.deal", params={"name": n}, actor=SYSTEM)
        for n in range(30)
    ]
    ids = [one.pk for several in new for one in several]
    with django_assert_max_num_queries(10):
        assert deliveries_plan(notification_ids=ids) == 60
