"""Widths, hyphens and kana brought into one form. Never for names: they stay as written."""

from __future__ import annotations

import re
import unicodedata

import jaconv
import phonenumbers

REGION = "JP"
# Marks that people type for a hyphen and that folding the width leaves as they are.
_HYPHENS = re.compile(r"(?<=\d)\s*[‐‑‒–—―−ーｰ－]\s*(?=\d)")
_SEPARATORS = re.compile(r"[\s().\-]+")
_DOMESTIC = re.compile(r"0\d{8,10}")
_POSTAL = re.compile(r"\d{7}")


def digits_folded(text: str) -> str:
    """The text in plain widths, with a plain hyphen between digits whatever was typed there."""
    return _HYPHENS.sub("-", unicodedata.normalize("NFKC", text).strip())


def phone_bare(text: str) -> str:
    """The digits of a Japanese number, + and digits of a foreign one; else the text as given."""
    folded = digits_folded(text)
    bare = _SEPARATORS.sub("", folded)
    if _DOMESTIC.fullmatch(bare):
        return bare
    try:
        number = phonenumbers.parse(folded, REGION)
    except phonenumbers.NumberParseException:
        return text.strip()
    if number.extension or not phonenumbers.is_possible_number(number):
        return text.strip()
    if number.country_code == phonenumbers.country_code_for_region(REGION):
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        return _SEPARATORS.sub("", national)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_shown(bare: str) -> str:
    """A Japanese number as people write it, with hyphens; what is none stays as it is."""
    try:
        number = phonenumbers.parse(bare, REGION)
    except phonenumbers.NumberParseException:
        return bare
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def postal_bare(text: str) -> str:
    """The seven digits of a Japanese postal code; else the text as given."""
    bare = _SEPARATORS.sub("", digits_folded(text).removeprefix("〒"))
    return bare if _POSTAL.fullmatch(bare) else text.strip()


def kana_full(text: str) -> str:
    """The reading in full-width katakana, whichever kana it was written in."""
    return jaconv.hira2kata(unicodedata.normalize("NFKC", text).strip())
