"""What every page offers beside its own content: ways to other pages, commands, the search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from teichaku.core.registry import EVERY_ROLE, Registry, Text

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A line of the navigation: groups 1 daily work, 2 figures, 3 system, 4 settings.

    It is shown to people who hold the right and one of the roles; ``count`` is the number beside.
    """

    label: Text
    view: str
    icon: str
    right: str
    group: int
    position: int
    roles: AbstractSet[str] = EVERY_ROLE
    count: Callable[[AbstractBaseUser], int] | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do from anywhere, found by its label or one of its other words."""

    label: Text
    view: str
    icon: str
    right: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that the search found, and where it is."""

    title: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class SearchSource:
    """A kind of thing that can be searched: at most ``limit`` hits that the person may see."""

    label: Text
    icon: str
    right: str
    find: Callable[[AbstractBaseUser, str, int], Sequence[Hit]]


navigation: Registry[NavigationItem] = Registry("navigation item")
commands: Registry[Command] = Registry("command")
searches: Registry[SearchSource] = Registry("search source")
