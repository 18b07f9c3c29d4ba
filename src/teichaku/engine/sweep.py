"""The loops over leads: when did each qualify, what does each score, and does a condition hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from teichaku.engine.compiler import compiled, uncounted
from teichaku.engine.kernel import (
    EVER,
    LATER,
    NOW,
    SCORES,
    award_all,
    behaviour_at,
    cell,
    copy_view,
    enter,
    leaves_at,
    next_expiry,
    reset,
    total_of,
    verdict,
)
from teichaku.engine.layout import (
    AWARDED,
    CAME_TRUE,
    FOREVER,
    HIT_CELLS,
    NEVER,
    NO_WINDOW,
    PRESENT,
    RULE_CELLS,
    RULES,
    WEEK_AGO,
    WEEK_US,
    Head,
    Hit,
    Lead,
    Rule,
    RuleState,
)

I64 = npt.NDArray[np.int64]
WIDTH = 5  # columns of a found qualification: lead row, instant, behaviour, fit, total
SCORED = 4  # columns of a score: behaviour, total, rising, next instant


@uncounted
def enter_until(
    p: Any, s: Any, at: Any, sig: Any, relevant: Any, event: int, last: int, until: int,
    news: int, awarding: bool,
) -> int:  # fmt: skip
    """Takes in the events from this one on, up to an instant; returns the next one.

    ``news`` (a mask): only up to the first instant that brings such; ``last`` if none does.
    Not ``awarding``: clauses only, and ``catch_up`` makes the awards once they matter.
    """
    while event < last and at[cell(event)] <= until:
        shape, instant = sig[cell(event)], at[cell(event)]
        event += 1
        if relevant[cell(shape)]:
            if awarding:
                award_all(p, s, shape, instant)
            enter(p, s, shape, instant)
        if s[Lead.NEWS] & news and (event == last or at[cell(event)] > instant):
            break
    else:
        event = last if news else event
    if awarding:
        s[Lead.AWARDED_TO] = event
    return event


@uncounted
def catch_up(p: Any, s: Any, at: Any, sig: Any, relevant: Any, event: int) -> None:
    """Makes the awards of all events before this one."""
    for earlier in range(s[Lead.AWARDED_TO], event):
        shape = sig[cell(earlier)]
        if relevant[cell(shape)]:
            award_all(p, s, shape, at[cell(earlier)])
    s[Lead.AWARDED_TO] = event


@uncounted
def next_relevant(sig: Any, relevant: Any, event: int, last: int) -> int:
    """The next event that counts, or ``last``."""
    while event < last and not relevant[cell(sig[cell(event)])]:
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


@uncounted
def first_holding(
    p: Any, s: Any, f: Any, relevant: Any, at: Any, sig: Any, event: int, last: int,
    fit: int, parts: int, since: int, until: int, ask_first: bool, expiries: bool,
) -> int:  # fmt: skip
    """The first candidate in [since, until] at which the definition holds, else FOREVER.

    ``since`` itself is one only if ``ask_first``; then every event is, and with ``expiries`` every
    expiry. As long as the definition cannot hold before the next event, only news can change that,
    so everything up to it is just taken in: a clause that came true, or also an award where
    only the score is wanting. Awards are made only where a score may decide.
    """
    instant = since
    while instant <= until:
        event = enter_until(p, s, at, sig, relevant, event, last, instant, 0, False)
        scoring = verdict(p, s, f, fit, parts, instant, SCORES)
        if scoring:
            catch_up(p, s, at, sig, relevant, event)
        news = AWARDED | CAME_TRUE if scoring else CAME_TRUE
        s[Lead.NEWS] = 0
        if scoring and verdict(p, s, f, fit, parts, instant, LATER):
            if ask_first and verdict(p, s, f, fit, parts, instant, NOW):
                return instant
            event = next_relevant(sig, relevant, event, last)
            following = at[cell(event)] if event < last else FOREVER
            instant = min(following, next_expiry(p, s, instant)) if expiries else following
        else:
            event = enter_until(p, s, at, sig, relevant, event, last, until, news, scoring)
            instant = at[cell(event - 1)] if s[Lead.NEWS] & news else FOREVER
        ask_first = True
    return FOREVER


@uncounted
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
    again_kind, again_length = p[Head.REQUALIFY_KIND], p[Head.REQUALIFY_LENGTH]
    for row in range(first_row, last_row):
        if not verdict(p, s, f, fit[row], parts[row], NEVER, EVER):
            continue
        reset(p, s, f)
        start = starts[row]
        event, last = offsets[row], offsets[row + 1]
        s[Lead.AWARDED_TO] = event
        event = enter_until(p, s, at, sig, relevant, event, last, start - 1, 0, False)
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
                event = enter_until(p, s, at, sig, relevant, event, last, earliest - 1, 0, False)
                event = next_relevant(sig, relevant, event, last)
                if event == last:
                    break
                since, asked, expiries = at[cell(event)], True, False
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
            while event < last and at[cell(event)] <= instant:
                event += 1  # taken in already
    return found[:count]


@uncounted
def score_range(
    p: Any, s: Any, f: Any, relevant: Any, offsets: Any, at: Any, sig: Any, fit: Any,
    as_of: int, first_row: int, last_row: int, out: Any,
) -> None:  # fmt: skip
    """Fills out[row] with behaviour, total, rising (millionths) and the next instant of change."""
    for row in range(first_row, last_row):
        reset(p, s, f)
        last = offsets[row + 1]
        event = enter_until(p, s, at, sig, relevant, offsets[row], last, as_of, 0, True)
        before = total_of(p, behaviour_at(p, s, f, WEEK_AGO, as_of - WEEK_US), fit[row])
        copy_view(p, s, f, WEEK_AGO, PRESENT)
        behaviour = behaviour_at(p, s, f, PRESENT, as_of)
        total = total_of(p, behaviour, fit[row])
        out[row, 0], out[row, 1], out[row, 2] = behaviour, total, total - before
        event = next_relevant(sig, relevant, event, last)
        following = at[cell(event)] if event < last else FOREVER
        out[row, 3] = min(next_expiry(p, s, as_of), following)


@uncounted
def stands_at(
    p: Any, s: Any, f: Any, relevant: Any, at: Any, sig: Any, event: int, last: int,
    fit: int, parts: int, until: int, instant: int,
) -> bool:  # fmt: skip
    """Whether the definition holds at an instant, taking in events up to an earlier one alone."""
    reset(p, s, f)
    enter_until(p, s, at, sig, relevant, event, last, until, 0, True)
    return verdict(p, s, f, fit, parts, instant, NOW)


@uncounted
def next_change(p: Any, s: Any, instant: int, rises: bool) -> int:
    """The next expiry; with ``rises`` also when what happened or ended is seven days ago."""
    soonest = next_expiry(p, s, instant)
    if not rises:
        return soonest
    for rule in range(RULES, p[Head.RULES_END], RULE_CELLS):
        for hit in range(p[cell(rule + Rule.HITS)], s[cell(rule + RuleState.END)], HIT_CELLS):
            for moment in (s[cell(hit + Hit.AT)], s[cell(hit + Hit.END)]):
                if instant < moment + WEEK_US < soonest:
                    soonest = moment + WEEK_US
    return soonest


@uncounted
def turns_range(
    p: Any, s: Any, f: Any, relevant: Any, offsets: Any, at: Any, sig: Any, fit: Any, parts: Any,
    as_of: int, rises: bool, faded_at: int, first_row: int, last_row: int, out: Any,
) -> None:  # fmt: skip
    """Fills out[row] with whether the definition holds, and when that turns if nothing happens.

    Between two changes only fading scores can turn it, which is found by halving: they do so once,
    unless points that count for and against a lead fade at once. ``faded_at``: when nothing fades
    any more, NEVER if nothing does.
    """
    for row in range(first_row, last_row):
        out[row, 0], out[row, 1] = 0, FOREVER
        if not verdict(p, s, f, fit[row], parts[row], NEVER, EVER):
            continue
        first, last = offsets[row], offsets[row + 1]
        reset(p, s, f)
        event = enter_until(p, s, at, sig, relevant, first, last, as_of, 0, True)
        holds = verdict(p, s, f, fit[row], parts[row], as_of, NOW)
        event = next_relevant(sig, relevant, event, last)
        turn = at[cell(event)] if event < last else FOREVER
        out[row, 0] = holds
        instant = as_of
        while instant < turn:
            following = min(next_change(p, s, instant, rises), turn)
            look = min(following - 1, faded_at)
            if look > instant and verdict(p, s, f, fit[row], parts[row], look, NOW) != holds:
                low, turn = instant, look
                while turn - low > 1:
                    middle = (low + turn) // 2
                    if stands_at(
                        p, s, f, relevant, at, sig, first, last, fit[row], parts[row],
                        as_of, middle,
                    ) == holds:  # fmt: skip
                        low = middle
                    else:
                        turn = middle
                break
            if following == turn:
                break
            instant = following
            if verdict(p, s, f, fit[row], parts[row], instant, NOW) != holds:
                turn = instant
        out[row, 1] = turn
