"""Keys under which spellings of one company, person or mail address meet."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from teichaku.leads.mail_domains import FREE_DOMAINS, FREE_PARENTS, ROLE_NAMES

_LEGAL_JA = re.compile(
    r"(?:一般|公益|特定非営利活動)?(?:株式会社|有限会社|合同会社|合資会社|合名会社|社団法人|財団法人"
    r"|学校法人|医療法人|社会福祉法人|独立行政法人|国立大学法人|協同組合|相互会社)"
    r"|\((?:株|有|同|資|名|社|財|学|医|福|独)\)"
)
_LEGAL_EN = re.compile(
    r"(?:[\s,]+(?:co\.?,?\s*ltd|company,?\s+limited|inc|incorporated|corp|corporation|llc|llp|ltd"
    r"|limited|k\.?\s?k|g\.?\s?k|plc|gmbh|pte|pty|s\.?a|b\.?v|a\.?g)\.?)+$"
)
_PUNCTUATION = re.compile(r"[\s,.・·'’\"“”‐‑–—\-_/&()\[\]]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_SEQUENCE = re.compile(r"[\d._+-]+$")
_HONORIFIC = re.compile(r"(?<=..)(?:様|さま|さん|殿|先生)$")
# Older forms of characters that files write for one and the same person.
_OLD_FORMS = str.maketrans(
    "髙﨑濵濱邊邉齋齊斎澤德廣國眞惠槇籔嶋桒", "高崎浜浜辺辺斉斉斉沢徳広国真恵槙薮島桑"
)
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_ONE_KANA = str.maketrans("ァィゥェォッャュョヮヵヶヰヱ", "アイウエオツヤユヨワカケイエ")
_LAST_LONG = re.compile("ー(?![ァ-ヴ])")  # コンピューター, コンピュータ
_SPELT = (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ"))
_SAME_CHARACTER = re.compile("([一-龠])々")


def company_name_key(name: str) -> str:
    """The name without legal form, width, case, spaces and punctuation; '' for an empty name."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    bare = _LEGAL_EN.sub("", _LEGAL_JA.sub(" ", folded).strip())
    key = _PUNCTUATION.sub("", bare)
    return key or _PUNCTUATION.sub("", folded)


@lru_cache(maxsize=100_000)
def person_name_key(name: str) -> str:
    """The name without width, case, spaces, older forms of characters and a 様 at its end."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_OLD_FORMS)
    return _PUNCTUATION.sub("", _HONORIFIC.sub("", folded.strip()))


def company_spelling_key(key: str) -> str:
    """A company's name key without what one company spells in several ways.

    That is older forms of characters, kinds and sizes of kana, the long vowel at a word's end, ヴ
    and 々.
    """
    folded = key.translate(_OLD_FORMS).translate(_TO_KATAKANA)
    folded = _LAST_LONG.sub("", _SAME_CHARACTER.sub(r"\1\1", folded))
    for spelt, usual in _SPELT:
        folded = folded.replace(spelt, usual)
    return folded.translate(_ONE_KANA)


def old_forms_folded(text: str) -> str:
    """The text with older forms of characters replaced by those in use."""
    return text.translate(_OLD_FORMS)


def email_key(email: str) -> str:
    """The address as it is compared: width and case folded, trimmed; '' when it is no address."""
    folded = unicodedata.normalize("NFKC", email).strip().casefold()
    return folded if _EMAIL.fullmatch(folded) else ""


def email_domain(key: str) -> str:
    """What follows the @, '' without one."""
    return key.rpartition("@")[2] if "@" in key else ""


def email_is_free(domain: str) -> bool:
    """Whether the domain is a provider's, so that it says nothing about a company."""
    return domain in FREE_DOMAINS or domain.endswith(FREE_PARENTS)


def email_is_role(key: str) -> bool:
    """Whether the local part names a function, so that several people may read it."""
    local = key.partition("@")[0]
    return local in ROLE_NAMES or _SEQUENCE.sub("", local) in ROLE_NAMES


def email_is_personal(key: str) -> bool:
    """Whether the address can identify one person."""
    return bool(key) and not email_is_role(key)


def domain_key(text: str) -> str:
    """The bare host of a domain, an address or a site: no scheme, no www, no path."""
    host = unicodedata.normalize("NFKC", text).strip().casefold()
    host = host.rpartition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    return host.removeprefix("www.").rstrip(".")


def corporate_number_key(text: str) -> str:
    """The 13 digits of a corporate number, '' when it is none."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).removeprefix("T")
    return digits if re.fullmatch(r"[1-9]\d{12}", digits) else ""
