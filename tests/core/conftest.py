"""Names that only tests register, gone again after each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from teichaku.core import registry
from teichaku.core.actors import Actor
from teichaku.core.canonical import Json

Run = Callable[[Mapping[str, Json]], None]


@pytest.fixture
def actor() -> Actor:
    return Actor(kind="human", name="Sato", user_id=7)


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch) -> str:
    item = registry.AuditAction("Tested", personal=frozenset({"name"}))
    monkeypatch.setitem(registry.audit_actions._items, "test.done", item)
    return "test.done"


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Registers what runs a kind of job and answers the kind."""

    def register(run: Run, kind: str = "test.run", every_seconds: int | None = None) -> str:
        item = registry.JobHandler(run, every_seconds=every_seconds)
        monkeypatch.setitem(registry.job_handlers._items, kind, item)
        return kind

    return register
