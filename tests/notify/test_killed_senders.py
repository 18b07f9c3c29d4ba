"""Senders as processes that are killed in the middle: nobody gets a mail twice, none is lost."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.core.processes import wait_until, worker_process
from tests.notify.people import at, tell

from teichaku.accounts.services import user_create
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.notify.decisions import deliveries_send_again
from teichaku.notify.deliveries import deliveries_send
from teichaku.notify.models import Delivery
from teichaku.notify.settling import INTERRUPTED_AFTER

PEOPLE = 14
KILLS = 4
# A sender that takes its time before and after the server's yes, so that a kill often hits there.
SENDER = """
import os, time
from datetime import datetime
os.environ["TEICHAKU_EMAIL_URL"] = "smtp://127.0.0.1:{port}"
from teichaku.config.boot import start
start(None, lang="en")
from teichaku.core import clock
from teichaku.notify import deliveries, sending
from teichaku.notify.kinds import Kind, notification_kinds
notification_kinds.register("tests.deal", Kind("Deal %(name)s moved", group="deals"))
send = sending.mail_send

def slowly(mail):
    time.sleep(0.05)
    send(mail)
    time.sleep(0.05)

sending.mail_send = slowly
with clock.moved_to(datetime.fromisoformat("{now}")):
    deliveries.deliveries_send()
"""


def waiting() -> int:
    return Delivery.objects.filter(state="waiting").count()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_twice_and_nobody_is_forgotten(tmp_path: Path, post_office) -> None:
    now = at("2026-11-16T10:00")
    script = SENDER.format(port=post_office.port, now=now.isoformat())
    with clock.moved_to(now):
        for n in range(PEOPLE):
            user = user_create(name=f"p{n}", email=f"p{n}@example.co.jp", actor=SYSTEM)
            tell(user, "tests.deal")
    pick = random.Random(7)
    for _ in range(KILLS):
        running = worker_process(tmp_path, script=script)
        before = waiting()
        wait_until(lambda before=before: waiting() < before, running)
        time.sleep(pick.uniform(0, 0.12))
        running.kill()
        running.communicate()
    finishing = worker_process(tmp_path, script=script)
    assert finishing.wait(timeout=120) == 0, finishing.communicate()
    finishing.communicate()
    arrived = Counter(address for mail in post_office.mails for address in mail.to)
    assert set(arrived.values()) == {1}
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert set(states) <= {"sent", "sending"}
    assert states.total() == PEOPLE
    assert states["sending"] <= KILLS
    for row in Delivery.objects.filter(state="sent").select_related("notification__user"):
        assert arrived[row.notification.user.email] == 1
    with clock.moved_to(now + INTERRUPTED_AFTER * 1.1):
        assert deliveries_send() == 0
        parked = Delivery.objects.filter(state="parked", reason="interrupted").count()
        assert parked == states["sending"]
        assert deliveries_send_again(uids=None, actor=SYSTEM) == parked
        assert deliveries_send() == parked
    arrived = Counter(address for mail in post_office.mails for address in mail.to)
    assert len(arrived) == PEOPLE
