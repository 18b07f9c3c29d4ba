"""How many leads have which attribute."""

from __future__ import annotations

from collections import Counter

from teichaku.core.registry import computed_attributes
from teichaku.scoring.histories import lead_rows


def attribute_coverage() -> dict[str, float] | None:
    """The share of leads that have a value, per attribute; None while there are no leads."""
    counts: Counter[str] = Counter()
    leads = 0
    for row in lead_rows():
        leads += 1
        counts.update(row.attributes.keys())
    if leads == 0:
        return None
    shares = {name: count / leads for name, count in counts.items()}
    return {**shares, **dict.fromkeys(computed_attributes, 1.0)}
