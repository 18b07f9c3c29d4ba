"""Dates and times as files write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from teichaku.intake.instants import day_of, instant_of, parse_sniffed, parser_for

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T10:30:00+09:00",
        "2026-11-22T01:30:00Z",
        "2026-11-22 01:30:00 UTC",
        "2026-11-22 10:30:00",
        "2026-11-22T10:30",
        "2026/11/22 10:30",
        "2026/11/22 10:30:00.000",
        "2026年11月22日 10時30分",
        "2026年11月22日10時30分00秒",
        "20261122T103000",
        "20261122103000",
        "２０２６／１１／２２ １０:３０",
    ],
)
def test_one_instant_in_its_spellings(text):
    assert instant_of(parse_sniffed(text), TOKYO) == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-11-22", "2026/11/22", "2026年11月22日", "20261122", "2026.11.22"]
)
def test_a_date_alone_is_the_end_of_the_local_day(text):
    expected = datetime(2026, 11, 22, 14, 59, 59, 999999, tzinfo=UTC)
    assert instant_of(parse_sniffed(text), TOKYO) == expected
    assert day_of(parse_sniffed(text), TOKYO) == (date(2026, 11, 22), None)


def test_fractions_survive_and_single_digits_are_read():
    assert parse_sniffed("2026-01-02T03:04:05.678901").value.microsecond == 678901
    assert parse_sniffed("2026/1/2 3:04").value.isoformat() == "2026-01-02T03:04:00"


@pytest.mark.parametrize("text", ["22/11/2026", "11/22/2026", "8/9/14 19:00", "2026-13-01", "soon"])
def test_nobody_guesses_which_number_is_the_day(text):
    with pytest.raises(ValueError, match=f"{re.escape(text)}|month"):
        parse_sniffed(text)


def test_a_pattern_says_how_to_read_what_would_be_ambiguous():
    parsed = parser_for("%d/%m/%Y")("22/11/2026")
    assert day_of(parsed, TOKYO) == (date(2026, 11, 22), None)
    parsed = parser_for("%m/%d/%y %H:%M")("8/9/14 19:00")
    assert instant_of(parsed, TOKYO) == datetime(2014, 8, 9, 10, tzinfo=UTC)


def test_an_instant_near_midnight_belongs_to_the_local_day():
    day = day_of(parse_sniffed("2026-11-21T20:00:00Z"), TOKYO)
    assert day == (date(2026, 11, 22), datetime(2026, 11, 21, 20, tzinfo=UTC))
