"""Widths, hyphens and kana; names stay out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teichaku.intake.normalise import digits_folded, kana_full, phone_bare, postal_bare

HYPHENS = "-‐‑‒–—―−ーｰ－"


@pytest.mark.parametrize("mark", HYPHENS)
def test_whatever_is_typed_for_a_hyphen(mark):
    assert digits_folded(f"１０６{mark}0032") == "106-0032"
    assert postal_bare(f"106{mark}0032") == "1060032"
    assert phone_bare(f"03{mark}1234{mark}5678") == "0312345678"


def test_a_long_vowel_between_letters_stays():
    assert digits_folded("スーパー3ーA") == "スーパー3ーA"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("03-1234-5678", "0312345678"),
        ("０３（１２３４）５６７８", "0312345678"),
        ("(03) 1234.5678", "0312345678"),
        ("090 1234 5678", "09012345678"),
        ("+81 3-1234-5678", "0312345678"),
        ("+81-90-1234-5678", "09012345678"),
        ("0120-123-456", "0120123456"),
        ("+1 650-253-0000", "+16502530000"),
        ("  03-1234-5678 内線12 ", "03-1234-5678 内線12"),
        ("03-1234-5678 / 090-1234-5678", "03-1234-5678 / 090-1234-5678"),
        ("非公開", "非公開"),
        ("1", "1"),
        ("", ""),
    ],
)
def test_telephone_numbers(text, bare):
    assert phone_bare(text) == bare


@pytest.mark.parametrize(
    ("text", "bare"),
    [("〒106-0032", "1060032"), ("1060032", "1060032"), ("106", "106"), ("SW1A 1AA", "SW1A 1AA")],
)
def test_postal_codes(text, bare):
    assert postal_bare(text) == bare


@pytest.mark.parametrize("text", ["ﾔﾏﾀﾞ ﾀﾛｳ", "やまだ　たろう", "ヤマダ タロウ", " ヤマだ タろウ"])
def test_readings_in_one_kana(text):
    assert kana_full(text) == "ヤマダ タロウ"


@given(st.text())
def test_what_was_brought_into_form_is_in_form(text):
    for form in (phone_bare, postal_bare, kana_full, digits_folded):
        once = form(text)
        assert form(once) == once
