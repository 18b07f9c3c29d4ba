"""When a gate has earned a harder mode, and when it has to give its mode up."""

from __future__ import annotations

import pytest

from teichaku.engine.promotion import Evidence, recommend


@pytest.mark.parametrize(
    ("evidence", "to", "reasons"),
    [
        (Evidence("shadow", 13), "shadow", ("trial_running",)),
        (Evidence("shadow", 14), "warn", ("trial_over",)),
        (Evidence("warn", 30, reviewed=100, wrong=1, burden=60), "block", ("well_founded",)),
        (Evidence("warn", 30, reviewed=100, wrong=2, burden=60), "warn", ("often_wrong",)),
        (Evidence("warn", 30, reviewed=19, wrong=0), "warn", ("too_few_reviewed",)),
        (Evidence("warn", 30, reviewed=20, wrong=0), "block", ("well_founded",)),
        (
            Evidence("warn", 30, reviewed=50, wrong=9, burden=60.5),
            "warn",
            ("often_wrong", "too_long"),
        ),
        (Evidence("warn", 14, stopped=10, overridden=3), "shadow", ("overridden",)),
        (Evidence("block", 14, stopped=10, overridden=3), "warn", ("overridden",)),
        (Evidence("block", 14, stopped=10, overridden=2), "block", ("as_hard_as_it_gets",)),
        (Evidence("block", 13, stopped=10, overridden=3), "block", ("as_hard_as_it_gets",)),
        (Evidence("block", 14, stopped=7, overridden=7), "block", ("as_hard_as_it_gets",)),
    ],
    ids=str,
)
def test_recommendation(evidence: Evidence, to: str, reasons: tuple[str, ...]) -> None:
    found = recommend(evidence)
    assert (found.to, found.reasons) == (to, reasons)


def test_rates_without_anything_to_count_are_unknown() -> None:
    assert Evidence("warn", 1).override_rate is None
    assert Evidence("warn", 1).wrong_rate is None
    assert Evidence("warn", 1, stopped=4, overridden=1).override_rate == 0.25
