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
from teichaku.notify.decisions import deliveries_send_again, letters_send_again
from teichaku.notify.deliveries import deliveries_send
from teichaku.notify.letter_sending import letters_send
from teichaku.notify.letters import TRANSACTIONAL, NewLetter, letters_queue
from teichaku.notify.models import Delivery, Letter
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


LETTERS = """
import os, time
from datetime import datetime
os.environ["TEICHAKU_EMAIL_URL"] = "smtp://127.0.0.1:{port}"
from teichaku.config.boot import start
start(None, lang="en")
from teichaku.core import clock
from teichaku.notify import letter_sending
send = letter_sending.mail_send

def slowly(mail):
    time.sleep(0.05)
    send(mail)
    time.sleep(0.05)

letter_sending.mail_send = slowly
with clock.moved_to(datetime.fromisoformat("{now}")):
    letter_sending.letters_send()
"""


def _killed_again_and_again(
    folder: Path, script: str, table: type[Delivery] | type[Letter]
) -> None:
    """Nothing; some senders were killed over their work, and a last one came to its end."""

    def waiting() -> int:
        return table._default_manager.filter(state="waiting").count()

    pick = random.Random(7)
    for _ in range(KILLS):
        running = worker_process(folder, script=script)
        before = waiting()
        wait_until(lambda before=before: waiting() < before, running)
        time.sleep(pick.uniform(0, 0.12))
        running.kill()
        running.communicate()
    finishing = worker_process(folder, script=script)
    assert finishing.wait(timeout=120) == 0, finishing.communicate()
    finishing.communicate()
    states = Counter(table._default_manager.values_list("state", flat=True))
    assert set(states) <= {"sent", "sending"}
    assert states.total() == PEOPLE
    assert states["sending"] <= KILLS


def _arrived(post_office) -> Counter[str]:
    return Counter(address for mail in post_office.mails for address in mail.to)


def _letter(number: int) -> NewLetter:
    address = f"p{number}@example.co.jp"
    return NewLetter(
        key=address, address=address, purpose=TRANSACTIONAL, subject="お礼", body="本文"
    )


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_twice_and_nobody_is_forgotten(tmp_path: Path, post_office) -> None:
    now = at("2026-11-16T10:00")
    script = SENDER.format(port=post_office.port, now=now.isoformat())
    with clock.moved_to(now):
        for n in range(PEOPLE):
            user = user_create(name=f"p{n}", email=f"p{n}@example.co.jp", actor=SYSTEM)
            tell(user, "tests.deal")
    _killed_again_and_again(tmp_path, script, Delivery)
    assert set(_arrived(post_office).values()) == {1}
    for row in Delivery.objects.filter(state="sent").select_related("notification__user"):
        assert _arrived(post_office)[row.notification.user.email] == 1
    with clock.moved_to(now + INTERRUPTED_AFTER * 1.1):
        assert deliveries_send() == 0
        parked = Delivery.objects.filter(state="parked", reason="interrupted").count()
        assert deliveries_send_again(uids=None, actor=SYSTEM) == parked
        assert deliveries_send() == parked
    assert len(_arrived(post_office)) == PEOPLE


@pytest.mark.django_db(transaction=True)
def test_no_letter_leaves_twice_and_none_is_forgotten(tmp_path: Path, post_office) -> None:
    now = at("2026-11-16T10:00")
    with clock.moved_to(now):
        letters_queue(rows=[_letter(n) for n in range(PEOPLE)], actor=SYSTEM)
    script = LETTERS.format(port=post_office.port, now=now.isoformat())
    _killed_again_and_again(tmp_path, script, Letter)
    assert set(_arrived(post_office).values()) == {1}
    for row in Letter.objects.filter(state="sent"):
        assert _arrived(post_office)[row.address] == 1
    with clock.moved_to(now + INTERRUPTED_AFTER * 1.1):
        assert letters_send() == 0
        parked = Letter.objects.filter(state="parked", reason="interrupted").count()
        assert letters_send_again(uids=None, actor=SYSTEM) == parked
        assert letters_send() == parked
    assert len(_arrived(post_office)) == PEOPLE
