"""One interface to both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from teichaku.engine.rulebook.model import (
    BehaviourGroup,
    Calendar,
    DealDefinition,
    Grades,
    Handover,
    Kpi,
    Reviews,
    Rulebook,
    ScoreRange,
)
from teichaku.engine.rulebook.predicates import AnyPredicate
from teichaku.engine.rulebook.prose import en, ja
from teichaku.engine.rulebook.prose.names import Names, Rule

Line = tuple[int, str]


class Voice(Protocol):
    """The functions that each language's module has."""

    HEADINGS: Mapping[str, str]
    FIT_HEADING: str
    DOCUMENT: str

    def heading(self, section: str, names: Names) -> str:
        """The heading of a section."""

    def zone_line(self, rulebook: Rulebook) -> str:
        """Which clock the document means."""

    def purpose_line(self, purpose: str) -> str:
        """The purpose as a sentence."""

    def calendar_lines(self, calendar: Calendar) -> list[Line]:
        """Business time."""

    def kpi_line(self, key: str, kpi: Kpi, names: Names) -> str:
        """One KPI with target, day and owner."""

    def deal_lines(self, deal: DealDefinition) -> list[Line]:
        """What counts as a deal."""

    def group_heading(self, group: BehaviourGroup) -> str:
        """The heading of a group."""

    def group_limits(self, group: BehaviourGroup) -> str:
        """The floor and ceiling of a group, or ''."""

    def range_line(self, limits: ScoreRange) -> str:
        """Limits of the total, or ''."""

    def grade_lines(self, grades: Grades) -> list[Line]:
        """Letters and digits with their thresholds."""

    def handover_lines(self, handover: Handover, names: Names) -> list[Line]:
        """From marketing to sales."""

    def review_lines(self, reviews: Reviews) -> list[Line]:
        """Every review that has a rhythm."""

    def rule_lines(self, rule: Rule, names: Names) -> list[Line]:
        """A rule as its sentence, with indented lines below it where it has parts."""

    def predicate_sentence(self, predicate: AnyPredicate, names: Names) -> str:
        """A condition in one line."""

    def part_name(self, part: str, key: str, names: Names) -> str:
        """The word for a field of a part of the document, '' where it needs none."""

    def value_words(self, part: str, key: str, value: object, names: Names) -> str:
        """A value of a field of a part in words."""

    def rule_place(self, name: str, label: str | None) -> str:
        """A rule as the subject of a change."""

    def within_part(self, outer: str, inner: str) -> str:
        """The inner name as belonging to the outer one."""

    def changed(self, place: str, name: str, old: str, new: str) -> str:
        """A value became another."""

    def quote(self, text: str) -> str:
        """A longer text in quotes."""

    def added(self, place: str, what: str) -> str:
        """Something is new."""

    def removed(self, place: str, what: str) -> str:
        """Something is gone."""

    def moved(self, place: str, old: str, new: str) -> str:
        """A rule changed its group."""

    def reordered(self, place: str, name: str, order: Sequence[str]) -> str:
        """The same things stand in another order."""

    def condition_list(self, key: str) -> str:
        """The name of a list of conditions: all, any, none."""

    def unchanged(self) -> str:
        """Both are the same."""


_VOICES: Mapping[str, Voice] = {"ja": ja, "en": en}


def voice(lang: str) -> Voice:
    """The language's sentences; anything but ``ja`` and ``en`` is a mistake of the caller."""
    return _VOICES[lang]
