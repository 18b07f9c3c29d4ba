"""Facts: one provider per kind, and silence where no room provides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from teichaku.core import facts
from teichaku.core.registry import AlreadyRegistered, Registry

CONTEXT = facts.FactsContext(datetime(2026, 11, 22, 15, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))


@dataclass(frozen=True)
class RoomFacts:
    """What an invented room tells."""

    doors: int | None = None


@pytest.fixture(autouse=True)
def nobody_tells(monkeypatch) -> None:
    monkeypatch.setattr(facts, "_providers", Registry("provider of facts"))


def test_what_no_room_tells_is_not_known():
    assert facts.facts_read(RoomFacts, CONTEXT) == RoomFacts(None)


def test_a_room_tells_as_of_the_instant_asked_for():
    facts.facts_provide(RoomFacts, lambda context: RoomFacts(context.today.day))
    assert facts.facts_read(RoomFacts, CONTEXT) == RoomFacts(23)


def test_the_day_is_the_local_one():
    assert CONTEXT.today == date(2026, 11, 23)


def test_each_kind_has_one_provider():
    facts.facts_provide(RoomFacts, lambda _context: RoomFacts(1))
    with pytest.raises(AlreadyRegistered, match="RoomFacts"):
        facts.facts_provide(RoomFacts, lambda _context: RoomFacts(2))
