"""What a file of leads says about mail: refusals, and the ground on which mail may be sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.errors import InvalidInput
from teichaku.core.registry import Text
from teichaku.intake.fields import BASIS_FIELDS
from teichaku.intake.instants import parse_sniffed
from teichaku.intake.mapping import FileMap

BASIS_WORDS: Final[Mapping[str, Text]] = {
    "consent": gettext_lazy("Consent"),
    "business_relationship": gettext_lazy("Business relationship"),
    "published": gettext_lazy("Published address"),
    "business_card": gettext_lazy("Business card or other writing"),
}
_SPELT: Final = {
    "consent": "consent optin 同意 同意あり 承諾 許諾 オプトイン",
    "business_relationship": "businessrelationship customer 取引 取引関係 取引先 既存顧客 顧客",
    "published": "published 公表 公開 公表された連絡先",
    "business_card": "businesscard card 名刺 名刺交換 名刺などの書面 書面",
}
_CODES: Final = {word: code for code, words in _SPELT.items() for word in words.split()}
# Whoever is not clearly open to mail has refused it: a mail too few harms nobody.
_OPEN_WORDS: Final = (
    "0 0.0 false no n off f いいえ × ✕ 無 無し なし 可 可能 許可 許諾 同意 配信可 配信 配信中"
    " 配信許可 配信する 希望 希望する 購読 購読中 受け取る 有効 ok active subscribed optin"
    " optedin null -"
)
_OPEN: Final = frozenset(_OPEN_WORDS.split())


def basis_code(text: str) -> str:
    """The code of the ground that a cell names, '' when it names none."""
    return _CODES.get(_folded(text).replace("_", "").replace("-", ""), "")


def opted_out(text: str) -> bool:
    """Whether the cell of a column about refused mail says so; a blank one does not."""
    word = _folded(text)
    return bool(word) and word not in _OPEN


def basis_day(text: str) -> date | None:
    """The day that a cell names, None when it names none."""
    try:
        return parse_sniffed(text).value.date()
    except ValueError:
        return None


def basis_check(file_map: FileMap) -> None:
    """Nothing; a ground told for a whole file without its day or evidence raises an error."""
    said = {name: file_map.constants.get(name, "").strip() for name in BASIS_FIELDS}
    given = {name for name in BASIS_FIELDS if said[name] or name in file_map.columns}
    if not given:
        return
    if len(given) < len(BASIS_FIELDS):
        raise InvalidInput(
            _(
                "A ground for mail needs all three: the ground, the day on which the addresses were"
                " obtained, and how. Fill all of them or none."
            )
        )
    if said["basis"] and not basis_code(said["basis"]):
        raise InvalidInput(
            _("%(text)s is no ground for mail; possible are %(known)s.")
            % {"text": said["basis"], "known": ", ".join(BASIS_WORDS)}
        )
    if said["basis_on"] and basis_day(said["basis_on"]) is None:
        raise InvalidInput(
            _("%(text)s is no day. Enter one such as 2026/11/22.") % {"text": said["basis_on"]}
        )


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
