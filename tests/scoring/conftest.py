"""A folder for each test's bases: the tables are emptied, so must the store be."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def bases(tmp_path: Path, settings) -> Path:
    """Where the bases of this test lie."""
    settings.STATE_DIR = tmp_path
    return tmp_path / "base"
