"""Who may be written to is decided above this room; it is asked right before a letter leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from teichaku.core.registry import Registry, Text


class Refusals(Protocol):
    """Says to whom nothing may be sent."""

    def __call__(self, *, addresses: Collection[str], purpose: str) -> Mapping[str, str]:
        """The code of the reason, by address; whoever may be written to is not among them."""


class WayOut(Protocol):
    """Says how somebody stops advertising."""

    def __call__(self, address: str) -> tuple[str, Mapping[str, str]]:
        """The address of the page for it, and the headers by which a mail program offers it."""


@dataclass(frozen=True, slots=True)
class LetterGate:
    """What a room above says about letters; ``reasons`` are its codes in words."""

    refusals: Refusals
    way_out: WayOut
    reasons: Mapping[str, Text]


letter_gates: Registry[LetterGate] = Registry("letter gate")
