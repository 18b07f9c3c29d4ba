"""The table of what each role may do, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from teichaku.accounts.models import Role
from teichaku.accounts.role_rights import Pair, pairs_allowed, pairs_by_default
from teichaku.accounts.standing_guard import MANAGE
from teichaku.core.registry import Text, rights


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether one role has one right."""

    value: str
    role: Text
    allowed: bool
    differs: bool  # from what was delivered
    fixed: bool


@dataclass(frozen=True, slots=True)
class RightLine:
    """One right with a cell for each role."""

    label: Text
    help: Text
    cells: tuple[Cell, ...]


def rights_table() -> list[list[RightLine]]:
    """Every right, in groups of one room each."""
    allowed, default = pairs_allowed(), pairs_by_default()
    names = sorted(rights)
    return [
        [_line(name, allowed, default) for name in group]
        for _room, group in groupby(names, key=lambda name: name.split(".")[0])
    ]


def ticked(values: Iterable[str]) -> set[Pair]:
    """The pairs that the page's boxes stand for; boxes that cannot be unticked send nothing."""
    every = {f"{role}:{name}": (role, name) for name in rights for role in Role.values}
    chosen = {every[value] for value in values if value in every}
    return chosen | {(Role.ADMINISTRATOR.value, MANAGE)}


def _line(name: str, allowed: set[Pair], default: set[Pair]) -> RightLine:
    right = rights.get(name)
    cells = tuple(
        Cell(
            value=f"{role}:{name}",
            role=label,
            allowed=(role, name) in allowed,
            differs=((role, name) in allowed) != ((role, name) in default),
            fixed=(role, name) == (Role.ADMINISTRATOR.value, MANAGE),
        )
        for role, label in Role.choices
    )
    return RightLine(right.label, right.help, cells)
