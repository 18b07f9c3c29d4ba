"""Points as people read them."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _

SHOWN = 10  # steps to a point: one decimal


def shown(points: float) -> int:
    """The points in tenths, rounded down: what is shown never reaches a threshold too early."""
    return math.floor(round(points * SHOWN, 5))


def shown_change(points: float) -> int:
    """The difference in tenths, never shown larger than it is, up or down."""
    return math.trunc(round(points * SHOWN, 5))


def tenths_text(tenths: int) -> str:
    """So many tenths of a point as a text."""
    return f"{tenths / SHOWN:.1f}"


def points_text(points: float) -> str:
    """A score."""
    return tenths_text(shown(points))


def change_text(tenths: int) -> str:
    """A difference between scores with its sign; none at all is plain."""
    if tenths == 0:
        return tenths_text(0)
    text = tenths_text(abs(tenths))
    return (
        _("+%(points)s") % {"points": text} if tenths > 0 else _("−%(points)s") % {"points": text}
    )
