"""Saving what was entered on a card: every answer is checked as the rules will judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import cast

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.console.entry_card import EntryCard
from teichaku.console.entry_fields import AGAIN, FIELD, SEEN, EntryField, day_text
from teichaku.console.entry_records import Answers
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.entry_times import entry_time_tell
from teichaku.core.errors import InvalidInput, TeichakuError
from teichaku.core.forms import DayField
from teichaku.deals.gate_facts import field_values
from teichaku.inputs.models import OPEN, Obligation
from teichaku.inputs.services import obligations_refresh

LONGEST = 2_000
WRONG: dict[str, Promise] = {
    "missing": gettext_lazy("Enter this. If nobody can know it, ask for an exception."),
    "missing_or_unknown": gettext_lazy("Enter this, or say that it is unknown and when to ask."),
    "placeholder": gettext_lazy("This says nothing yet. Enter what is known."),
    "no_choice": gettext_lazy("Choose one of the answers."),
    "no_date": gettext_lazy("This is no date. Enter one such as 2026/11/22 or 2026年11月22日."),
    "not_past": gettext_lazy("This day lies in the future. Enter when it was."),
    "unknown_refused": gettext_lazy("Unknown is no answer here. Enter what is known."),
    "ask_again_due": gettext_lazy("The day to ask again has passed. Choose a later one."),
}


@dataclass(slots=True)
class Told:
    """What a person told on a card: answers to be saved, and what is wrong with the others."""

    texts: dict[str, str] = field(default_factory=dict)
    unknowns: dict[str, date] = field(default_factory=dict)
    shown: dict[str, EntryField] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return not any(each.error for each in self.shown.values())


def told_on(
    card: EntryCard, posted: QueryDict, actor: Actor, *, only: str = "", take: str = ""
) -> Told:
    """What the form says of the card's fields, or of the ``only`` one that is being saved.

    ``take`` is a suggestion that was pressed: the name of a control, a colon, its value.
    """
    told = Told()
    taken, _colon, value = take.partition(":")
    for each in card.fields:
        if each.kind == "elsewhere" or f"{SEEN}{each.name}" not in posted:
            continue  # the form did not show it
        text, again = (posted.get(f"{part}{each.name}", "") for part in (FIELD, AGAIN))
        if taken in (f"{FIELD}{each.name}", f"{AGAIN}{each.name}"):
            text, again = (value, "") if taken.startswith(FIELD) else ("", value)
        shown = replace(each, is_shown=True, text=text[:LONGEST].strip(), again=again.strip())
        told.shown[each.name] = shown
        if not only or each.name == only:
            _take(card, told, shown, posted.get(f"{SEEN}{each.name}", ""), actor)
    return told


def entry_save(
    card: EntryCard, told: Told, posted: Mapping[str, str], *, actor: Actor, source: str
) -> None:
    """Nothing; the answers are written and the tasks that they settle are settled."""
    if told.texts or told.unknowns:
        card.record.save(Answers(told.texts, told.unknowns), actor, source)
    obligations_refresh(about=card.record.related(), actor=actor)
    if card.is_open and not _still_open(card):
        # Once per task, from its first key to the save that settled it.
        first = card.obligations[0]
        entry_time_tell(posted, subject_kind=first.subject_kind, subject_id=first.subject_id)


def _still_open(card: EntryCard) -> bool:
    ids = [row.pk for row in card.obligations]
    return Obligation.objects.filter(pk__in=ids, state=OPEN).exists()


def field_saved(card: EntryCard, told: Told, name: str) -> EntryField:
    """The field after it was saved alone, with its way back."""
    before, shown = cast(EntryField, card.field(name)), told.shown[name]
    text, again = card.record.text(name), card.record.ask_again(name)
    changed = (text, again) != (before.text, before.again)
    return replace(
        shown,
        text=text,
        again=again,
        seen=text or again,
        saved_at=clock.now() if changed else None,
        was=before.text or (f"{AGAIN}{before.again}" if before.again else ""),
    )


def taken_back(card: EntryCard, posted: QueryDict, name: str, actor: Actor) -> EntryField:
    """The field as it was before it was saved; what was not known then is empty again."""
    shown = cast(EntryField, card.field(name))
    was = posted.get(f"was.{name}", "")
    day = was.removeprefix(AGAIN) if was.startswith(AGAIN) else ""
    texts = {} if day else {name: was}
    unknowns = {name: date.fromisoformat(day)} if day else {}
    card.record.save(Answers(texts, unknowns), actor, "undo")
    obligations_refresh(about=card.record.related(), actor=actor)
    text, again = card.record.text(name), card.record.ask_again(name)
    return replace(shown, text=text, again=again, seen=text or again)


def _take(card: EntryCard, told: Told, shown: EntryField, seen: str, actor: Actor) -> None:
    """Nothing; the answer is noted to be saved, or what is wrong with it."""
    name, stored = shown.name, card.field(shown.name)
    assert stored is not None
    if stored.seen not in (seen, shown.text or shown.again):
        told.shown[name] = replace(
            shown,
            seen=stored.seen,
            error=_("Someone else entered “%s” in the meantime. Look at it and decide.")
            % stored.seen,
        )
        return
    try:
        again = None if shown.text else _day(shown.again)
        wrong = _defect(card, name, shown.text, again, actor)
    except TeichakuError as error:
        told.shown[name] = replace(shown, error=str(error))
        return
    if wrong:
        told.shown[name] = replace(shown, error=wrong)
    elif shown.text:
        told.texts[name] = shown.text
    elif again is not None:
        told.unknowns[name] = again


def _defect(card: EntryCard, name: str, text: str, again: date | None, actor: Actor) -> str:
    """What every rule that asks for the field would find wrong, in words; '' for nothing."""
    value = card.record.typed(name, text, actor) if text else None
    value = field_values({name: value}).get(name)
    for asked in card.asked[name]:
        code = asked.answered(value, again)
        if code == "not_future":
            return _("Choose a day from %s on.") % day_text(asked.today)
        if code == "missing" and asked.unknown_allowed and card.record.knows_unknown:
            code = "missing_or_unknown"
        if code:
            return str(WRONG[code])
    return ""


def _day(text: str) -> date | None:
    try:
        found: date | None = DayField(required=False).clean(text)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages)) from error
    return found
