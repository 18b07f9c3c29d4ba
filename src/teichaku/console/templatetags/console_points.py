"""Scores in templates."""

from __future__ import annotations

from django import template

from teichaku.console.points import change_text, points_text, shown_change

register = template.Library()


@register.filter
def points(value: float) -> str:
    """A score with one decimal."""
    return points_text(value)


@register.filter
def change(value: float) -> str:
    """A difference between scores, with its sign."""
    return change_text(shown_change(value))
