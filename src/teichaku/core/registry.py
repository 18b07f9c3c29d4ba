"""Named places that rooms fill in ``AppConfig.ready()``: how a lower room reaches an upper one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeAlias, TypeVar

from django.utils.functional import Promise

from teichaku.core.actors import Actor
from teichaku.core.canonical import Json

T = TypeVar("T")
S = TypeVar("S", bool, int, float, str)
Text: TypeAlias = "str | Promise"


class AlreadyRegistered(Exception):
    """Two rooms claim one name: a programming error, found at start."""


class NotRegistered(LookupError):
    """A name that no room has declared: a programming error, found at its first use."""


class Registry(Generic[T]):
    """Things by name; a name is taken once and for all."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._items: dict[str, T] = {}

    def register(self, name: str, item: T) -> T:
        """The item, now found under the name."""
        if name in self._items:
            raise AlreadyRegistered(f"the {self._what} {name!r} is registered twice")
        self._items[name] = item
        return item

    def get(self, name: str) -> T:
        """The item of that name; an unknown name raises ``NotRegistered``."""
        try:
            return self._items[name]
        except KeyError:
            known = ", ".join(sorted(self._items)) or "none"
            raise NotRegistered(
                f"no {self._what} is called {name!r} (known: {known}); register it in the"
                " ready() of the room that owns it"
            ) from None

    def items(self) -> Iterator[tuple[str, T]]:
        """Names and items in the order of registration."""
        yield from self._items.items()

    def values(self) -> Iterator[T]:
        """Items in the order of registration."""
        yield from self._items.values()

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __contains__(self, name: object) -> bool:
        return name in self._items


@dataclass(frozen=True, slots=True)
class AuditAction:
    """An action that the audit knows: its text for people, and which values can name a person."""

    text: Text
    personal: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of outbox message and the job kinds that handle it."""

    text: Text
    handlers: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class JobHandler:
    """What runs a kind of job; with ``every_seconds`` one periodic row of it is kept.

    ``together`` takes all that wait at once, for work that costs the same for one and for many;
    ``text`` says what the work is, to people.
    """

    run: Callable[[Mapping[str, Json]], None]
    every_seconds: int | None = None
    together: Callable[[Sequence[Mapping[str, Json]]], None] | None = None
    text: Text = ""


EVERY_ROLE = frozenset(
    {
        "marketer",
        "inside_sales",
        "sales_rep",
        "sales_manager",
        "marketing_manager",
        "executive",
        "administrator",
        "coach",
    }
)


@dataclass(frozen=True, slots=True)
class Right:
    """Something a person may be allowed to do, and the roles that may unless said otherwise."""

    label: Text
    help: Text
    roles: AbstractSet[str] = EVERY_ROLE


@dataclass(frozen=True, slots=True)
class Holding:
    """Something that people hold: how much of it one has, and how all of it goes to another.

    ``hand_over`` answers how many were handed over; it may write in portions and be called again.
    """

    label: Text
    help: Text
    count: Callable[[int], int]
    hand_over: HandOver


@dataclass(frozen=True, slots=True)
class SettingDeclaration(Generic[S]):
    """A setting of the installation: its type is that of the default."""

    name: str
    default: S
    help: Text


Declared: TypeAlias = (
    SettingDeclaration[bool]
    | SettingDeclaration[int]
    | SettingDeclaration[float]
    | SettingDeclaration[str]
)


class ComputedAttribute(Protocol):
    """A yes/no attribute of companies that is derived instead of stored."""

    def __call__(self, ids: Sequence[int] | None, as_of: datetime) -> AbstractSet[int]:
        """The companies, of ``ids`` or of all, for which it is true at ``as_of``."""


class HandOver(Protocol):
    """Gives what one person holds to another."""

    def __call__(self, *, holder_id: int, successor_id: int, actor: Actor) -> int:
        """How many were handed over."""


class Listeners(Generic[T]):
    """Handlers told at once, inside the transaction of the room that tells them."""

    def __init__(self, what: str) -> None:
        self._handlers: Registry[Callable[[T], None]] = Registry(what)

    def register(self, name: str, handler: Callable[[T], None]) -> None:
        """Nothing; the handler is told from now on."""
        self._handlers.register(name, handler)

    def notify(self, news: T) -> None:
        """Nothing; every handler was told, and an error in one undoes the whole write."""
        for name in self._handlers:
            self._handlers.get(name)(news)


audit_actions: Registry[AuditAction] = Registry("audit action")
topics: Registry[Topic] = Registry("outbox topic")
job_handlers: Registry[JobHandler] = Registry("job handler")
rights: Registry[Right] = Registry("right")
departures: Registry[Holding] = Registry("kind of holding")
declared_settings: Registry[Declared] = Registry("setting")
computed_attributes: Registry[ComputedAttribute] = Registry("computed attribute")

# Root lead ids, whenever anything was written that can change their scores.
leads_changed: Listeners[Sequence[int]] = Listeners("listener to changed leads")
# Root lead ids, whenever people were joined or parted: what was found of them may not hold.
leads_regrouped: Listeners[Sequence[int]] = Listeners("listener to leads that were regrouped")
# (lead id, instant) pairs that a file says were qualified elsewhere.
leads_qualified: Listeners[Sequence[tuple[int, datetime]]] = Listeners(
    "listener to qualified leads"
)


def subscribe(topic: str, kind: str) -> None:
    """Nothing; each message of the topic now becomes a job of that kind."""
    job_handlers.get(kind)
    handlers = topics.get(topic).handlers
    if kind in handlers:
        raise AlreadyRegistered(f"the job handler {kind!r} listens to {topic!r} twice")
    handlers.append(kind)
