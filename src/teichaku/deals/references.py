"""Names that files use for deals, resolved."""

from __future__ import annotations

from collections.abc import Collection

from teichaku.core import bulk
from teichaku.deals.models import Deal


def deals_by_reference(system: str, references: Collection[str]) -> dict[str, int]:
    """The deals that the system calls so; unknown references are left out."""
    found: dict[str, int] = {}
    for chunk in bulk.chunked(references, 5_000):
        rows = Deal.objects.filter(system=system, external_id__in=chunk)
        found.update(rows.values_list("external_id", "pk"))
    return found
