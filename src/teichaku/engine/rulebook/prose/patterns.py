"""What a path pattern or a search pattern means, as data that any language can word."""

from __future__ import annotations

import re
from typing import Literal

PathKind = Literal["top", "anything", "below", "children", "prefix", "exact", "pattern"]


def path_meaning(pattern: str) -> tuple[PathKind, str]:
    """The kind of pages a path pattern means, with the part of it that names them."""
    if pattern == "/":
        return "top", "/"
    if pattern == "/**":
        return "anything", "/"
    for ending, kind in (("/**", "below"), ("/*", "children"), ("*", "prefix")):
        stem = pattern.removesuffix(ending)
        if stem != pattern and "*" not in stem:
            if kind == "prefix":
                return "prefix", stem
            return ("below" if kind == "below" else "children"), f"{stem}/"
    return ("pattern" if "*" in pattern else "exact"), pattern


def literal_words(regex: str) -> list[str]:
    """The words of a pattern that only lists words (``a|b``), else nothing."""
    words = regex.split("|")
    return words if all(word and re.escape(word) == word for word in words) else []
