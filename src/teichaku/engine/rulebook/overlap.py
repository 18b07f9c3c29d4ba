"""Which event descriptions include each other."""

from __future__ import annotations

from teichaku.engine.rulebook.patterns import path_key, path_regex
from teichaku.engine.rulebook.predicates import EventMatch
from teichaku.engine.rulebook.vocabulary import EVENT_OBJECTS

_ANY_TEXT = "\x01"


def covers(wide: EventMatch, narrow: EventMatch) -> bool:
    """Whether every event that ``narrow`` means is also meant by ``wide``."""
    if wide.event.strip() != narrow.event.strip():
        return False
    return all(
        _values_cover(key, getattr(wide, key), getattr(narrow, key)) for key in EVENT_OBJECTS
    )


def _values_cover(key: str, wide: tuple[str, ...] | None, narrow: tuple[str, ...] | None) -> bool:
    if wide is None:
        return True
    if narrow is None:
        return False
    if key == "path":
        return all(any(path_covers(pattern, inner) for pattern in wide) for inner in narrow)
    return {value.strip() for value in narrow} <= {value.strip() for value in wide}


def path_covers(wide: str, narrow: str) -> bool:
    """Whether every path that fits ``narrow`` fits ``wide``.

    Stars of the narrow pattern become a text that no pattern names, ``**`` none, one and two
    segments of it: only a star can take that in.
    """
    fillings = ("", f"/{_ANY_TEXT}", f"/{_ANY_TEXT}/{_ANY_TEXT}")
    samples = [path_key(narrow).replace("/**", text).replace("*", _ANY_TEXT) for text in fillings]
    return all(path_regex(wide).fullmatch(sample) for sample in samples)
