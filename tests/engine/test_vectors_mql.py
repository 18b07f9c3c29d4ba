"""By hand: the instants at which the definition is looked at, and when a lead qualifies again."""

from __future__ import annotations

from tests.engine.vectors import VIEW, Check, book, did, lead, view

from teichaku.engine.facts import LeadFacts

LATE = "2030-01-01 00:00"
VIEWS = "{event: page_view}"
CAREERS = "when: {event: page_view, path: /careers}"
SERVICE = "when: {event: page_view, path: /service}"
EVER = "{count: {event: page_view}, at_least: 1}"


def two_pages() -> LeadFacts:
    """The careers page on the 1st, the service page on the 2nd."""
    return lead(view("2026-01-01 10:00", "/careers"), view("2026-01-02 10:00", "/service"))


# ---- Candidate instants


def test_the_end_of_a_negative_hit_qualifies(check: Check) -> None:
    definition = "{score: behaviour, at_least: 20}"
    rules = book(f"{CAREERS}, points: -15, expires: 30d", f"{SERVICE}, points: 20", mql=definition)
    # 20 − 15 = 5 on the 2nd; the 15 end with the 31st 10:00
    check.qualified(rules, two_pages(), LATE, ("2026-01-31 10:00", 20, 0, 20))
    month = book(f"{CAREERS}, points: -15, expires: 1mo", f"{SERVICE}, points: 20", mql=definition)
    late = lead(view("2026-01-31 10:00", "/careers"), view("2026-01-31 11:00", "/service"))
    check.qualified(month, late, LATE, ("2026-03-01 00:00", 20, 0, 20))


def test_it_is_looked_at_only_at_candidate_instants(check: Check) -> None:
    linear = book(
        f"{CAREERS}, points: -10, linear: 10d", f"{SERVICE}, points: 10",
        mql="{score: behaviour, at_least: 5}",
    )  # fmt: skip
    # 10 − 9 on the 2nd; it passes 5 on the 6th, but nothing happens before the end on the 11th
    check.qualified(linear, two_pages(), LATE, ("2026-01-11 10:00", 10, 0, 10))


def test_a_half_life_and_a_cap_window_make_no_instant(check: Check) -> None:
    rules = book(
        f"{CAREERS}, points: -10, half_life: 1d, cap: {{times: 1, per: 7d}}",
        f"{SERVICE}, points: 10, cap: {{points: 10, per: 7d}}",
        mql="{score: behaviour, at_least: 9.8}",
    )
    check.qualified(rules, two_pages(), LATE)
    check.score(rules, two_pages(), "2026-01-02 10:00", behaviour=5, next_at=None)  # 10 − 10/2
    check.score(rules, two_pages(), "2026-01-08 10:00", behaviour=9.921875)  # 10 − 10/128


def test_rising_makes_no_instant(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10", mql=f"{{all: [{EVER}], none: [{{rising: 5}}]}}")
    one = lead(view("2026-01-01 10:00"))
    check.qualified(rules, one, LATE)  # from the 8th on it would hold
    check.score(rules, one, "2026-01-01 10:00", rising=10, next_at=None)
    again = lead(view("2026-01-01 10:00"), view("2026-01-20 10:00", "/x"))
    check.qualified(book(f"{SERVICE}, points: 10", mql=f"{{all: [{EVER}], none: [{{rising: 5}}]}}"),
                    again, LATE, "2026-01-20 10:00")  # fmt: skip


def test_an_event_that_nothing_means_is_no_instant(check: Check) -> None:
    half = f"{CAREERS}, points: -10, half_life: 1d"
    definition = "{score: behaviour, at_least: 9}"
    pages = [view("2026-01-01 10:00", "/careers"), view("2026-01-02 10:00", "/service")]
    one = lead(*pages, did("2026-01-20 10:00", "download"), did("2026-01-21 10:00", "call"))
    check.qualified(book(half, f"{SERVICE}, points: 10", mql=definition), one, LATE)
    # a clause that means the call makes it one; −10/2^20 is −0.00000954
    widened = f"{{any: [{definition}, {{count: {{event: call}}, at_least: 9}}]}}"
    check.qualified(
        book(half, f"{SERVICE}, points: 10", mql=widened), one, LATE,
        ("2026-01-21 10:00", 9.99999, 0, 9.99999),
    )  # fmt: skip
    # so does a rule, even one that gives nothing
    free = "when: {event: download}, points: 0"
    nothing = book(half, f"{SERVICE}, points: 10", free, mql=definition)
    check.qualified(nothing, one, LATE, ("2026-01-20 10:00", 9.999981, 0, 9.999981))


def test_a_definition_of_fit_alone_holds_at_creation(check: Check) -> None:
    rules = book(
        f"{VIEW}, points: 10",
        fit=["when: {attribute: a, is: 1}, points: 30"],
        mql="{score: fit, at_least: 30}",
    )
    created = "2026-01-01 09:00"
    one = lead(view("2026-01-05 10:00"), created=created, attributes={"a": 1})
    check.qualified(rules, one, LATE, (created, 0, 30, 30))
    check.qualified(rules, lead(created=created, attributes={"a": 1}), LATE, (created, 0, 30, 30))
    check.qualified(rules, lead(created=created), LATE)


def test_an_event_that_leaves_a_window_qualifies_under_none(check: Check) -> None:
    quiet = f"{{all: [{{count: {VIEWS}, at_least: 2}}], none: [{{last: {VIEWS}, within: 7d}}]}}"
    one = lead(view("2026-01-01 10:00"), view("2026-01-02 10:00"))
    # on the 8th the first leaves and the second is still in
    check.qualified(book(mql=quiet), one, LATE, "2026-01-09 10:00")
    check.score(book(mql=quiet), one, "2026-01-02 10:00", next_at="2026-01-08 10:00")
    month = book(mql=quiet.replace("7d", "1mo"))
    late = lead(view("2026-01-29 10:00"), view("2026-01-31 10:00"))
    check.qualified(month, late, LATE, "2026-03-01 00:00")
    fewer = book(mql=f"{{all: [{EVER}], none: [{{count: {VIEWS}, at_least: 2, within: 7d}}]}}")
    together = lead(view("2026-01-01 10:00"), view("2026-01-01 10:00"))
    check.qualified(fewer, together, LATE, "2026-01-08 10:00")


def test_at_an_instant_all_ends_have_happened(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, expires: 7d", mql="{score: total, at_least: 20}")
    check.qualified(rules, lead(view("2026-01-01 10:00"), view("2026-01-08 10:00")), LATE)
    # an end and an event together: the bad hit is gone and the good one in
    swap = book(
        f"{CAREERS}, points: -10, expires: 1d", f"{SERVICE}, points: 10",
        mql="{score: total, at_least: 10}",
    )  # fmt: skip
    check.qualified(swap, two_pages(), LATE, ("2026-01-02 10:00", 10, 0, 10))


def test_nothing_after_until_exists(check: Check) -> None:
    event = book(mql=f"{{count: {VIEWS}, at_least: 2}}")
    check.qualified(event, two_pages(), "2026-01-02 10:00", "2026-01-02 10:00")
    check.qualified(event, two_pages(), "2026-01-02 09:59:59.999999")
    end = book(
        f"{CAREERS}, points: -15, expires: 30d", f"{SERVICE}, points: 20",
        mql="{score: behaviour, at_least: 20}",
    )  # fmt: skip
    check.qualified(end, two_pages(), "2026-01-31 10:00", "2026-01-31 10:00")
    check.qualified(end, two_pages(), "2026-01-31 09:59:59.999999")


def test_a_rulebook_without_a_definition_qualifies_nobody(check: Check) -> None:
    check.qualified(book(f"{VIEW}, points: 10"), two_pages(), LATE)


# ---- Again


def test_without_requalification_once_is_all(check: Check) -> None:
    one = lead(view("2026-01-01 10:00"), view("2027-01-01 10:00"), view("2028-01-01 10:00"))
    check.qualified(book(mql=EVER), one, LATE, "2026-01-01 10:00")


def test_again_at_the_first_event_from_the_wait_on(check: Check) -> None:
    rules = book(f"{VIEW}, points: 1", mql=EVER, again="90d")
    # 90 days after 1 January 10:00 is 1 April 10:00
    exact = lead(view("2026-01-01 10:00"), view("2026-04-01 10:00"))
    check.qualified(
        rules, exact, LATE, ("2026-01-01 10:00", 1, 0, 1), ("2026-04-01 10:00", 2, 0, 2)
    )
    early = lead(view("2026-01-01 10:00"), view("2026-04-01 09:59:59.999999"))
    check.qualified(rules, early, LATE, "2026-01-01 10:00")


def test_the_wait_runs_from_each_qualification(check: Check) -> None:
    rules = book(mql=EVER, again="10d")
    days = ["01", "08", "12", "21", "22", "31"]
    one = lead(*(view(f"2026-01-{day} 10:00") for day in days))
    # 1st; from the 11th: the 12th; from the 22nd: the 22nd; from 1 February: none
    check.qualified(rules, one, LATE, *(f"2026-01-{day} 10:00" for day in ("01", "12", "22")))


def test_a_wait_of_a_month_ends_at_24_00(check: Check) -> None:
    rules = book(mql=EVER, again="1mo")
    first = view("2026-01-31 10:00")
    check.qualified(rules, lead(first, view("2026-02-28 23:59")), LATE, "2026-01-31 10:00")
    one = lead(first, view("2026-03-01 00:00"))
    check.qualified(rules, one, LATE, "2026-01-31 10:00", "2026-03-01 00:00")


def test_an_end_never_qualifies_again(check: Check) -> None:
    rules = book(
        f"{CAREERS}, points: -15, expires: 30d", f"{SERVICE}, points: 20",
        mql="{score: behaviour, at_least: 20}", again="10d",
    )  # fmt: skip
    one = lead(
        view("2026-01-01 10:00", "/service"),  # 20: first
        view("2026-01-05 10:00", "/careers"),  # 5 until 4 February
        view("2026-01-20 10:00", "/careers"),  # −10, then 5 until 19 February
        view("2026-03-01 10:00", "/careers"),  # 20 since 19 February, now 5
        view("2026-04-10 10:00", "/service"),  # 20 since 31 March, now 40
    )
    check.qualified(
        rules, one, LATE, ("2026-01-01 10:00", 20, 0, 20), ("2026-04-10 10:00", 40, 0, 40)
    )


def test_an_event_that_meets_an_end_does(check: Check) -> None:
    rules = book(
        f"{CAREERS}, points: -15, expires: 30d", f"{SERVICE}, points: 20",
        "when: {event: call}, points: 0",
        mql="{score: behaviour, at_least: 20}", again="10d",
    )  # fmt: skip
    start = [view("2026-01-01 10:00"), view("2026-01-05 10:00", "/careers")]
    meets = lead(*start, did("2026-02-04 10:00", "call"))
    check.qualified(rules, meets, LATE, "2026-01-01 10:00", "2026-02-04 10:00")
    before = lead(*start, did("2026-02-04 09:59", "call"))
    check.qualified(rules, before, LATE, "2026-01-01 10:00")


def test_creation_is_no_event(check: Check) -> None:
    rules = book(mql="{all: [{attribute: a, is: 1}], none: [{last: {event: call}}]}", again="1d")
    one = lead(did("2026-01-05 10:00", "call"), created="2026-01-01 10:00", attributes={"a": 1})
    check.qualified(rules, one, LATE, "2026-01-01 10:00")


def test_a_period_reports_part_of_one_chain(check: Check) -> None:
    """[from, to) starts no chain of its own: February on, the 12th is not a first time."""
    rules = book(mql=EVER, again="30d")
    days = ["2026-01-20", "2026-02-12", "2026-02-19", "2026-03-21"]
    one = lead(*(view(f"{day} 10:00") for day in days))
    chain = [f"{day} 10:00" for day in ("2026-01-20", "2026-02-19", "2026-03-21")]
    check.qualified(rules, one, LATE, *chain)


# ---- Merges


def test_a_merged_lead_has_the_events_of_all(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, cap: {{points: 15}}", mql=f"{{count: {VIEWS}, at_least: 2}}")
    one, other = lead(view("2026-01-05 10:00")), lead(view("2026-01-02 10:00"))
    check.qualified(rules, one, LATE)
    check.qualified(rules, other, LATE)
    merged = LeadFacts(min(one.created_at, other.created_at), [*one.events, *other.events])
    # the earlier one's 10, then what the one cap leaves
    check.qualified(rules, merged, LATE, ("2026-01-05 10:00", 15, 0, 15))
    check.score(rules, merged, "2026-01-02 10:00", behaviour=10, next_at="2026-01-05 10:00")
