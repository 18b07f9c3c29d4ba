"""Reads about events, and about where they are caught."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Min

from teichaku.core.instants import micros
from teichaku.tracking.models import Asset, Beacon, Signature, Site, Token, Visitor


def event_types() -> list[str]:
    """Every type of event that was ever recorded."""
    return list(Signature.objects.order_by("type").values_list("type", flat=True).distinct())


def log_starts(types: Collection[str]) -> dict[str, int]:
    """For each of these types that was ever recorded, the first instant (µs since 1970 UTC)."""
    rows = (
        Signature.objects.filter(type__in=types, first_at__isnull=False)
        .values("type")
        .annotate(first=Min("first_at"))
        .values_list("type", "first")
    )
    return {kind: micros(first) for kind, first in rows}


def site_of(uid: UUID) -> Site | None:
    """The site, unless it was put away."""
    return Site.objects.filter(uid=uid, archived_at=None).first()


def beacon_parked(site: Site, number: int) -> Beacon | None:
    """The site's beacon of that number, if it is parked."""
    rows = Beacon.objects.filter(site=site, pk=number).exclude(parked="")
    return rows.select_related("site").first()


def visitor_by_id(number: int) -> Visitor | None:
    """The browser of that number."""
    return Visitor.objects.filter(pk=number).first()


def site_by_key(key: str) -> Site | None:
    """The site that the tag names so, unless it was put away."""
    return Site.objects.filter(key=key, archived_at=None).first()


def webhook_of(uid: UUID) -> Token | None:
    """The webhook of that address."""
    return Token.objects.filter(uid=uid, kind=Token.Kind.WEBHOOK).first()


def tokens_shown() -> list[Token]:
    """Every token, those in force first, the newest on top."""
    return list(Token.objects.order_by(F("revoked_at").asc(nulls_first=True), "-created_at"))


def token_of(uid: UUID) -> Token | None:
    """The token of that uid."""
    return Token.objects.filter(uid=uid).first()


def assets_shown() -> list[Asset]:
    """Every asset that is handed out, by title."""
    return list(Asset.objects.filter(archived_at=None).order_by("title"))


def asset_by_uid(uid: UUID) -> Asset | None:
    """The asset, unless it was put away."""
    return Asset.objects.filter(uid=uid, archived_at=None).first()
