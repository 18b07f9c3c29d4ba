"""What each room tells of itself, so that rooms above can judge without knowing its tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from teichaku.core.registry import Registry

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FactsContext:
    """The instant that facts are asked for, and the zone whose days count."""

    as_of: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The local day of the instant."""
        return self.as_of.astimezone(self.zone).date()


# By the name of the kind; what a provider returns depends on the kind it was registered for.
_providers: Registry[Callable[[FactsContext], Any]] = Registry("provider of facts")


def facts_provide(kind: type[T], provider: Callable[[FactsContext], T]) -> None:
    """Nothing; from now on the provider tells this kind of facts. Each kind has one."""
    _providers.register(kind.__name__, provider)


def facts_read(kind: type[T], context: FactsContext) -> T:
    """The facts of the kind; where no room tells them, all of them are None."""
    if kind.__name__ not in _providers:
        return kind()
    return cast("T", _providers.get(kind.__name__)(context))
