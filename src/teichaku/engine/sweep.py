"""The two loops over leads: when did each qualify, and what does each score now."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from teichaku.engine.compiler import compiled
from teichaku.engine.kernel import (
    LATER,
    NOW,
    SCORES,
    behaviour_at,
    enter,
    leaves_at,
    next_expiry,
    reset,
    rising_at,
    total_of,
    verdict,
)
from teichaku.engine.layout import AWARDED, CAME_TRUE, FOREVER, NEVER, NO_WINDOW, PRESENT
from teichaku.engine.layout import Head as H

I64 = npt.NDArray[np.int64]
WIDTH = 5  # columns of a found qualification: lead row, instant, behaviour, fit, total
SCORED = 4  # columns of a score: behaviour, total, rising, next instant


@compiled
def enter_until(
    p: Any, s: Any, at: Any, sig: Any, relevant: Any, event: int, last: int, until: int,
    news: int,
) -> int:  # fmt: skip
    """Takes in the events from this one on, up to an instant; returns the next one.

    ``news`` (a mask): only up to the first instant that brings such; ``last`` if none does.
    """
    while event < last and at[event] <= until:
        shape, instant = sig[event], at[event]
        event += 1
        if relevant[shape]:
            enter(p, s, shape, instant)
        if s[p[H.NEWS]] & news and (event == last or at[event] > instant):
            return event
    return last if news else event


@compiled
def next_relevant(sig: Any, relevant: Any, event: int, last: int) -> int:
    """The next event that counts, or ``last``."""
    while event < last and not relevant[sig[event]]:
        event += 1
    return event


@compiled
def put(
    found: Any, count: int, row: int, instant: int, behaviour: int, fit: int, total: int
) -> Any:
    """Writes a qualification, in a larger array when this one is full; returns the array."""
    if count == len(found):
        larger = np.empty((2 * count, WIDTH), np.int64)
        larger[:count] = found
        found = larger
    found[count, 0] = row
    found[count, 1] = instant
    found[count, 2] = behaviour
    found[count, 3] = fit
    found[count, 4] = total
    return found


@compiled
def first_holding(
    p: Any, s: Any, f: Any, relevant: Any, at: Any, sig: Any, event: int, last: int,
    fit: int, parts: int, since: int, until: int, ask_first: bool, expiries: bool,
) -> int:  # fmt: skip
    """The first candidate in [since, until] at which the definition holds, else FOREVER.

    ``since`` itself is one only if ``ask_first``; then every event is, and with ``expiries`` every
    expiry. As long as the definition cannot hold before the next event, only news can change that,
    so everything up to it is just taken in: a clause that came true, or also an award where
    only the score is wanting.
    """
    instant = since
    while instant <= until:
        event = enter_until(p, s, at, sig, relevant, event, last, instant, 0)
        s[p[H.NEWS]] = 0
        news = AWARDED | CAME_TRUE if verdict(p, s, f, fit, parts, instant, SCORES) else CAME_TRUE
        if news & AWARDED and verdict(p, s, f, fit, parts, instant, LATER):
            if ask_first and verdict(p, s, f, fit, parts, instant, NOW):
                return instant
            event = next_relevant(sig, relevant, event, last)
            following = at[event] if event < last else FOREVER
            instant = min(following, next_expiry(p, s, instant)) if expiries else following
        else:
            event = enter_until(p, s, at, sig, relevant, event, last, until, news)
            instant = at[event - 1] if s[p[H.NEWS]] & news else FOREVER
        ask_first = True
    return FOREVER


@compiled
def next_reset(starts: Any, resets: Any, row: int, after: int) -> int:
    """The lead's first return or recycle after an instant, else FOREVER."""
    first = FOREVER
    for k in range(starts[row], starts[row + 1]):
        if resets[k] > after:
            first = min(first, resets[k])
    return first


@compiled
def qualify_range(
    p: Any, s: Any, f: Any, relevant: Any, offsets: Any, at: Any, sig: Any,
    fit: Any, parts: Any, starts: Any, ask_first: Any, prior: Any, reset_starts: Any, resets: Any,
    live: bool, until: int, first_row: int, last_row: int,
) -> Any:  # fmt: skip
    """All qualifications of a range of lead rows, one line each: row, instant, scores.

    Candidates are the start itself if ``ask_first``, and events and expiries after it.
    Not ``live``: ``prior`` (NEVER for none) and resets are not read.
    """
    found = np.empty((max(last_row - first_row, 16), WIDTH), np.int64)
    count = 0
    again_kind, again_length = p[H.REQUALIFY_KIND], p[H.REQUALIFY_LENGTH]
    for row in range(first_row, last_row):
        reset(p, s, f)
        start = starts[row]
        event, last = offsets[row], offsets[row + 1]
        event = enter_until(p, s, at, sig, relevant, event, last, start - 1, 0)
        qualified = prior[row] if live else NEVER
        since, asked, expiries = start, ask_first[row], True
        while True:
            if qualified != NEVER:
                if again_kind == NO_WINDOW:
                    break
                earliest = start if ask_first[row] else start + 1
                earliest = max(earliest, leaves_at(p, again_kind, again_length, qualified))
                if live:
                    earliest = max(earliest, next_reset(reset_starts, resets, row, qualified))
                event = enter_until(p, s, at, sig, relevant, event, last, earliest - 1, 0)
                event = next_relevant(sig, relevant, event, last)
                if event == last:
                    break
                since, asked, expiries = at[event], True, False
            instant = first_holding(
                p, s, f, relevant, at, sig, event, last, fit[row], parts[row],
                since, until, asked, expiries,
            )  # fmt: skip
            if instant == FOREVER:
                break
            behaviour = behaviour_at(p, s, f, PRESENT, instant)
            total = total_of(p, behaviour, fit[row])
            found = put(found, count, row, instant, behaviour, fit[row], total)
            count += 1
            qualified = instant
            while event < last and at[event] <= instant:
                event += 1  # taken in already
    return found[:count]


@compiled
def score_range(
    p: Any, s: Any, f: Any, relevant: Any, offsets: Any, at: Any, sig: Any, fit: Any,
    as_of: int, first_row: int, last_row: int, out: Any,
) -> None:  # fmt: skip
    """Fills out[row] with behaviour, total, rising (millionths) and the next instant of change."""
    for row in range(first_row, last_row):
        reset(p, s, f)
        last = offsets[row + 1]
        event = enter_until(p, s, at, sig, relevant, offsets[row], last, as_of, 0)
        behaviour = behaviour_at(p, s, f, PRESENT, as_of)
        out[row, 0] = behaviour
        out[row, 1] = total_of(p, behaviour, fit[row])
        out[row, 2] = rising_at(p, s, f, fit[row], as_of)
        event = next_relevant(sig, relevant, event, last)
        following = at[event] if event < last else FOREVER
        out[row, 3] = min(next_expiry(p, s, as_of), following)
