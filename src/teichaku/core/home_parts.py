"""The parts of the first page: each room brings what it has for a person, the page arranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from teichaku.core.registry import EVERY_ROLE, Registry, Text

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class HomePart:
    """A part of the first page, for people who hold the right and one of the roles.

    ``read`` answers the values of the template, or None when there is nothing to show.
    """

    title: Text
    right: str
    template: str
    position: int
    read: Callable[[AbstractBaseUser, AbstractSet[str]], Mapping[str, object] | None]
    roles: AbstractSet[str] = EVERY_ROLE


home_parts: Registry[HomePart] = Registry("part of the first page")
