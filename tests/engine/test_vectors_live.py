"""By hand: what live evaluation adds: the revision's start, the last time, returns."""

from __future__ import annotations

from tests.engine.vectors import VIEW, Check, book, did, lead, view

LATE = "2030-01-01 00:00"
EVER = "{count: {event: page_view}, at_least: 1}"
START = "2026-01-10 00:00"


def test_who_holds_already_qualifies_at_the_start(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, half_life: 2d", mql=EVER)
    one = lead(view("2026-01-06 00:00"), view("2026-01-20 10:00"))
    check.live(rules, one, START, LATE, (START, 2.5, 0, 2.5))  # 10/4


def test_who_does_not_hold_at_the_start_qualifies_later(check: Check) -> None:
    recent = book(mql="{last: {event: page_view}, within: 7d}")
    before = view("2026-01-03 00:00")  # leaves its window exactly at the start
    check.live(recent, lead(before), START, LATE)
    check.live(recent, lead(before, view("2026-01-20 10:00")), START, LATE, "2026-01-20 10:00")
    just = lead(view("2026-01-03 00:00:00.000001"))
    check.live(recent, just, START, LATE, START)


def test_an_instant_before_the_start_is_none(check: Check) -> None:
    """It held from the 1st to the 8th and nobody was looking."""
    rules = book(mql="{last: {event: page_view}, within: 7d}", again="1d")
    check.live(rules, lead(view("2026-01-01 10:00")), START, LATE)


def test_an_event_at_the_start_is_in(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10", mql=EVER)
    check.live(rules, lead(view(START)), START, LATE, (START, 10, 0, 10))
    check.live(rules, lead(view("2026-01-10 00:00:00.000001")), START, LATE,
               "2026-01-10 00:00:00.000001")  # fmt: skip


def test_an_end_after_the_start_qualifies_the_first_time(check: Check) -> None:
    rules = book(
        "when: {event: call}, points: -10, expires: 7d", f"{VIEW}, points: 10",
        mql="{score: total, at_least: 10}",
    )  # fmt: skip
    one = lead(view("2026-01-05 10:00"), did("2026-01-06 10:00", "call"))
    check.live(rules, one, START, LATE, "2026-01-13 10:00")


def test_nothing_live_before_the_start_has_come(check: Check) -> None:
    rules = book(mql=EVER)
    check.live(rules, lead(view("2026-01-01 10:00")), START, "2026-01-09 23:59")
    check.live(rules, lead(view("2026-01-01 10:00")), START, START, START)


def test_the_start_is_none_for_a_lead_created_later(check: Check) -> None:
    rules = book(
        fit=["when: {attribute: a, is: 1}, points: 30"], mql="{score: fit, at_least: 30}"
    )  # fmt: skip
    one = lead(view("2026-01-15 10:00"), created="2026-01-12 00:00", attributes={"a": 1})
    check.live(rules, one, START, "2026-01-11 00:00")
    check.live(rules, one, START, LATE, ("2026-01-12 00:00", 0, 30, 30))


def test_again_needs_a_return_or_recycle_after_the_last(check: Check) -> None:
    rules = book(mql=EVER, again="30d")
    one = lead(view("2026-01-15 10:00"), view("2026-02-20 10:00"))
    prior = "2026-01-15 10:00"

    def seen(*expected: str, resets: list[str]) -> None:
        check.live(rules, one, START, LATE, *expected, prior=prior, resets=resets)

    seen(resets=[])
    seen(resets=["2026-01-12 10:00"])
    seen(resets=[prior])  # after it, not at it
    seen("2026-02-20 10:00", resets=["2026-01-15 10:00:00.000001"])
    seen("2026-02-20 10:00", resets=["2026-01-12 10:00", "2026-02-01 10:00"])
    seen("2026-02-20 10:00", resets=["2026-02-20 10:00"])  # the event's own instant will do
    seen(resets=["2026-02-20 10:00:00.000001"])


def test_again_waits_for_an_event_from_the_wait_on(check: Check) -> None:
    rules = book(mql=EVER, again="30d")
    prior, resets = "2026-01-15 10:00", ["2026-01-16 10:00"]
    early = [view("2026-01-15 10:00"), view("2026-02-14 09:59")]
    check.live(rules, lead(*early), START, LATE, prior=prior, resets=resets)
    exact = lead(*early, view("2026-02-14 10:00"))
    check.live(rules, exact, START, LATE, "2026-02-14 10:00", prior=prior, resets=resets)


def test_after_a_qualification_the_start_is_no_event(check: Check) -> None:
    rules = book(mql=EVER, again="30d")
    prior, resets = "2025-11-01 10:00", ["2025-11-05 10:00"]
    past = [view("2025-11-01 10:00"), view("2025-12-20 10:00")]  # both before the start
    check.live(rules, lead(*past), START, LATE, prior=prior, resets=resets)
    later = lead(*past, view("2026-01-20 10:00"))
    check.live(rules, later, START, LATE, "2026-01-20 10:00", prior=prior, resets=resets)
    at_start = lead(*past, view(START))
    check.live(rules, at_start, START, LATE, START, prior=prior, resets=resets)


def test_each_new_time_needs_a_reset_of_its_own(check: Check) -> None:
    rules = book(mql=EVER, again="10d")
    one = lead(*(view(f"2026-{day} 10:00") for day in ("01-12", "01-25", "02-10", "03-01")))
    first, second, fourth = "2026-01-12 10:00", "2026-01-25 10:00", "2026-03-01 10:00"
    check.live(rules, one, START, LATE, first)
    early, late = "2026-01-13 10:00", "2026-02-20 10:00"
    # the wait after the second is over on 4 February, but the one reset came before it
    check.live(rules, one, START, LATE, first, second, resets=[early])
    check.live(rules, one, START, LATE, first, second, fourth, resets=[early, late])


def test_without_requalification_a_reset_changes_nothing(check: Check) -> None:
    rules = book(mql=EVER)
    one = lead(view("2026-01-15 10:00"), view("2026-03-20 10:00"))
    resets = ["2026-02-01 10:00"]
    check.live(rules, one, START, LATE, prior="2025-12-01 10:00", resets=resets)
    check.live(rules, one, START, LATE, "2026-01-15 10:00", resets=resets)
