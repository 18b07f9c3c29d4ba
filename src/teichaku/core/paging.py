"""Pages of long lists that follow a key: each starts inside an index, however far down it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """The row after which a page starts: what the list is ordered by, None for nothing, and id."""

    value: object
    pk: int


def parts_after(
    last: Place | None,
    told: QuerySet[Any],
    by: str,
    *,
    down: bool = False,
    newest_first: bool = False,
    lacking: QuerySet[Any] | None = None,
) -> Iterator[QuerySet[Any]]:
    """What follows the place, from the top without one: rows of its value, those beyond, and last
    the rows that have nothing to be ordered by. Equal ones stand by id, ``newest_first`` downwards.
    """
    ties = "-pk" if newest_first else "pk"
    later = "pk__lt" if newest_first else "pk__gt"
    ordered = told.order_by(f"-{by}" if down else by, ties)
    if last is None:
        yield ordered
    elif last.value is not None:
        yield ordered.filter(**{by: last.value, later: last.pk})
        yield ordered.filter(**{f"{by}__{'lt' if down else 'gt'}": last.value})
    elif lacking is not None:
        lacking = lacking.filter(**{later: last.pk})
    if lacking is not None:
        yield lacking.order_by(ties)


def first_of(parts: Iterable[QuerySet[M]], count: int) -> list[M]:
    """The first rows of the parts; later parts are not asked for once there are enough."""
    found: list[M] = []
    for part in parts:
        found += part[: count - len(found)]
        if len(found) >= count:
            break
    return found
