"""English sentences for events and conditions."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Clause,
    Combination,
    CountClause,
    DaysClause,
    EventMatch,
    LastClause,
    ScoreClause,
)
from teichaku.engine.rulebook.prose import en_words as w
from teichaku.engine.rulebook.prose.names import Names
from teichaku.engine.rulebook.prose.patterns import literal_words, path_meaning

Line = tuple[int, str]


class Act(NamedTuple):
    """What happened to what: verb (gerund, past), object, which filter names it."""

    gerund: str
    past: str
    noun: str
    named_by: str = ""


def act_of(event: str, names: Names) -> Act:
    """The words of an event type."""
    deal = w.deal_name(names)
    return {
        "page_view": Act("viewing", "viewed", "a page", "path"),
        "form_submit": Act("submitting", "submitted", "a form", "form"),
        "download": Act("downloading", "downloaded", "an asset", "asset"),
        "email_open": Act("opening", "opened", "a mail"),
        "email_click": Act("clicking", "clicked", "a link in a mail"),
        "seminar_register": Act("registering for", "registered for", "a seminar"),
        "seminar_attend": Act("attending", "attended", "a seminar"),
        "exhibition": Act("meeting us at", "met us at", "an exhibition"),
        "card_exchange": Act("exchanging", "exchanged", "business cards"),
        "call": Act("talking in", "talked in", "a call"),
        "meeting": Act("having", "had", "a meeting"),
        "web_custom": Act("doing", "did", "a custom action on the web"),
        "deal_created": Act("getting", "got", f"{w.a(deal)} created"),
        "deal_won": Act("having", "had", f"{w.a(deal)} won"),
        "deal_lost": Act("having", "had", f"{w.a(deal)} lost"),
        "handover_accepted": Act("being", "was", "accepted by sales"),
        "handover_returned": Act("being", "was", "returned to marketing"),
        "opt_out": Act("asking for", "asked for", "an end of mailings"),
    }.get(event, Act("doing", "did", f"“{event}”"))


def event_name(event: str, names: Names) -> str:
    """An event type as a noun phrase: viewing a page."""
    act = act_of(event, names)
    return f"{act.gerund} {act.noun}"


def _pages(pattern: str) -> str:
    kind, part = path_meaning(pattern)
    return {
        "top": "the top page (/)",
        "anything": "any page (/ and below)",
        "below": f"a page under {part}",
        "children": f"a page directly under {part}",
        "prefix": f"a page that begins with {part} on that level",
        "exact": f"the page {part}",
        "pattern": f"a page of the form {part}",
    }[kind]


_FILTERS = {
    "path": "page",
    "form": "the form",
    "asset": "the asset",
    "campaign": "campaign",
    "rank": "rank",
}


def matched(match: EventMatch, names: Names) -> str:
    """What the event is about, with every filter: a page under /service/."""
    act = act_of(match.event, names)
    noun, rest = act.noun, []
    for key, word in _FILTERS.items():
        values: tuple[str, ...] | None = getattr(match, key)
        if values is None:
            continue
        if key == "path":
            text = w.listed((_pages(value) for value in values), "or")
        else:
            text = f"{word} {w.quoted(values, 'or')}"
        if key == act.named_by:
            noun = text
        else:
            rest.append(text)
    return f"{noun} ({'; '.join(rest)})" if rest else noun


def _window(within: Duration | None) -> str:
    if within is None:
        return "at any time so far"
    return f"within the past {w.span(within).removeprefix('1 ')}"


def _attribute(clause: AttributeClause) -> str:
    name = w.ATTRIBUTES.get(clause.attribute, f"the attribute “{clause.attribute}”")
    if clause.is_ is not None:
        if isinstance(clause.is_, bool) and clause.attribute in w.TRAITS:
            return w.TRAITS[clause.attribute][0 if clause.is_ else 1]
        return f"{name} is {w.scalar(clause.is_)}"
    if clause.in_ is not None:
        return f"{name} is {w.listed(map(w.scalar, clause.in_), 'or')}"
    if clause.between is not None:
        low, high = clause.between
        word = "lies from" if isinstance(low, date) else "is"
        return f"{name} {word} {w.scalar(low)} to {w.scalar(high)}"
    words = literal_words(clause.matches or "")
    if words:
        return f"{name} contains {w.quoted(words, 'or')}"
    return f"{name} matches the search pattern “{clause.matches}”"


def clause_sentence(clause: Clause, names: Names) -> str:
    """One leaf of a condition."""
    if isinstance(clause, AttributeClause):
        return _attribute(clause)
    if isinstance(clause, ScoreClause):
        return f"{w.AXES[clause.score]} is at least {w.points(clause.at_least)}"
    if isinstance(clause, CountClause):
        act, what = act_of(clause.count.event, names), matched(clause.count, names)
        often = f"at least {w.often(clause.at_least)}"
        return f"the lead {act.past} {what} {often} {_window(clause.within)}"
    if isinstance(clause, DaysClause):
        act, what = act_of(clause.days.event, names), matched(clause.days, names)
        often = f"on at least {w.counted(clause.at_least, 'different day')}"
        return f"the lead {act.past} {what} {often} {_window(clause.within)}"
    if isinstance(clause, LastClause):
        act, what = act_of(clause.last.event, names), matched(clause.last, names)
        return f"the lead last {act.past} {what} {_window(clause.within)}"
    return f"the total score is at least {w.points(clause.rising)} above that of 7 days before"


def predicate_sentence(predicate: AnyPredicate, names: Names) -> str:
    """A condition in one line."""
    if not isinstance(predicate, Combination):
        return clause_sentence(predicate, names)
    pieces = []
    if predicate.all_:
        pieces.append(" and ".join(_inner(part, names) for part in predicate.all_))
    if predicate.any_:
        joined = " or ".join(_inner(part, names) for part in predicate.any_)
        more = len(predicate.any_) > 1 and (predicate.all_ or predicate.none_)
        pieces.append(f"({joined})" if more else joined)
    if predicate.none_:
        parts = [f"({predicate_sentence(part, names)})" for part in predicate.none_]
        head = "none of these holds:" if len(parts) > 1 else "this does not hold:"
        pieces.append(f"{head} {', '.join(parts)}")
    return ", and ".join(pieces)


def _inner(part: AnyPredicate, names: Names) -> str:
    text = predicate_sentence(part, names)
    return f"({text})" if isinstance(part, Combination) else text


def outline(predicate: AnyPredicate, names: Names, depth: int = 0) -> list[Line]:
    """A condition as indented lines, for conditions too long for one."""
    if not isinstance(predicate, Combination):
        return [(depth, clause_sentence(predicate, names))]
    lines: list[Line] = []
    for parts, head in (
        (predicate.all_, "all of these hold"),
        (predicate.any_, "at least one of these holds"),
        (predicate.none_, "none of these holds"),
    ):
        if parts is None:
            continue
        lines.append((depth, f"and {head}:" if lines else f"{head}:"))
        for part in parts:
            lines.extend(_bracketed(part, names, depth + 1))
    return lines


def _bracketed(part: AnyPredicate, names: Names, depth: int) -> list[Line]:
    """A part of a list; several lists in it stand under one line, so that they stay one part."""
    if isinstance(part, Combination) and sum(map(bool, (part.all_, part.any_, part.none_))) > 1:
        return [(depth, "this whole group holds:"), *outline(part, names, depth + 1)]
    return outline(part, names, depth)


def definition(predicate: AnyPredicate, names: Names) -> list[Line]:
    """The definition of an MQL: what must hold, then who is left out."""
    if not isinstance(predicate, Combination) or not predicate.none_:
        return outline(predicate, names)
    if not (predicate.all_ or predicate.any_):
        return outline(predicate, names)
    lines = outline(predicate.model_copy(update={"none_": None}), names)
    several = len(predicate.none_) > 1
    lines.append((0, f"except where {'one of these' if several else 'this'} holds:"))
    for part in predicate.none_:
        lines.extend(_bracketed(part, names, 1))
    return lines
