"""A ground recorded for all people of a list at once, after a look at whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from teichaku.consent.lists import people_of
from teichaku.consent.services import Recorded, bases_record
from teichaku.consent.statuses import statuses_refresh
from teichaku.consent.words import NO_BASIS, Channel
from teichaku.core.actors import Actor

MOST: Final = 10_000
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a ground would be recorded for."""

    count: int
    names: tuple[str, ...]
    most: int = MOST

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.names)

    @property
    def too_many(self) -> bool:
        """Whether only the first of them are taken in one go."""
        return self.count > self.most


def bases_preview(*, said: Mapping[str, str]) -> Preview:
    """The people without a ground that the conditions mean."""
    rows = people_of(NO_BASIS, said=said)
    first = rows.order_by("lead").select_related("lead")[:SHOWN]
    return Preview(rows.count(), tuple(str(row.lead) for row in first))


def bases_record_listed(
    *, said: Mapping[str, str], ground: Mapping[str, Any], actor: Actor
) -> Recorded:
    """What became of it: recorded for the people without a ground that the conditions mean."""
    rows = people_of(NO_BASIS, said=said).order_by("lead")
    leads = list(rows.values_list("lead_id", flat=True)[:MOST])
    done = bases_record(
        leads=leads, channel=Channel.EMAIL.value, source="manual", actor=actor, **ground
    )
    statuses_refresh(leads)
    return done
