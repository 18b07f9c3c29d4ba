"""Everything that is said in Japanese, under one name."""

from __future__ import annotations

from teichaku.engine.rulebook.prose.ja_changes import (
    DOCUMENT,
    added,
    changed,
    condition_list,
    moved,
    part_name,
    quote,
    removed,
    reordered,
    rule_place,
    unchanged,
    value_words,
    within_part,
)
from teichaku.engine.rulebook.prose.ja_conditions import predicate_sentence
from teichaku.engine.rulebook.prose.ja_rules import rule_lines
from teichaku.engine.rulebook.prose.ja_sections import (
    FIT_HEADING,
    HEADINGS,
    calendar_lines,
    deal_lines,
    grade_lines,
    group_heading,
    group_limits,
    handover_lines,
    heading,
    kpi_line,
    purpose_line,
    range_line,
    review_lines,
    zone_line,
)

__all__ = [
    "DOCUMENT",
    "FIT_HEADING",
    "HEADINGS",
    "added",
    "calendar_lines",
    "changed",
    "condition_list",
    "deal_lines",
    "grade_lines",
    "group_heading",
    "group_limits",
    "handover_lines",
    "heading",
    "kpi_line",
    "moved",
    "part_name",
    "predicate_sentence",
    "purpose_line",
    "quote",
    "range_line",
    "removed",
    "reordered",
    "review_lines",
    "rule_lines",
    "rule_place",
    "unchanged",
    "value_words",
    "within_part",
    "zone_line",
]
