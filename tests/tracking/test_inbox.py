"""Requests that wait together share a commit; each is told of its own row and of no other."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from teichaku.tracking import inbox as module
from teichaku.tracking.inbox import Busy, Inbox


class Slow(Inbox):
    """Commits take a moment, and fail where a row is called bad."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[object]] = []
        self.gate = threading.Event()
        self.gate.set()

    def _commit(self, rows):
        self.gate.wait(10)
        time.sleep(0.02)
        self.batches.append([name for (name,) in rows])
        return ("bad",) not in rows


def put(inbox, name):
    try:
        inbox.put((name,))
    except Busy:
        return "busy"
    return "kept"


def waiting(inbox, count):
    until = time.monotonic() + 10
    while len(inbox._waiting) < count and time.monotonic() < until:
        time.sleep(0.005)


def test_all_that_wait_are_committed_together_and_each_once():
    inbox = Slow()
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda n: put(inbox, n), range(200)))
    assert set(answers) == {"kept"}
    assert sorted(name for batch in inbox.batches for name in batch) == list(range(200))
    assert len(inbox.batches) < 100


def test_a_commit_that_fails_is_told_to_those_in_it_and_to_nobody_else():
    inbox = Slow()
    with ThreadPoolExecutor(4) as pool:
        inbox.gate.clear()
        first = pool.submit(put, inbox, "first")
        time.sleep(0.05)
        others = [pool.submit(put, inbox, name) for name in ("bad", "beside")]
        waiting(inbox, 2)
        inbox.gate.set()
        assert [one.result(10) for one in (first, *others)] == ["kept", "busy", "busy"]
    assert put(inbox, "later") == "kept"


def test_after_a_while_without_work_the_next_one_is_written_as_well(monkeypatch):
    monkeypatch.setattr(module, "IDLE_S", 0.01)
    inbox = Slow()
    for name in range(3):
        assert put(inbox, name) == "kept"
        time.sleep(0.05)
    assert inbox.batches == [[0], [1], [2]]
    assert not [one for one in threading.enumerate() if one.name == "inbox"]


@pytest.mark.parametrize(("name", "value"), [("MOST_WAITING", 1), ("STALLED_S", 0.0)])
def test_when_too_much_waits_or_for_too_long_nobody_joins(monkeypatch, name, value):
    inbox = Slow()
    with ThreadPoolExecutor(3) as pool:
        inbox.gate.clear()
        first = pool.submit(put, inbox, "first")
        time.sleep(0.05)
        second = pool.submit(put, inbox, "second")
        waiting(inbox, 1)
        monkeypatch.setattr(module, name, value)
        assert put(inbox, "third") == "busy"
        inbox.gate.set()
        assert (first.result(10), second.result(10)) == ("kept", "kept")
