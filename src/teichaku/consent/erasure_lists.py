"""Requests to erase somebody's data, and what one would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser

from teichaku.consent.models import Erasure
from teichaku.consent.people import person_of
from teichaku.core.personal_data import personal_counts
from teichaku.core.registry import Text
from teichaku.leads.models import Lead

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Held:
    """What a room holds about a person: how many rows, and what stays of them."""

    label: Text
    rows: int
    kept: Text


def erasures_waiting(user: AbstractBaseUser) -> int:
    """How many requests wait for the person's decision."""
    waiting = Erasure.objects.filter(state=Erasure.State.ASKED)
    return waiting.exclude(actor_user_id=user.pk).count()


def erasures_listed() -> Sequence[Erasure]:
    """The latest requests, those that wait first."""
    rows = Erasure.objects.select_related("lead", "decided_by").order_by("-pk")[:MOST]
    return sorted(rows, key=lambda row: row.state != Erasure.State.ASKED)


def erasure_find(uid: UUID) -> Erasure | None:
    """The request, None when there is none."""
    return Erasure.objects.filter(uid=uid).select_related("lead").first()


def erasure_of(lead: Lead) -> Erasure | None:
    """The latest request about a person."""
    return Erasure.objects.filter(lead=lead.root_id).order_by("-pk").first()


def held_about(lead: Lead) -> list[Held]:
    """What the rooms hold about a person; those that hold nothing are left out."""
    counted = personal_counts(person_of(lead))
    return [Held(data.label, rows, data.kept) for data, rows in counted if rows]
