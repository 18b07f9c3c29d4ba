"""What a segment asks: read from its document, in words, ready for the engine."""

from __future__ import annotations

from functools import lru_cache

from teichaku.engine.rulebook.grade_conditions import with_grades
from teichaku.engine.rulebook.load import load_condition
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import AnyPredicate
from teichaku.scoring.models import SegmentRevision


@lru_cache(maxsize=256)
def condition_of(document: str) -> AnyPredicate:
    """The condition of a stored document."""
    return load_condition(document)


def condition_asked(revision: SegmentRevision, rulebook: Rulebook) -> AnyPredicate:
    """The condition as the engine takes it: grades are what the rulebook says they are."""
    return with_grades(condition_of(revision.document), rulebook.scoring)
