"""What the diagnosis calls people, leads, companies and deals: by name, or by a stand-in."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_uppercase
from typing import Any, Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core import bulk
from teichaku.deals.models import Deal
from teichaku.leads.models import Company, Lead
from teichaku.leads.selectors import lead_labels

T = TypeVar("T", bound=Model)
LOOKUP_SIZE = 5_000


class Names(Protocol):
    """The labels under which records appear in every part of the report."""

    hidden: bool

    def people(self, ids: Iterable[int]) -> dict[int, str]:
        """What the people are called."""

    def leads(self, ids: Iterable[int]) -> dict[int, str]:
        """What the leads are called."""

    def companies(self, ids: Iterable[int]) -> dict[int, str]:
        """What the companies are called."""

    def deals(self, ids: Iterable[int]) -> dict[int, str]:
        """What the deals are called."""


class OpenNames:
    """The names as they stand in the data."""

    hidden = False

    def people(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of the people."""
        return {row[0]: row[1] for row in _rows(User.objects.all(), ids, "name")}

    def leads(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of the leads, else what their system calls them."""
        wanted = list(ids)
        found = {pk: str(name) for pk, name in _rows(Lead.objects.all(), wanted, "name") if name}
        nameless = [lead for lead in wanted if lead not in found]
        return {**found, **lead_labels(nameless)}

    def companies(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of the companies."""
        return {
            pk: name or _("Company %(n)s") % {"n": pk}
            for pk, name in _rows(Company.objects.all(), ids, "name")
        }

    def deals(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of the deals, else what their system calls them."""
        rows = _rows(Deal.objects.all(), ids, "name", "external_id")
        return {pk: name or external_id for pk, name, external_id in rows}


class HiddenNames:
    """Stand-ins that say which records are the same and nothing else."""

    hidden = True

    def people(self, ids: Iterable[int]) -> dict[int, str]:
        """Person A, B … in the order in which the files name them."""
        order = User.objects.order_by("pk").values_list("pk", flat=True)
        letters = {pk: _letters(place) for place, pk in enumerate(order)}
        return {pk: _("Person %(letter)s") % {"letter": letters[pk]} for pk in ids}

    def leads(self, ids: Iterable[int]) -> dict[int, str]:
        """Numbered leads."""
        return {pk: _("Lead %(n)s") % {"n": pk} for pk in ids}

    def companies(self, ids: Iterable[int]) -> dict[int, str]:
        """Numbered companies."""
        return {pk: _("Company %(n)s") % {"n": pk} for pk in ids}

    def deals(self, ids: Iterable[int]) -> dict[int, str]:
        """Numbered deals."""
        return {pk: _("Deal %(n)s") % {"n": pk} for pk in ids}


def names_for(*, hide: bool) -> Names:
    """The stand-ins if names are to be hidden, else the names."""
    return HiddenNames() if hide else OpenNames()


def _rows(rows: QuerySet[T], ids: Iterable[int], *columns: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []  # the columns asked for, whatever they hold
    for chunk in bulk.chunked(sorted(set(ids)), LOOKUP_SIZE):
        found.extend(rows.filter(pk__in=chunk).values_list("pk", *columns))
    return found


def _letters(place: int) -> str:
    """A to Z, then AA, AB and so on."""
    letters = ""
    while place >= 0:
        place, rest = divmod(place, len(ascii_uppercase))
        letters, place = ascii_uppercase[rest] + letters, place - 1
    return letters
