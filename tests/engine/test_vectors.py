"""By hand: which events are meant, when windows end, which hit comes first."""

from __future__ import annotations

import pytest
from tests.engine import oracle
from tests.engine.vectors import TOKYO, VIEW, Check, at, book, did, lead, view

from teichaku.engine.errors import RulebookError

# ---- Matching


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/service/**", "/service", True),  # ** is zero or more whole segments
        ("/service/**", "/service/", True),
        ("/service/**", "/service/a/b", True),
        ("/service/**", "https://example.jp/service/a/?utm=1#top", True),
        ("/service/**", "/services", False),
        ("/service/**", "/en/service", False),
        ("/service/*", "/service", False),  # * is exactly one segment here
        ("/service/*", "/service/a", True),
        ("/service/*", "/service/a/b", False),
        ("/pricing*", "/pricing", True),
        ("/pricing*", "/pricing-old", True),
        ("/pricing*", "/pricing/old", False),
        ("/**/detail", "/detail", True),
        ("/**/detail", "/a/b/detail", True),
        ("/**/detail", "/a/detail/b", False),
        ("/service", "/Service", False),
        ("/製品/**", "/製品/A-1", True),
        ("/a.b", "/aXb", False),  # a dot is a dot
    ],
)
def test_the_whole_path_must_fit_the_pattern(
    check: Check, pattern: str, path: str, matches: bool
) -> None:
    rules = book(f"when: {{event: page_view, path: '{pattern}'}}, points: 10")
    check.score(
        rules, lead(view("2026-01-05 10:00", path)), "2026-01-05 10:00",
        behaviour=10 if matches else 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("match", "type_", "objects", "matches"),
    [
        ("event: download", "download", {}, True),
        ("event: download", "downloads", {}, False),
        ("event: download", " download ", {}, True),
        ("event: 来店", "来店", {}, True),
        ("event: page_view, path: [/a, /b]", "page_view", {"path": "/b"}, True),
        ("event: page_view, path: [/a, /b]", "page_view", {"path": "/c"}, False),
        ("event: form_submit, form: contact", "form_submit", {}, False),
        ("event: form_submit, form: contact", "form_submit", {"form": "contact"}, True),
        ("event: form_submit, form: ' contact'", "form_submit", {"form": "contact "}, True),
        ("event: form_submit, form: contact", "form_submit", {"form": "Contact"}, False),
        ("event: form_submit, form: contact", "form_submit", {"form": "contact-2"}, False),
        ("event: form_submit, form: [x, y]", "form_submit", {"form": "y"}, True),
        ("event: download, asset: book", "download", {"asset": "book"}, True),
        ("event: download, asset: book", "download", {"form": "book"}, False),
        ("event: email_click, campaign: c1", "email_click", {"campaign": "c1"}, True),
        ("event: exhibition, rank: A", "exhibition", {"rank": "A"}, True),
        ("event: exhibition, rank: A", "exhibition", {"rank": "B"}, False),
        # every object given must be the event's
        ("event: call, rank: A, campaign: c1", "call", {"rank": "A", "campaign": "c2"}, False),
        ("event: call, rank: A, campaign: c1", "call", {"rank": "A", "campaign": "c1"}, True),
    ],
)
def test_type_and_objects_must_be_the_ones_listed(
    check: Check, match: str, type_: str, objects: dict[str, str], matches: bool
) -> None:
    one = lead(did("2026-01-05", type_, **objects))
    rules = book(f"when: {{{match}}}, points: 10")
    check.score(rules, one, "2026-01-06 00:00", behaviour=10 if matches else 0)


def test_one_event_scores_in_every_rule_that_means_it(check: Check) -> None:
    rules = book(
        f"{VIEW}, points: 1",
        "when: {event: page_view, path: /service}, points: 2",
        "when: {event: page_view, path: /careers}, points: 4",
        second=["when: {event: page_view, path: /**}, points: 8"],
    )
    # 1 + 2 + 8: not the careers page
    check.score(rules, lead(view("2026-01-05 10:00")), "2026-01-05 10:00", behaviour=11)


# ---- Time


def test_the_state_holds_what_happened_up_to_the_instant(check: Check) -> None:
    rules, one = book(f"{VIEW}, points: 10"), lead(view("2026-01-05 10:00"))
    check.score(rules, one, "2026-01-05 09:59:59.999999", behaviour=0, next_at="2026-01-05 10:00")
    check.score(rules, one, "2026-01-05 10:00", behaviour=10, next_at=None)


@pytest.mark.parametrize(
    ("start", "length", "end", "zone"),
    [
        ("2026-01-05 10:00", "4h", "2026-01-05 14:00", TOKYO),
        ("2026-01-05 10:00:00.000001", "7d", "2026-01-12 10:00:00.000001", TOKYO),
        ("2026-01-31 10:00", "30d", "2026-03-02 10:00", TOKYO),
        ("2026-01-05 10:00", "1mo", "2026-02-05 10:00", TOKYO),
        ("2026-12-15 10:00", "1mo", "2027-01-15 10:00", TOKYO),
        ("2026-01-28 10:00", "1mo", "2026-02-28 10:00", TOKYO),
        ("2026-01-29 10:00", "1mo", "2026-03-01 00:00", TOKYO),  # no 29 February: 24:00 of the 28th
        ("2026-01-31 00:00", "1mo", "2026-03-01 00:00", TOKYO),
        ("2026-01-31 23:59:59.999999", "1mo", "2026-03-01 00:00", TOKYO),
        ("2024-01-29 10:00", "1mo", "2024-02-29 10:00", TOKYO),  # a leap year has it
        ("2024-01-30 10:00", "1mo", "2024-03-01 00:00", TOKYO),
        ("2024-02-29 10:00", "1mo", "2024-03-29 10:00", TOKYO),
        ("2024-02-29 10:00", "12mo", "2025-03-01 00:00", TOKYO),
        ("2024-02-29 10:00", "48mo", "2028-02-29 10:00", TOKYO),
        (
            "2026-01-31 10:00",
            "2mo",
            "2026-03-31 10:00",
            TOKYO,
        ),  # not twice a month: 31 March exists
        ("2026-03-31 10:00", "1mo", "2026-05-01 00:00", TOKYO),
        ("2026-08-31 10:00", "6mo", "2027-03-01 00:00", TOKYO),
        ("2026-11-30 10:00", "3mo", "2027-03-01 00:00", TOKYO),
        ("2026-12-31 10:00", "2mo", "2027-03-01 00:00", TOKYO),
        # 2026-01-28 15:30Z is the 29th in Tokyo and the 28th in London: other ends
        ("2026-01-29 00:30", "1mo", "2026-03-01 00:00", TOKYO),
        ("2026-01-28 15:30", "1mo", "2026-02-28 15:30", "UTC"),
        ("2026-01-29 00:30", "1mo", "2026-03-01 00:00", "Asia/Kolkata"),  # 5:30 ahead
        ("2026-01-28 23:30", "1mo", "2026-02-28 23:30", "Etc/GMT+3"),  # 3:00 behind, by its name
        ("2024-01-30 23:30", "1mo", "2024-03-01 00:00", "Etc/GMT+3"),
        ("2149-12-31 10:00", "2mo", "2150-03-01 00:00", TOKYO),
        ("1969-12-31 10:00", "2mo", "1970-03-01 00:00", TOKYO),
    ],
)
def test_a_window_ends_exactly_at_its_length(
    check: Check, start: str, length: str, end: str, zone: str
) -> None:
    rules = book(f"{VIEW}, points: 10, expires: {length}", zone=zone)
    one = lead(view(start), zone=zone)
    check.score(rules, one, start, behaviour=10, next_at=end)
    check.score(rules, one, end, behaviour=0, next_at=None)
    before = at(end, zone) - 1
    assert check.side.score(rules, one, before).behaviour == 10


def test_the_end_of_a_month_is_that_of_the_zone(check: Check) -> None:
    """24:00 of 28 February: 15:00Z in Tokyo, 18:30Z in Kolkata, 03:00Z the next day at UTC-3."""
    for zone, end in (
        (TOKYO, at("2026-02-28 15:00", "UTC")),
        ("Asia/Kolkata", at("2026-02-28 18:30", "UTC")),
        ("Etc/GMT+3", at("2026-03-01 03:00", "UTC")),
    ):
        rules = book(f"{VIEW}, points: 10, expires: 1mo", zone=zone)
        one = lead(view("2026-01-31 12:00"), zone=zone)
        assert check.side.score(rules, one, one.created_at).next_at == end


def test_zones_with_daylight_saving_are_refused() -> None:
    with pytest.raises(RulebookError):
        book(f"{VIEW}, points: 10", zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"external_id": "B"}, {"external_id": "a"}),  # 42 before 61, whatever a collation says
        ({"external_id": "z"}, {"external_id": "é"}),  # 7A before C3 A9
        ({"external_id": "10"}, {"external_id": "9"}),
        ({"external_id": "a"}, {"external_id": "a "}),
        (
            {"external_id": "ｱ"},
            {"external_id": "😀"},
        ),  # EF before F0; UTF-16 has them the other way
        ({"source": "A", "external_id": "z"}, {"source": "a", "external_id": "A"}),
    ],
)
def test_ties_go_by_source_and_id_as_bytes(earlier: dict[str, str], later: dict[str, str]) -> None:
    rules = book(f"{VIEW}, points: 10, cap: {{points: 15}}")
    last, first = did("2026-01-05", "page_view", **later), did("2026-01-05", "page_view", **earlier)
    rule = oracle.rules_of(rules)[0]
    hits = oracle.scored_hits(rule, lead(last, first), TOKYO)
    # the first has its 10, the second what is left of 15
    assert [(hit.event.external_id, hit.award) for hit in hits] == [
        (earlier["external_id"], 10_000_000),
        (later["external_id"], 5_000_000),
    ]


def test_the_next_instant_is_the_earliest_of_all(check: Check) -> None:
    rules = book(
        f"{VIEW}, points: 1, expires: 30d",
        "when: {event: download}, points: 1, linear: 10d",
        "when: {event: call}, points: 1, half_life: 1d, cap: {times: 1, per: 1d}",
        mql="{count: {event: meeting}, at_least: 1, within: 2d}",
    )
    one = lead(
        view("2026-01-01 10:00"),  # ends 31 January
        did("2026-01-02 10:00", "download"),  # ends 12 January
        did("2026-01-02 11:00", "call"),  # its cap ends on the 3rd: nothing
        did("2026-01-03 10:00", "meeting"),  # leaves its window on the 5th
        did("2026-01-20 10:00", "opt_out"),  # means nothing to any rule
        view("2026-01-25 10:00"),  # ends 24 February
    )
    instants = ["01-01", "01-02", "01-03", "01-05", "01-12", "01-25", "01-31", "02-24"]
    for now, upcoming in zip(instants[2:], [*instants[3:], None], strict=True):
        expected = f"2026-{upcoming} 10:00" if upcoming else None
        check.score(rules, one, f"2026-{now} 10:00", next_at=expected)
