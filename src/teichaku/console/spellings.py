"""The ways in which one word may stand in the data: width of letters, kind of kana."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_HALF_KANA = "".join(map(chr, range(0xFF66, 0xFFA0)))
_TO_HALF: Mapping[str, str] = {
    # Marks for voiced sounds are letters of their own in half width, and combine in full width.
    **{unicodedata.normalize("NFKC", half): half for half in _HALF_KANA[:-2]},
    "\u3099": "\uff9e",
    "\u309a": "\uff9f",
    "・": "･",
}
_TO_FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_TO_HIRAGANA = {code + 0x60: code for code in range(0x3041, 0x3097)}


def spellings(word: str) -> frozenset[str]:
    """The word as given, and in every width and kana; a word in kanji stays alone."""
    folded = unicodedata.normalize("NFKC", word)
    katakana = folded.translate(_TO_KATAKANA)
    return frozenset(
        {
            word,
            folded,
            katakana,
            folded.translate(_TO_HIRAGANA),
            half_width(katakana),
            folded.upper().translate(_TO_FULL),
            folded.lower().translate(_TO_FULL),
        }
    )


def half_width(katakana: str) -> str:
    """The text with its katakana in half width."""
    apart = unicodedata.normalize("NFD", katakana)
    halved = "".join(_TO_HALF.get(letter, letter) for letter in apart)
    return unicodedata.normalize("NFC", halved)
