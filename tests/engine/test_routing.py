"""To whom leads go: vectors worked out by hand, and what holds of every answer."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from teichaku.engine.routing import Incoming, Receiver, leads_route
from teichaku.engine.rulebook.model import Route

CAPACITY = Route(by="capacity", team="field")
EVERYBODY = [CAPACITY]


def rep(number: int, **told) -> Receiver:
    return Receiver(number, **{"teams": frozenset({"field"}), "room": 2, **told})


def mql(number: int, points: int = 0, **told) -> Incoming:
    return Incoming(number, points, **{"routes": (0,), **told})


def route(leads, people, routes=EVERYBODY, *, named=None, overflow=True):
    return leads_route(leads, people, routes, named=named or {}, overflow=overflow)


def persons(found) -> dict[int, int | None]:
    return {one.lead: one.person for one in found}


def test_the_most_points_go_first_and_whoever_has_most_room_takes_them():
    found = route([mql(1, 10), mql(2, 90), mql(3, 50)], [rep(7), rep(8, taken=1)])
    # 7 would be at 1/2 and 8 at 2/2; then 2/2 and 2/2, where the one whose turn is longer ago goes
    assert [(one.lead, one.person, one.taken, one.room) for one in found] == [
        (2, 7, 1, 2), (3, 8, 2, 2), (1, 7, 2, 2),
    ]  # fmt: skip


def test_a_week_of_four_takes_twice_what_a_week_of_two_does():
    found = route([mql(n) for n in range(6)], [rep(7, room=2), rep(8, room=4)])
    assert Counter(persons(found).values()) == {7: 2, 8: 4}


def test_when_everybody_is_full_a_new_lead_still_goes_to_somebody():
    people = [rep(7, taken=2), rep(8, taken=4)]
    [one] = route([mql(1)], people)
    assert (one.person, one.code, one.taken) == (7, "full", 3)
    [one] = route([mql(1)], people, overflow=False)
    assert (one.person, one.code) == (None, "waits")


def test_who_is_away_gets_nothing_and_an_empty_team_is_passed_over():
    routes = [Route(by="capacity", team="chubu"), CAPACITY]
    people = [rep(7), rep(8, is_away=True, teams=frozenset({"field", "chubu"}))]
    [one] = route([mql(1, routes=(0, 1))], people, routes)
    assert (one.person, one.route, one.team) == (7, 1, "field")
    [one] = route([mql(1)], [rep(8, is_away=True)])
    assert (one.person, one.code) == (None, "nobody")


def test_the_company_stays_with_whoever_looks_after_it():
    routes = [Route(by="owner_of_company"), CAPACITY]
    people = [rep(7), rep(8, deputy=7), rep(9, is_away=True, deputy=8)]
    leads = [
        mql(1, 3, routes=(0, 1), company_owner=8),
        mql(2, 2, routes=(0, 1), company_owner=9),  # away: the deputy
        mql(3, 1, routes=(0, 1)),  # nobody: the next route
    ]
    found = route(leads, people, routes)
    assert [(one.person, one.code) for one in found] == [
        (8, "owner_of_company"), (8, "deputy"), (7, "capacity"),
    ]  # fmt: skip


def test_who_accepted_a_lead_before_keeps_it():
    [one] = route([mql(1, accepted_by=8)], [rep(7), rep(8, taken=2)])
    assert (one.person, one.code) == (8, "accepted_before")
    [one] = route([mql(1, accepted_by=6)], [rep(7)])  # who left keeps nothing
    assert one.person == 7


def test_turns_go_round_and_a_newcomer_resets_nothing():
    routes = [Route(by="round_robin", team="field")]
    people = [rep(7, room=9, last=30), rep(8, room=9, last=20), rep(9, room=9, last=10)]
    found = route([mql(n, -n) for n in range(4)], people, routes)
    assert [one.person for one in found] == [9, 8, 7, 9]
    found = route([mql(n, -n) for n in range(3)], [*people, rep(10, room=9)], routes)
    assert [one.person for one in found] == [10, 9, 8]


def test_a_person_can_be_named():
    routes = [Route(by="鈴木 一郎")]
    [one] = route([mql(1)], [rep(7), rep(8)], routes, named={"鈴木 一郎": 8})
    assert (one.person, one.code) == (8, "named")
    [one] = route([mql(1)], [rep(7)], routes)
    assert one.code == "nobody"


PEOPLE = st.lists(
    st.builds(
        Receiver,
        id=st.integers(1, 30),
        teams=st.sampled_from([frozenset({"field"}), frozenset({"chubu"}), frozenset()]),
        room=st.integers(0, 4),
        weight=st.sampled_from([0, 50, 100, 200]),
        taken=st.integers(0, 4),
        last=st.integers(0, 9),
        is_away=st.booleans(),
        deputy=st.none() | st.integers(1, 30),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)
LEADS = st.lists(
    st.builds(
        Incoming,
        id=st.integers(1, 99),
        points=st.integers(0, 3),
        routes=st.sampled_from([(0,), (1,), (0, 1), (2, 1), (0, 1, 2)]),
        company_owner=st.none() | st.integers(1, 30),
        accepted_by=st.none(),
    ),
    unique_by=lambda one: one.id,
    max_size=25,
)
ROUTES = [
    CAPACITY, Route(by="round_robin", team="chubu"), Route(by="owner_of_company"),
]  # fmt: skip


@given(LEADS, PEOPLE, st.randoms(use_true_random=False), st.booleans())
def test_the_order_in_which_things_come_changes_nothing(leads, people, random, overflow):
    first = route(leads, people, ROUTES, overflow=overflow)
    random.shuffle(leads)
    random.shuffle(people)
    assert route(leads, people, ROUTES, overflow=overflow) == first


@given(LEADS, PEOPLE)
def test_nobody_is_filled_beyond_their_week_while_somebody_has_room(leads, people):
    taken = {one.id: one.taken for one in people}
    for one in route(leads, people, [CAPACITY] * 3):
        if one.person is not None and one.code != "capacity":
            able = [p for p in people if "field" in p.teams and not p.is_away and p.weight]
            assert all(taken[p.id] >= p.room for p in able if p.room)
        if one.person is not None:
            taken[one.person] += 1


@given(LEADS, PEOPLE)
def test_without_overflow_no_week_is_exceeded(leads, people):
    given_out = Counter(one.person for one in route(leads, people, ROUTES, overflow=False))
    by_id = {one.id: one for one in people}
    del given_out[None]
    assert all(
        by_id[p].taken + n <= max(by_id[p].room, by_id[p].taken) for p, n in given_out.items()
    )


@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 200))
def test_shares_follow_the_weights(weights, count):
    people = [rep(n, room=1_000, weight=100 * w) for n, w in enumerate(weights, start=1)]
    got = Counter(persons(route([mql(n) for n in range(count)], people)).values())
    for number, weight in enumerate(weights, start=1):
        fair = count * weight / sum(weights)
        # shared out like this (D'Hondt), nobody gets less than the whole part of a fair share
        assert got[number] >= int(fair)


def test_a_thousand_leads_are_given_out_evenly_in_one_go():
    people = [rep(n, room=1_000) for n in range(20)]
    found = route([mql(n, n % 7) for n in range(1_000)], people)
    assert set(Counter(persons(found).values()).values()) == {50}
