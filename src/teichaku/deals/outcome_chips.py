"""What may have come of an activity, to choose from: as the rulebook says for its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.registry import Text
from teichaku.deals.activities import KINDS
from teichaku.deals.gate_rules import GateBook
from teichaku.deals.models import Activity

UNKNOWN = "不明"
USUAL = ("前進", "変化なし", "止まった")  # where no rule names any
# What is stored is the company's language; the label is the reader's.
OUTCOMES: dict[str, Promise] = {
    "前進": gettext_lazy("Moved forward"),
    "変化なし": gettext_lazy("No change"),
    "止まった": gettext_lazy("Came to a stop"),
    UNKNOWN: gettext_lazy("Unknown (enter a day to check)"),
    "つながらなかった": gettext_lazy("No answer"),
    "予定を入れた": gettext_lazy("Made an appointment"),
}


@dataclass(frozen=True, slots=True)
class OutcomeChip:
    """An outcome to choose; ``kinds`` are the kinds of activities that it is for."""

    value: str
    label: Text
    kinds: str


@dataclass(frozen=True, slots=True)
class OutcomeHint:
    """What a rule says that the outcome means, with its example."""

    means: str
    example: str
    kinds: str


def outcomes_of(book: GateBook, kind: str) -> Sequence[str]:
    """What the outcome of such an activity may be; 不明 where the rule allows it."""
    asked = book.outcomes.get(kind)
    if asked is None:
        return (*USUAL, UNKNOWN)
    named = tuple(str(choice) for choice in asked.field.choices) or USUAL
    return (*named, UNKNOWN) if asked.unknown_allowed else named


def outcome_chips(book: GateBook) -> list[OutcomeChip]:
    """Every outcome once, in the order of the rules, 不明 last."""
    kinds: dict[str, list[str]] = {}
    for kind in KINDS:
        for value in outcomes_of(book, kind):
            kinds.setdefault(value, []).append(kind)
    unknown = {UNKNOWN: kinds.pop(UNKNOWN)} if UNKNOWN in kinds else {}
    return [
        OutcomeChip(value, OUTCOMES.get(value, value), " ".join(named))
        for value, named in (kinds | unknown).items()
    ]


def outcome_hints(book: GateBook) -> list[OutcomeHint]:
    """What the rules say of outcomes, equal words once."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for kind, asked in book.outcomes.items():
        if asked.field.means:
            kinds.setdefault((asked.field.means, asked.field.example or ""), []).append(kind)
    return [OutcomeHint(*told, " ".join(named)) for told, named in kinds.items()]


def outcome_text(activity: Activity) -> Text:
    """What came of the activity, or until when that is unknown."""
    again: str = (activity.unknowns or {}).get("outcome", "")
    if again:
        return _("Unknown; ask again on %s") % again.replace("-", "/")
    return OUTCOMES.get(activity.outcome, activity.outcome)
