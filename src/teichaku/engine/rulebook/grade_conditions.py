"""Conditions about the grade, said as what a grade is: scores between two thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from teichaku.engine.rulebook.model import Grades, Scoring
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Combination,
    ScoreClause,
)

GRADE = "grade"
Axis = Literal["fit", "behaviour"]
# What nothing meets: with no grades in the rulebook nobody has one.
_NOBODY = AttributeClause.model_validate({"attribute": "nobody", "is": True})


def asks_for_grades(part: AnyPredicate) -> bool:
    """Whether a condition mentions the grade."""
    if isinstance(part, Combination):
        return any(map(asks_for_grades, _inner(part)))
    return isinstance(part, AttributeClause) and part.attribute == GRADE


def with_grades(part: AnyPredicate, scoring: Scoring | None) -> AnyPredicate:
    """The condition with every mention of the grade replaced by the scores that it stands for.

    A grade is asked for as ``is`` or ``in`` of a letter (fit), a digit (behaviour) or both.
    """
    if isinstance(part, Combination):
        inner = {
            name: tuple(with_grades(one, scoring) for one in getattr(part, f"{name}_"))
            for name in ("all", "any", "none")
            if getattr(part, f"{name}_")
        }
        return Combination.model_validate(inner)
    if not isinstance(part, AttributeClause) or part.attribute != GRADE:
        return part
    grades = scoring.grades if scoring else None
    wanted = [part.is_] if part.is_ is not None else list(part.in_ or ())
    if grades is None or not wanted:
        return _NOBODY
    return Combination.model_validate({"any": [_one(str(g).strip(), grades) for g in wanted]})


def known_grade(text: str, grades: Grades) -> bool:
    """Whether the text names a letter, a digit or both."""
    letter, digit = _split(text, grades)
    return bool(letter or digit) and text == letter + digit


def _one(text: str, grades: Grades) -> AnyPredicate:
    if not known_grade(text, grades):
        return _NOBODY
    letter, digit = _split(text, grades)
    needed: list[AnyPredicate] = []
    refused: list[AnyPredicate] = []
    for mark, thresholds, axis in (
        (letter, grades.fit, "fit"), (digit, grades.behaviour, "behaviour"),
    ):  # fmt: skip
        if mark:
            low, high = _between(mark, thresholds)
            needed += [ScoreClause(score=axis, at_least=low)] if low is not None else []  # type: ignore[arg-type]
            refused += [ScoreClause(score=axis, at_least=high)] if high is not None else []  # type: ignore[arg-type]
    parts: dict[str, Sequence[AnyPredicate]] = {}
    parts |= {"all": tuple(needed)} if needed else {}
    parts |= {"none": tuple(refused)} if refused else {}
    return Combination.model_validate(parts) if parts else _EVERYBODY


def _split(text: str, grades: Grades) -> tuple[str, str]:
    letter = next((name for name in grades.fit if text.startswith(name)), "")
    digit = next((name for name in grades.behaviour if text.endswith(name)), "")
    return letter, digit


def _between(mark: str, thresholds: Mapping[str, float]) -> tuple[float | None, float | None]:
    """The threshold of the mark, which the last one does not need, and that of the next better."""
    names = list(thresholds)
    place = names.index(mark)
    low = None if place == len(names) - 1 else thresholds[mark]
    return low, thresholds[names[place - 1]] if place else None


def _inner(part: Combination) -> tuple[AnyPredicate, ...]:
    return (*(part.all_ or ()), *(part.any_ or ()), *(part.none_ or ()))


_EVERYBODY = Combination.model_validate({"none": [_NOBODY]})
