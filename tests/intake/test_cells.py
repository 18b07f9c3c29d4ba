"""Numbers and amounts as cells write them, worked out by hand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teichaku.intake.cells import convert_column, converter_for
from teichaku.intake.fields import FieldType

TOKYO = ZoneInfo("Asia/Tokyo")


def converted(kind, text, scale=1):
    return converter_for(kind, pattern=None, zone=TOKYO, scale=scale)(text)


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("1200000", 1_200_000),
        ("1,200,000", 1_200_000),
        ("￥１，２００，０００", 1_200_000),
        ("¥1,200,000円", 1_200_000),
        ("1,200千円", 1_200_000),
        ("120万円", 1_200_000),
        ("120万", 1_200_000),
        ("1.2百万円", 1_200_000),
        ("0.012億円", 1_200_000),
        ("１２０万", 1_200_000),
        ("1億2,000万円", 120_000_000),
        ("1億2,000万3千5円", 120_003_005),
        ("2千万円", 20_000_000),
        ("0", 0),
        ("-1,200", -1_200),
        ("−1,200", -1_200),
        ("△1,200", -1_200),
        ("▲ 1,200円", -1_200),
        ("(1,200)", -1_200),
        ("（1,200千円）", -1_200_000),
        ("¥-1,200", -1_200),
        ("+5", 5),
        ("1.0", 1),
        ("1.2e6", 1_200_000),
    ],
)
def test_amounts_in_their_spellings(text, yen):
    assert converted(FieldType.AMOUNT, text) == yen


@pytest.mark.parametrize(
    "text",
    [
        *("", "円", "-", "△", "()", "12.5", "0.5円", "5千3億", "3億4億", "1,200ドル", "12 or 13"),
        *("1e999999999", "9" * 30, "99999999兆円", "約100万円", "(-5)", "1.2.3", "万円", "nan"),
    ],
)
def test_what_is_no_whole_amount_is_not_guessed(text):
    with pytest.raises((ValueError, ArithmeticError)):
        converted(FieldType.AMOUNT, text)


@pytest.mark.parametrize(
    ("text", "yen"), [("12.5", 12_500), ("▲3", -3_000), ("500円", 500), ("2万", 20_000)]
)
def test_the_scale_of_a_column_is_for_cells_without_a_unit(text, yen):
    assert converted(FieldType.AMOUNT, text, scale=1000) == yen


@given(st.integers(-(10**15), 10**15))
def test_any_amount_is_read_back_from_what_people_make_of_it(amount):
    sign, size = ("△" if amount < 0 else ""), abs(amount)
    spelt = (
        f"{amount:,}",
        f"{sign}{size:,}円",
        f"({size:,})" if amount < 0 else f"¥{size:,}",
        f"{sign}{size // 10**8}億{size % 10**8 // 10**4:,}万{size % 10**4}円",
    )
    assert {converted(FieldType.AMOUNT, text) for text in spelt} == {amount}


@given(st.text())
def test_nothing_but_a_value_error_comes_of_any_text(text):
    for kind in FieldType:
        convert = converter_for(kind, pattern=None, zone=TOKYO)
        if convert is not None:
            values, bad = convert_column([text, ""], convert)
            assert len(values) == 2
            assert bad in ([], [0])


def test_numbers_and_counts():
    assert converted(FieldType.NUMBER, "△1,234.5") == -1234.5
    assert converted(FieldType.NUMBER, "２．５", scale=10) == 25.0
    assert converted(FieldType.INTEGER, "1,234") == 1234
    with pytest.raises(ValueError, match="120万"):
        converted(FieldType.INTEGER, "120万")
