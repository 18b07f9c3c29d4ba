"""Attribute conditions over all leads at once, on Arrow columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Clause,
    Combination,
)

Truth = npt.NDArray[np.bool_]


def fit_points(rulebook: Rulebook, attributes: pa.Table, leads: int) -> npt.NDArray[np.int64]:
    """The fit score of every lead, in millionths."""
    total = np.zeros(leads, np.int64)
    scoring = rulebook.scoring
    for rule in scoring.fit.rules if scoring and scoring.fit else ():
        total += round(rule.points * MICRO) * where(rule.when, attributes, leads)
    return total


def part_bits(
    parts: Sequence[AnyPredicate], attributes: pa.Table, leads: int
) -> npt.NDArray[np.int64]:
    """Bit k of a lead: whether the k-th attribute part holds for it."""
    bits = np.zeros(leads, np.int64)
    for index, part in enumerate(parts):
        bits |= where(part, attributes, leads).astype(np.int64) << index
    return bits


def where(part: AnyPredicate, attributes: pa.Table, leads: int) -> Truth:
    """For every lead, whether a condition made of attributes only holds."""

    def leaf(clause: Clause) -> Truth:
        if not isinstance(clause, AttributeClause):
            raise TypeError("only attribute conditions can be read without a history")
        return _clause(clause, attributes, leads)

    return combined(part, leads, leaf)


def combined(part: AnyPredicate, leads: int, leaf: Callable[[Clause], Truth]) -> Truth:
    """For every lead, whether a condition holds whose single clauses ``leaf`` tells."""
    if not isinstance(part, Combination):
        return leaf(part)
    truth = np.ones(leads, np.bool_)
    for inner in part.all_ or ():
        truth &= combined(inner, leads, leaf)
    if part.any_:
        truth &= np.logical_or.reduce([combined(inner, leads, leaf) for inner in part.any_])
    for inner in part.none_ or ():
        truth &= ~combined(inner, leads, leaf)
    return truth


def _clause(clause: AttributeClause, attributes: pa.Table, leads: int) -> Truth:
    if clause.attribute not in attributes.column_names:
        return np.zeros(leads, np.bool_)
    column = attributes.column(clause.attribute).combine_chunks()
    test = _test(clause, column.type)
    if test is None:
        return np.zeros(leads, np.bool_)
    if pa.types.is_dictionary(column.type):  # each distinct text is tested once
        truths = pc.fill_null(test(column.dictionary), False)
        found = pc.take(truths, column.indices) if len(truths) else pa.nulls(leads, pa.bool_())
    else:
        found = test(column)
    return np.asarray(pc.fill_null(found, False), np.bool_)


def _test(clause: AttributeClause, kind: pa.DataType) -> Callable[[pa.Array], pa.Array] | None:
    """The column test of a clause; None when the operand is of another kind than the column."""
    if pa.types.is_dictionary(kind):
        return _text_test(clause)
    if pa.types.is_boolean(kind):
        wanted = clause.is_
        return (lambda column: pc.equal(column, wanted)) if isinstance(wanted, bool) else None
    if pa.types.is_date(kind):
        return _range_test(clause, date)
    return _number_test(clause)


def _text_test(clause: AttributeClause) -> Callable[[pa.Array], pa.Array] | None:
    if clause.matches is not None:
        pattern = clause.matches
        return lambda column: pc.match_substring_regex(column, pattern)
    given = [clause.is_] if clause.is_ is not None else list(clause.in_ or ())
    wanted = pa.array([word.strip() for word in given if isinstance(word, str)], pa.string())
    return lambda column: pc.is_in(pc.utf8_trim_whitespace(column), wanted)


def _number_test(clause: AttributeClause) -> Callable[[pa.Array], pa.Array] | None:
    if clause.between is not None:
        return _range_test(clause, int | float)
    given = [clause.is_] if clause.is_ is not None else list(clause.in_ or ())
    numbers = [
        float(item)
        for item in given
        if isinstance(item, int | float) and not isinstance(item, bool)
    ]
    wanted = pa.array(numbers, pa.float64())
    return lambda column: pc.is_in(column, wanted)


def _range_test(
    clause: AttributeClause, kind: type | object
) -> Callable[[pa.Array], pa.Array] | None:
    if clause.between is None or not isinstance(clause.between[0], kind):  # type: ignore[arg-type]
        return None
    low, high = clause.between

    def inside(column: pa.Array) -> pa.Array:
        bounds = [pa.scalar(bound).cast(column.type) for bound in (low, high)]
        return pc.and_(pc.greater_equal(column, bounds[0]), pc.less_equal(column, bounds[1]))

    return inside
