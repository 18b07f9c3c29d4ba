"""The whole rulebook as text that people can read, agree to and cite."""

from __future__ import annotations

import re
from collections.abc import Iterator

from teichaku.engine.rulebook.model import Rulebook, Scoring
from teichaku.engine.rulebook.predicates import AnyPredicate
from teichaku.engine.rulebook.prose.names import Names, Rule, names_of
from teichaku.engine.rulebook.prose.voice import Line, Voice, voice

_NO_NAMES = Names()


def show(rulebook: Rulebook, lang: str) -> str:
    """The rulebook in ``ja`` or ``en``: a heading per section, a sentence per rule with its id."""
    text = "\n".join(_document(rulebook, voice(lang))).rstrip() + "\n"
    return re.sub(r"\n{3,}", "\n\n", text)


def rule_sentence(rule: Rule, lang: str, names: Names = _NO_NAMES) -> str:
    """One rule in words, with its id; lines of a long condition are indented below."""
    return "\n".join(_bullets(voice(lang).rule_lines(rule, names), top=""))


def predicate_sentence(predicate: AnyPredicate, lang: str, names: Names = _NO_NAMES) -> str:
    """A condition in one line."""
    return voice(lang).predicate_sentence(predicate, names)


def section_lines(rulebook: Rulebook, section: str, lang: str) -> list[Line]:
    """The lines of one section below its heading, with their depth."""
    return _lines(rulebook, section, voice(lang))


def _document(rulebook: Rulebook, words: Voice) -> Iterator[str]:
    names = names_of(rulebook)
    yield from (f"# {rulebook.title}", "", words.zone_line(rulebook))
    for section in words.HEADINGS:
        if not getattr(rulebook, section):
            continue
        yield from ("", f"## {words.heading(section, names)}", "")
        if section == "purpose" and rulebook.purpose:
            yield words.purpose_line(rulebook.purpose)
        elif section == "scoring" and rulebook.scoring:
            yield from _scoring(rulebook.scoring, words, names)
        else:
            yield from _bullets(_lines(rulebook, section, words))


def _bullets(lines: list[Line], top: str = "- ") -> Iterator[str]:
    for depth, text in lines:
        yield f"{'  ' * depth}{'- ' if depth else top}{text}"


def _lines(rulebook: Rulebook, section: str, words: Voice) -> list[Line]:
    names = names_of(rulebook)
    if section == "calendar" and rulebook.calendar:
        return words.calendar_lines(rulebook.calendar)
    if section == "kpis" and rulebook.kpis:
        return [(0, words.kpi_line(key, kpi, names)) for key, kpi in rulebook.kpis.items()]
    if section == "deal" and rulebook.deal:
        return words.deal_lines(rulebook.deal)
    if section == "handover" and rulebook.handover:
        return words.handover_lines(rulebook.handover, names)
    if section == "reviews" and rulebook.reviews:
        return words.review_lines(rulebook.reviews)
    return [line for rule in _rules(rulebook, section) for line in words.rule_lines(rule, names)]


def _rules(rulebook: Rulebook, section: str) -> tuple[Rule, ...]:
    if section == "mql" and rulebook.mql:
        return (rulebook.mql,)
    if section == "inputs":
        return rulebook.inputs
    if section == "gates":
        return rulebook.gates
    return rulebook.meetings if section == "meetings" else ()


def _scoring(scoring: Scoring, words: Voice, names: Names) -> Iterator[str]:
    limits = words.range_line(scoring.range) if scoring.range else ""
    general: list[Line] = [(0, limits)] if limits else []
    yield from _bullets(general + (words.grade_lines(scoring.grades) if scoring.grades else []))
    for group in scoring.behaviour:
        yield from ("", f"### {words.group_heading(group)}", "")
        if words.group_limits(group):
            yield from (words.group_limits(group), "")
        for rule in group.rules:
            yield from _bullets(words.rule_lines(rule, names))
    if scoring.fit:
        yield from ("", f"### {words.FIT_HEADING}", "")
        for fit_rule in scoring.fit.rules:
            yield from _bullets(words.rule_lines(fit_rule, names))
