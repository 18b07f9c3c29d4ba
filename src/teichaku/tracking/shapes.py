"""The shapes of events, their paths in the one spelling under which rules match them."""

from __future__ import annotations

import re
from typing import NamedTuple

_HOST = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")


def path_normalise(text: str) -> str:
    """The path of an address or path: no host, query, fragment or trailing slash; '' stays ''."""
    if not text:
        return ""
    bare = text if text[0] == "/" and text[1:2] != "/" else _HOST.sub("", text)
    return "/" + bare.partition("#")[0].partition("?")[0].strip("/")


class Shape(NamedTuple):
    """What happened to what; '' where the event has no such part."""

    type: str
    path: str = ""
    form: str = ""
    asset: str = ""
    campaign: str = ""
    rank: str = ""


def shape_of(type: str, path: str = "", *parts: str) -> Shape:  # noqa: A002 - the field's name
    """The shape with its path in the one spelling."""
    return Shape(type, path_normalise(path), *parts)
