"""Filters of the report: the words of ``diagnosis_words`` in templates."""

from __future__ import annotations

from django import template

from teichaku.checklist import diagnosis_words as words

register = template.Library()

register.filter("yen", words.yen)
register.filter("yen_short", words.yen_short)
register.filter("count", words.count)
register.filter("unit", words.unit)
register.filter("share", words.share)
register.filter("day", words.day)
register.filter("long_day", words.long_day)
register.filter("person", words.person)
register.filter("cell", words.cell)
