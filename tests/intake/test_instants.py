"""Dates and times as files write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from teichaku.core.errors import InvalidInput
from teichaku.intake.date_order import order_proven
from teichaku.intake.instants import (
    Order,
    day_of,
    instant_of,
    orders_possible,
    parse_sniffed,
    parser_for,
    parser_ordered,
)

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
        "2026/11/22 午前10:30",
        "2026年11月22日（日） 午前10時30分",
        "2026/11/22 10:30 AM",
        "令和8年11月22日 10:30",
        "46348.4375",
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


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和8年11月22日", date(2026, 11, 22)),
        ("令和８年１１月２２日", date(2026, 11, 22)),
        ("㋿8年11月22日", date(2026, 11, 22)),
        ("R8.11.22", date(2026, 11, 22)),
        ("r08/11/22", date(2026, 11, 22)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("S64.1.7", date(1989, 1, 7)),
        ("昭和元年12月26日", date(1926, 12, 26)),
        ("大正15年12月24日", date(1926, 12, 24)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("2026年11月22日（日）", date(2026, 11, 22)),
        ("2026/11/22(日曜日)", date(2026, 11, 22)),
        ("2026ー11ー22", date(2026, 11, 22)),
        ("2026−11−22", date(2026, 11, 22)),
        ("20090", date(1955, 1, 1)),
        ("46348", date(2026, 11, 22)),
        ("73415", date(2100, 12, 31)),
    ],
)
def test_days_of_eras_and_of_spreadsheets(text, day):
    assert day_of(parse_sniffed(text), TOKYO) == (day, None)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "平成31年5月1日",
            "令和元年4月30日",
            "昭和64年1月8日",
            "平成元年1月7日",
            "大正15年12月25日",
        ),
        *("令和0年6月1日", "R8.13.1", "R8.2.30", "明治5年1月1日", "X8.1.1", "R99999.1.1"),
        *("20089", "73416", "463480", "2026/11/22 午後13:00", "2026/11/22 25:00"),
    ],
)
def test_days_that_never_were(text):
    with pytest.raises(ValueError, match=r"."):
        parse_sniffed(text)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("午前0:30", 0), ("午前12:30", 0), ("午後0:30", 12), ("午後12:30", 12), ("午後11:30", 23)],
)
def test_halves_of_the_day(text, hour):
    assert parse_sniffed(f"2026/11/22 {text}").value.hour == hour


def test_every_day_of_a_century_from_its_serial_number():
    first = date(1955, 1, 1)
    for n in range(0, 53_000, 7):
        assert parse_sniffed(str(20_090 + n)).value.date() == first + timedelta(days=n)


M, D, Y = Order.MONTH_DAY_YEAR, Order.DAY_MONTH_YEAR, Order.YEAR_MONTH_DAY


@pytest.mark.parametrize(
    ("texts", "orders"),
    [
        (["8/9/14 19:00"], {M, D}),
        (["8/9/14 19:00", "8/19/14"], {M}),
        (["1/2/2014", "13/2/2014"], {D}),
        (["13/2/2014", "2/13/2014"], set()),
        (["08/09/14"], {M, D, Y}),
        (["26/11/22"], {D, Y}),
        (["26/11/22", "26/11/32"], {D}),
        (["26/11/22", "32/11/22"], {Y}),
        (["2014-01-02", "", "x"], {M, D, Y}),
    ],
)
def test_which_orders_a_column_allows(texts, orders):
    assert orders_possible(texts) == orders


def test_a_proven_order_reads_the_column():
    parse = parser_ordered(order_proven(["8/9/14 7:00 PM", "8/19/14"], field="at", file="x.csv"))
    assert parse("8/9/14 7:00 PM").value == datetime.fromisoformat("2014-08-09T19:00")
    assert parse("2014-08-09").value == datetime.fromisoformat("2014-08-09")
    with pytest.raises(ValueError, match=r"."):
        parse("13/13/14")


def test_an_order_that_is_not_proven_is_a_question_with_its_answers():
    with pytest.raises(InvalidInput, match=r"at: %m/%d/%Y %I:%M %p.*at: %d/%m/%Y %I:%M %p"):
        order_proven(["8/9/2014 7:00 PM"], field="at", file="x.csv")
