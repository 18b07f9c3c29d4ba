"""Finding leads from anywhere, by what people type."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.urls import reverse

from teichaku.console.lead_filters import LeadFilter, Matches
from teichaku.core.menus import Hit


def leads_find(user: AbstractBaseUser, text: str, limit: int) -> list[Hit]:
    """At most ``limit`` leads that match, highest total first."""
    found = Matches(LeadFilter(text=text)).first(limit)
    return [
        Hit(
            title=str(lead),
            detail=lead.company.root.name if lead.company else lead.email,
            address=reverse("console:lead", args=[lead.uid]),
        )
        for lead, _score in found
    ]
