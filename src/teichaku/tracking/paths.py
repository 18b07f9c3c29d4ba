"""Paths in the one spelling under which rules match them."""

from __future__ import annotations

import re

_HOST = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")


def path_normalise(text: str) -> str:
    """The path of an address or path: no host, query, fragment or trailing slash; '' stays ''."""
    if not text:
        return ""
    bare = text if text[0] == "/" and text[1:2] != "/" else _HOST.sub("", text)
    return "/" + bare.partition("#")[0].partition("?")[0].strip("/")
