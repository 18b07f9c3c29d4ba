"""Content hashes: of the whole document, of each section, of each rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from teichaku.engine.rulebook.load import plain
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import AnyPredicate
from teichaku.engine.rulebook.references import rule_ids


def canonical(data: Any) -> str:
    """JSON with sorted keys and no spaces: equal data, equal text."""
    return json.dumps(
        data,
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=_day,
        allow_nan=False,
    )


def rulebook_hash(rulebook: Rulebook) -> str:
    """Hex SHA-256 of the whole document: the identity of a revision. Comments do not count."""
    return _hash(plain(rulebook))


def condition_hash(condition: AnyPredicate) -> str:
    """The same of a condition that stands on its own."""
    return _hash(plain(condition))


def section_hashes(rulebook: Rulebook) -> Mapping[str, str]:
    """The hash of each section present, by its key in the document."""
    return {key: _hash(value) for key, value in plain(rulebook).items() if key != "rulebook"}


def rule_hashes(rulebook: Rulebook) -> Mapping[str, tuple[str, str]]:
    """Rule id to (section, hash) for everything that decisions cite."""
    data = plain(rulebook)
    found = {}
    for path, name in rule_ids(rulebook):
        part: Any = data
        for step in path[:-1]:
            part = part[step]
        found[name] = (str(path[0]), _hash(part))
    return found


def _hash(data: Any) -> str:
    return sha256(canonical(data).encode()).hexdigest()


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a rulebook")
