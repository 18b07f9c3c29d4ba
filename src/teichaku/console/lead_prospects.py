"""What separates a lead from an MQL, and what of its score ends next, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.console.points import change_text, shown_change
from teichaku.core.instants import instant_of
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import DaysClause, RisingClause, ScoreClause
from teichaku.engine.rulebook.prose.names import names_of
from teichaku.engine.rulebook.show import predicate_sentence
from teichaku.scoring.explanations import Prospects
from teichaku.scoring.nearest import Ending, Need

SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One thing that is missing; ``until``: by when, or from when where one has to wait."""

    head: str
    text: str
    until: datetime | None
    waits: bool
    ways: Sequence[str]


@dataclass(frozen=True, slots=True)
class EndingLine:
    """What ends at an instant, and what that does to the total."""

    at: datetime
    texts: Sequence[str]
    points: str


@dataclass(frozen=True, slots=True)
class ProspectLines:
    """Both lists as the page shows them."""

    needs: Sequence[NeedLine]
    endings: Sequence[EndingLine]


def prospect_lines(prospects: Prospects, rulebook: Rulebook, lang: str) -> ProspectLines:
    """The prospects in words."""
    labels = _labels(rulebook)
    return ProspectLines(
        [_need(need, rulebook, labels, lang) for need in prospects.needs],
        [_ending(one, rulebook, labels, lang) for one in prospects.endings],
    )


def _need(need: Need, rulebook: Rulebook, labels: Mapping[str, str], lang: str) -> NeedLine:
    text = predicate_sentence(need.clause, lang, names_of(rulebook))
    until = None if need.until is None else instant_of(need.until)
    ways = [_way(labels[way.rule], way.times) for way in need.ways[:SUGGESTED]]
    return NeedLine(_head(need), text, until, need.kind == "wait", ways)


def _head(need: Need) -> str:
    if need.kind == "events":
        if isinstance(need.clause, DaysClause):
            said = ngettext("%(count)s more day", "%(count)s more days", need.count)
        else:
            said = ngettext("%(count)s more time", "%(count)s more times", need.count)
        return said % {"count": need.count}
    if need.kind == "points":
        points = f"{-(-need.points * 10 // MICRO) / 10:g}"
        return _("%(points)s more points") % {"points": points}
    if need.kind == "attribute":
        if isinstance(need.clause, ScoreClause | RisingClause):
            return _("Too little fit")
        return _("Who the lead is")
    return _("Not as long as this applies")


def _way(label: str, times: int) -> str:
    said = ngettext("%(label)s, %(hits)s time", "%(label)s, %(hits)s times", times)
    return said % {"label": label, "hits": times}


def _ending(one: Ending, rulebook: Rulebook, labels: Mapping[str, str], lang: str) -> EndingLine:
    names = names_of(rulebook)
    texts = [labels[rule] for rule in one.rules]
    texts += [
        _("no longer counts for: %(clause)s") % {"clause": predicate_sentence(c, lang, names)}
        for c in one.clauses
    ]
    points = change_text(shown_change(one.points / MICRO)) if one.points else ""
    return EndingLine(instant_of(one.at), texts, points)


def _labels(rulebook: Rulebook) -> dict[str, str]:
    groups = rulebook.scoring.behaviour if rulebook.scoring else ()
    return {rule.id: rule.label or rule.id for group in groups for rule in group.rules}
