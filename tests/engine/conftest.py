"""Both sides that every written vector is checked against."""

from __future__ import annotations

import pytest
from tests.engine.vectors import Check, EngineSide, OracleSide


@pytest.fixture(params=[OracleSide(), EngineSide()], ids=["oracle", "engine"])
def check(request: pytest.FixtureRequest) -> Check:
    """Compares the oracle, then the engine, with the numbers of a vector."""
    return Check(request.param)
