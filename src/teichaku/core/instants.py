"""Instants as the engine counts them: microseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """An aware instant in µs since 1970 UTC."""
    return (instant - EPOCH) // TICK


def instant_of(microseconds: int) -> datetime:
    """The aware instant (UTC) of so many µs since 1970 UTC."""
    return EPOCH + int(microseconds) * TICK
