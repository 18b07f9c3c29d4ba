"""What the pages about deliveries and about letters have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from teichaku.notify.models import Outgoing
from teichaku.notify.selectors import outgoing_open

PAGE_SIZE = 50
Row = TypeVar("Row", bound=Outgoing)
State = Outgoing.State


@dataclass(frozen=True, slots=True)
class OutgoingPage(Generic[Row]):
    """A page of rows, newest first, and what stands around them."""

    rows: list[Row]
    context: dict[str, Any]


def outgoing_page(
    request: HttpRequest, table: type[Row], rows_in: Callable[[str], QuerySet[Row]]
) -> OutgoingPage[Row]:
    """The page of the state that was asked for, or of all."""
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    found = list(_before(request, rows_in(state))[: PAGE_SIZE + 1])
    counts = outgoing_open(table)
    context = {
        "state": state,
        "tabs": [(each.value, each.label, counts.get(each.value)) for each in State],
        "parked": counts[State.PARKED],
        "more": len(found) > PAGE_SIZE,
        "last": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
    }
    return OutgoingPage(found[:PAGE_SIZE], context)


def chosen_uids(text: str) -> list[UUID] | None:
    """The one that is meant, or None for all."""
    if not text:
        return None
    try:
        return [UUID(text)]
    except ValueError:
        raise Http404 from None


def _before(request: HttpRequest, rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows that are older than the last one of the page before."""
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        return rows.filter(pk__lt=int(before))
    return rows
