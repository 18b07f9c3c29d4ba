"""Who does a write: every service takes an explicit actor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["human", "integration", "import", "automation"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A doer: a person's account (``user_id``) or a named machine; rates count ``human`` alone."""

    kind: ActorKind
    name: str
    user_id: int | None = None


SYSTEM = Actor(kind="automation", name="teichaku")
