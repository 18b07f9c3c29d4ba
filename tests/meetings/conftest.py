"""People of the small company."""

from __future__ import annotations

import pytest
from tests.meetings.company import Staff


@pytest.fixture
def staff(db) -> Staff:
    return Staff()
