"""Lists of people by mail status, and of refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

from teichaku.consent.addresses import address_digest, address_key
from teichaku.consent.models import MailStatus, Refusal
from teichaku.consent.statuses import statuses_counted
from teichaku.consent.words import STATUSES, Channel, Kind

PAGE: Final = 50
ALLOWED: Final = tuple(Kind.values)


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many people have a status."""

    code: str
    label: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The statuses of all people: who may be mailed, who must not, and who cannot."""

    allowed: Sequence[StatusCount]
    stopped: Sequence[StatusCount]
    people: int

    @property
    def may(self) -> int:
        """How many may be mailed."""
        return sum(row.count for row in self.allowed)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and the id after which more follow (None: no more)."""

    rows: Sequence[MailStatus] | Sequence[Refusal]
    after: int | None


def overview() -> Overview:
    """The statuses with their numbers, largest first; those of nobody are left out."""
    counted = statuses_counted()
    rows = [StatusCount(code, STATUSES[code], n) for code, n in counted.items()]
    rows.sort(key=lambda row: (-row.count, row.code))
    return Overview(
        allowed=[row for row in rows if row.code in ALLOWED],
        stopped=[row for row in rows if row.code not in ALLOWED],
        people=sum(counted.values()),
    )


def people_of(status: str, *, said: Mapping[str, str]) -> QuerySet[MailStatus]:
    """The people of a status, perhaps of one source or campaign only."""
    rows = MailStatus.objects.filter(status=status)
    for name in ("source", "campaign"):
        if wanted := said.get(name, "").strip():
            rows = rows.filter(**{f"lead__{name}": wanted})
    return rows


def people_listed(status: str, *, said: Mapping[str, str], after: int) -> Page:
    """A page of the people of a status, in the order in which they came."""
    rows = people_of(status, said=said).filter(lead__gt=after).order_by("lead")
    found = list(rows.select_related("lead__company__root")[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].lead_id if len(found) > PAGE else None)


def refusals_found(*, text: str, reason: str) -> QuerySet[Refusal]:
    """The refusals that stand, of an address or of anything that contains the text."""
    rows = Refusal.objects.filter(lifted_at=None)
    if reason:
        rows = rows.filter(reason=reason)
    if not text.strip():
        return rows
    # An erased address is found by whoever knows it whole, and by nobody else.
    digests = {
        address_digest(key) for channel in Channel.values if (key := address_key(channel, text))
    }
    part = text.strip().casefold()
    return rows.filter(digest__in=digests) | rows.filter(address__contains=part)


def refusal_find(uid: UUID) -> Refusal | None:
    """The refusal, None when there is none."""
    return Refusal.objects.filter(uid=uid).first()


def refusals_listed(*, text: str, reason: str, before: int | None) -> Page:
    """A page of refusals, the newest first."""
    rows = refusals_found(text=text, reason=reason).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)
