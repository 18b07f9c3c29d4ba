"""Whether something may be sent, asked for any number of addresses in two statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from teichaku.consent.addresses import address_digest, address_key, domain_of
from teichaku.consent.models import Basis, Refusal
from teichaku.consent.words import (
    ANSWER,
    CODES,
    KIND_ORDER,
    NEEDS_BASIS,
    NO_ADDRESS,
    NO_BASIS,
    NO_BASIS_NEEDED,
    REASON_ORDER,
    STATUSES,
    STOPS_ANSWERS,
    TRANSACTIONAL,
)
from teichaku.core import bulk, clock

_BASIS = ("digest", "kind", "obtained_at", "withdrawn_at")
_REFUSAL = ("digest", "reason", "purpose", "at", "until", "lifted_at")


@dataclass(frozen=True, slots=True)
class SendDecision:
    """Whether something may be sent to an address, the code of why, and since when that holds."""

    allowed: bool
    code: str
    since: datetime | None = None

    @property
    def text(self) -> str | Promise:
        """Why, in a sentence."""
        return CODES[self.code]

    @property
    def label(self) -> str | Promise:
        """Why, in a word or two."""
        return STATUSES.get(self.code, CODES[self.code])


class _Refused(NamedTuple):
    digest: str
    reason: str
    purpose: str
    at: datetime
    until: datetime | None
    lifted_at: datetime | None

    def holds(self, now: datetime, purpose: str) -> bool:
        if self.lifted_at is not None or (self.until is not None and self.until <= now):
            return False
        if purpose == TRANSACTIONAL:
            return self.reason in STOPS_ANSWERS
        return self.purpose in ("", purpose)


def may_send(
    *, addresses: Collection[str], channel: str, purpose: str
) -> Mapping[str, SendDecision]:
    """The decision of each address: refusals first, then the ground that advertising needs.

    ``purpose`` is ``transactional`` (what the person asked for), ``advertising``, or one of
    ``PURPOSES``, which are advertising that a person can refuse on its own.
    """
    keys = {address: address_key(channel, address) for address in addresses}
    digests = {key: address_digest(key) for key in set(keys.values()) if key}
    domains = {key: address_digest(domain_of(key)) for key in digests if domain_of(key)}
    refused = _refused(channel, {*digests.values(), *domains.values()}, purpose)
    asked = channel in NEEDS_BASIS and purpose != TRANSACTIONAL
    grounds = _grounds(channel, digests.values()) if asked else {}
    free = ANSWER if purpose == TRANSACTIONAL else NO_BASIS_NEEDED
    found: dict[str, SendDecision] = {"": SendDecision(False, NO_ADDRESS)}
    for key, digest in digests.items():
        said = [row for d in (digest, domains.get(key, "")) if (row := refused.get(d))]
        if said:
            first = min(said, key=_urgency)
            found[key] = SendDecision(False, first.reason, first.at)
        elif not asked:
            found[key] = SendDecision(True, free)
        elif ground := grounds.get(digest):
            found[key] = SendDecision(True, *ground)
        else:
            found[key] = SendDecision(False, NO_BASIS)
    return {address: found[key] for address, key in keys.items()}


def _urgency(row: _Refused) -> tuple[int, datetime]:
    return (REASON_ORDER.index(row.reason), row.at)


def _refused(channel: str, digests: Collection[str], purpose: str) -> dict[str, _Refused]:
    """The refusal that is told of each digest, as far as one holds."""
    now = clock.now()
    found: dict[str, _Refused] = {}
    for values in bulk.lookup(Refusal, "digest", digests, _REFUSAL, channel=channel):
        digest, reason, about, *instants = values
        row = _Refused(digest, reason, about, *map(_utc, instants))
        known = found.get(row.digest)
        if row.holds(now, purpose) and (known is None or _urgency(row) < _urgency(known)):
            found[row.digest] = row
    return found


def _grounds(channel: str, digests: Collection[str]) -> dict[str, tuple[str, datetime]]:
    """The strongest ground of each digest with its date, the latest of its kind."""
    found: dict[str, tuple[str, datetime]] = {}
    rows = bulk.lookup(Basis, "digest", digests, _BASIS, channel=channel)
    for digest, kind, at, withdrawn_at in rows:
        ground, known = (kind, _utc(at)), found.get(digest)
        if withdrawn_at is None and (known is None or _strength(ground) > _strength(known)):
            found[digest] = ground
    return found


def _strength(ground: tuple[str, datetime]) -> tuple[int, datetime]:
    return (-KIND_ORDER.index(ground[0]), ground[1])


def _utc(value: Any) -> Any:
    # SQLite hands instants over as they are stored: in UTC, without saying so.
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def refusals_standing() -> QuerySet[Refusal]:
    """The refusals that hold now."""
    return Refusal.objects.filter(Q(until=None) | Q(until__gt=clock.now()), lifted_at=None)


def bases_standing() -> QuerySet[Basis]:
    """The grounds that hold now."""
    return Basis.objects.filter(withdrawn_at=None)
