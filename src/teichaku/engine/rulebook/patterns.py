"""Path patterns and RE2 search."""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
from pydantic_core import PydanticCustomError


def path_key(path: str) -> str:
    """A path as patterns see it: no scheme, host, query, fragment or trailing slash."""
    bare = re.sub(r"^[A-Za-z][A-Za-z0-9+.\-]*://[^/?#]*", "", path.strip())
    bare = re.split(r"[?#]", bare, maxsplit=1)[0].rstrip("/")
    return bare if bare.startswith("/") or not bare else f"/{bare}"


@lru_cache(maxsize=4096)
def path_regex(pattern: str) -> re.Pattern[str]:
    """The pattern compiled: ``*`` stays in one segment, ``**`` is zero or more whole segments."""
    parts = []
    for segment in path_key(pattern).split("/")[1:]:
        if segment == "**":
            parts.append("(?:/[^/]+)*")
            continue
        if "**" in segment:
            raise PydanticCustomError("path", "** must be a whole segment: /a/**/b")
        parts.append("/" + "[^/]*".join(re.escape(piece) for piece in segment.split("*")))
    return re.compile("".join(parts))


def path_matches(patterns: tuple[str, ...], path: str) -> bool:
    """Whether the whole path fits one of the patterns; without a path nothing does."""
    if not path.strip():
        return False
    key = path_key(path)
    return any(path_regex(pattern).fullmatch(key) for pattern in patterns)


def re2_problem(pattern: str) -> str:
    """Why RE2 refuses the pattern, or ''."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as refusal:
        return str(refusal)
    return ""
