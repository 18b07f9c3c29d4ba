"""What stands around every page: navigation and rights of the person who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from teichaku.accounts.access import rights_of, standing_of
from teichaku.accounts.models import User
from teichaku.console.job_registrations import RIGHT as JOBS
from teichaku.core.job_watch import JobsStanding, jobs_standing
from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import Text
from teichaku.notify.selectors import MANY, notifications_unread, tasks_due

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Way:
    """A line of the navigation or of the command menu."""

    label: Text
    address: str
    icon: str
    current: str = ""  # the value of aria-current
    count: int = 0


class Shell:
    """The frame of the pages for one request; nothing is read before the template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def theme(self) -> str:
        """The appearance that the person chose, "" to follow the device."""
        chosen = self._request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""

    @property
    def rights(self) -> frozenset[str]:
        """The rights of the person."""
        return rights_of(self._request)

    @cached_property
    def unread(self) -> str:
        """How many notifications the person has not read, "" for none."""
        user = self._request.user
        count = notifications_unread(user) if isinstance(user, User) else 0
        return f"{MANY}+" if count > MANY else str(count or "")

    @cached_property
    def tasks_due(self) -> int:
        """How many of the person's tasks are past their time."""
        user, roles = self._request.user, standing_of(self._request).roles
        return tasks_due(user, roles) if isinstance(user, User) else 0

    @cached_property
    def jobs_trouble(self) -> JobsStanding | None:
        """How background work stands, if it needs a person and this one looks after it. Asked on
        every page, since nobody else could tell of workers that are all away.
        """
        if JOBS not in self.rights or self._request.path == reverse("console:jobs"):
            return None
        standing = jobs_standing()
        return None if standing.fine else standing

    def navigation(self) -> Iterator[list[Way]]:
        """The lines that the person sees, by group."""
        shown = sorted(self._shown(), key=lambda item: (item.group, item.position))
        for _group, items in groupby(shown, key=lambda item: item.group):
            yield [self._way(item) for item in items]

    def _shown(self) -> list[NavigationItem]:
        roles, rights = standing_of(self._request)
        return [item for item in navigation.values() if item.right in rights and roles & item.roles]

    def _way(self, item: NavigationItem) -> Way:
        address, user = reverse(item.view), self._request.user
        path = self._request.path
        inside = path.startswith(address) and address != "/"
        current = "page" if path == address else "true" if inside else ""
        count = item.count(user) if item.count and isinstance(user, User) else 0
        return Way(item.label, address, item.icon, current, count)


def commands_of(request: HttpRequest, text: str = "") -> list[Way]:
    """Pages and commands open to the person whose label or words hold the text."""
    held = rights_of(request)
    wanted = text.casefold()
    pages = sorted(navigation.values(), key=lambda item: (item.group, item.position))
    known: list[NavigationItem | Command] = [*pages, *commands.values()]
    return [
        Way(item.label, reverse(item.view), item.icon)
        for item in known
        if item.right in held and wanted in _words(item).casefold()
    ]


def _words(item: NavigationItem | Command) -> str:
    return f"{item.label} {item.words}" if isinstance(item, Command) else str(item.label)


def shell(request: HttpRequest) -> dict[str, object]:
    """The frame, for templates."""
    return {"shell": SimpleLazyObject(lambda: Shell(request))}
