"""What the linter calls impossible never happens: bounds and coverings against real evaluation."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.histories import lead_facts, moments
from tests.engine.oracle import score
from tests.engine.strategies import PATHS, PATTERNS, rulebooks

from teichaku.engine.rulebook.bounds import (
    behaviour_bounds,
    fit_bounds,
    rising_limit,
    total_bounds,
)
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.overlap import path_covers
from teichaku.engine.rulebook.patterns import path_matches

ROUNDING = 2e-6


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(), st.data())
def test_no_history_leaves_the_bounds(rulebook: Rulebook, data: st.DataObject) -> None:
    lead = data.draw(lead_facts(rulebook))
    scores = score(rulebook, lead, data.draw(moments(rulebook, [lead])))
    scoring = rulebook.scoring
    assert scoring is not None
    for value, bounds in (
        (scores.behaviour, behaviour_bounds(scoring)),
        (scores.fit, fit_bounds(scoring)),
        (scores.total, total_bounds(scoring)),
    ):
        assert bounds.low - ROUNDING <= value <= bounds.high + ROUNDING
    assert scores.rising <= rising_limit(scoring) + ROUNDING


@pytest.mark.parametrize(("wide", "narrow"), list(product(PATTERNS, PATTERNS)))
def test_a_covered_pattern_matches_nothing_else(wide: str, narrow: str) -> None:
    deeper = [f"{path}/{end}" for path in PATHS for end in ("x", "x/detail", "detail", "a/b/c")]
    if path_covers(wide, narrow):
        for path in (*PATHS, *deeper):
            assert path_matches((wide,), path) or not path_matches((narrow,), path)
    assert path_covers(wide, wide)
