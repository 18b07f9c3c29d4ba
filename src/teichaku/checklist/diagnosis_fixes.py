"""The first three things to fix: where the yen are, and what the other items wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from teichaku.checklist.diagnosis_gaps import MissingFile
from teichaku.checklist.diagnosis_input import InputState
from teichaku.checklist.diagnosis_items import item_evidence
from teichaku.checklist.pain_lists import PainList
from teichaku.checklist.selectors import ChecklistReport
from teichaku.checklist.sentences import item_title
from teichaku.engine.checklist.items import DEPENDENTS

FIRST = 3
INPUT_RULES = 4  # the item


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to do: a sentence, why it comes first, and the part of the report it is about."""

    what: str
    why: str
    anchor: str


def first_fixes(
    lists: Sequence[PainList],
    inputs: InputState,
    checklist: ChecklistReport,
    missing: Sequence[MissingFile],
) -> tuple[Fix, ...]:
    """At most three: the list worth most, the item that others wait for, then what is left."""
    ranked = sorted(
        (found for found in lists if found.count),
        key=lambda found: (-found.worth, -(found.count or 0)),
    )
    waiting = [_list_fix(found) for found in ranked]
    item = _item_fix(checklist)
    # Point 4 and the fix for missing input are one and the same.
    entering = [] if checklist.next_item == INPUT_RULES else _input_fixes(inputs)
    rest = [*waiting[1:], *entering, *_file_fixes(missing)]
    ordered = [*waiting[:1], *item, *rest]
    return tuple(ordered[:FIRST])


def _list_fix(found: PainList) -> Fix:
    does = {
        "hot_leads": _("Give every MQL left alone an owner and a first contact this week."),
        "stalled_deals": _(
            "Set a next action with a date in every open deal that stands still, or close it."
        ),
        "unlinked_deals": _(
            "Link the new deals to their leads, and from now on create deals from a lead only."
        ),
        "duplicate_companies": _(
            "Merge the companies entered twice, before counting or handing over anything."
        ),
    }
    return Fix(does[found.key], found.finding, found.key)


def _item_fix(checklist: ChecklistReport) -> list[Fix]:
    number = checklist.next_item
    if number is None:
        return []
    finding = next(one for one in checklist.findings if one.item == number)
    what = _("Reach point %(number)s of the 20: %(title)s.") % {
        "number": number,
        "title": item_title(number),
    }
    waiting = len(DEPENDENTS.get(number, ()))
    why = item_evidence(finding)
    if waiting:
        why = _("%(count)s other points stand on it. %(why)s") % {"count": waiting, "why": why}
    return [Fix(what, why, "checklist")]


def _input_fixes(inputs: InputState) -> Iterator[Fix]:
    if inputs.lacking:
        yield Fix(
            _("Decide who enters what by when for open deals, and fill what is missing once."),
            _("Of %(asked)s values in open deals, %(lacking)s are missing.")
            % {"asked": f"{inputs.asked:,}", "lacking": f"{inputs.lacking:,}"},
            "input",
        )


def _file_fixes(missing: Sequence[MissingFile]) -> Iterator[Fix]:
    for gap in missing:
        yield Fix(
            _("Add the file “%(file)s” and run the diagnosis again.") % {"file": gap.file},
            _("It would show: %(unlocks)s.") % {"unlocks": gap.unlocks},
            "missing",
        )
