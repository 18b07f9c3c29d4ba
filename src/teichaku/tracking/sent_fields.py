"""What the tag sends, in one table: what comes in is checked by it, the notice made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teichaku.core.canonical import Json
from teichaku.core.errors import InvalidInput

Check: TypeAlias = Callable[[object], bool]

MOST_EVENTS = 10
MOST_BYTES = 64 * 1024
OLDEST_MS = 72 * 60 * 60 * 1000
LONGEST_URL = 1_000
LONGEST_TEXT, LONGEST_NAME = 200, 100
MOST_VALUES = 10
LONGEST_READ_S = 6 * 60 * 60
_LARGEST = 1e300
# Half a character, or none at all: no browser's own text holds them, and no database takes them.
_NO_TEXT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class BadBeacon(InvalidInput):
    """What came in is not what the tag sends."""

    code = "bad_beacon"


def _is_count(most: int) -> Check:
    return lambda value: type(value) is int and 0 <= value <= most


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == 36 and bool(UUID(value))
    except ValueError:
        return False


def _is_address(value: object) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_URL:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()


def _is_values(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= MOST_VALUES
        and all(_is_name(name) and _is_scalar(said) for name, said in value.items())
    )


def _is_scalar(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return value is None or (isinstance(value, bool | int | float) and abs(value) < _LARGEST)


@dataclass(frozen=True, slots=True)
class Sent:
    """One field of what the tag sends: what it is and what it is for, and what it may hold."""

    key: str
    what: str | Promise
    purpose: str | Promise
    check: Check
    optional: bool = False


_ANSWER = _("To see whether the measuring works")
_INTEREST = _("To know what visitors are interested in")

ENVELOPE = (
    Sent("s", _("When the browser sent it, by its own clock"), _ANSWER, _is_count(10**14)),
    Sent(
        "w",
        _("Whether a program drives the browser"),
        _("To leave automatic access out"),
        _is_count(1),
    ),
)
EVENT = (
    Sent(
        "i",
        _("A random number for each action"),
        _("To count nothing twice"),
        _is_uuid,
    ),
    Sent("n", _("The kind of action"), _INTEREST, lambda value: value in KINDS),
    Sent("a", _("How long ago it happened"), _("To know when it happened"), _is_count(10**12)),
    Sent(
        "u",
        _("The address of the page; of what follows the question mark only campaign names (utm_)"),
        _INTEREST,
        _is_address,
    ),
)
KINDS: Mapping[str, tuple[Sent, ...]] = {
    "view": (
        Sent(
            "r",
            _("The address of the page before, without what follows the question mark"),
            _("To know by which way visitors come"),
            _is_address,
            optional=True,
        ),
    ),
    "read": (
        Sent("d", _("For how many seconds the page was visible"), _INTEREST, _is_count(10**6)),
        Sent("q", _("How many quarters of the page were scrolled to"), _INTEREST, _is_count(4)),
    ),
    "download": (Sent("f", _("The address of a file that was opened"), _INTEREST, _is_address),),
    "custom": (
        Sent("m", _("The name of an action that the site itself defines"), _INTEREST, _is_name),
        Sent(
            "p",
            _("Values that the site itself adds to that action"),
            _INTEREST,
            _is_values,
            optional=True,
        ),
    ),
}


def sent_fields() -> list[Sent]:
    """Everything that the tag ever puts into what it sends."""
    return [*ENVELOPE, *EVENT, *(field for kind in KINDS.values() for field in kind)]


def beacon_read(text: str) -> dict[str, Any]:
    """What the tag sent; anything that is not exactly that raises ``BadBeacon`` with the reason."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise _bad("json") from None
    if _NO_TEXT.search(text):
        raise _bad("characters")
    if not isinstance(said, dict) or not isinstance(said.get("e"), list):
        raise _bad("shape")
    if not 1 <= len(said["e"]) <= MOST_EVENTS:
        raise _bad("events")
    _check({key: value for key, value in said.items() if key != "e"}, ENVELOPE)
    for event in said["e"]:
        if not isinstance(event, dict):
            raise _bad("shape")
        kind = event.get("n")
        _check(event, (*EVENT, *(KINDS.get(kind, ()) if isinstance(kind, str) else ())))
    return said


def _check(said: Mapping[str, Json], fields: tuple[Sent, ...]) -> None:
    known = {field.key: field for field in fields}
    for key, field in known.items():
        if key not in said:
            if field.optional:
                continue
            raise _bad(f"{key} is missing")
        if not field.check(said[key]):
            raise _bad(f"{key} is wrong")
    if said.keys() - known.keys():
        raise _bad("unknown field")


def _bad(reason: str) -> BadBeacon:
    return BadBeacon(
        f"This is not what the tag sends ({reason}). Embed the tag as the page of the site shows"
        " it, and send events of other systems to the API.",
        reason=reason,
    )
