"""The cards that people fill in about a deal, and the conditions of its lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.forms import DayField, plain_widgets
from teichaku.deals.activities import KINDS, Entry
from teichaku.deals.deal_input import LABELS, AmountField
from teichaku.deals.deal_list import SCOPES, SORTS, STATES, DealFilter
from teichaku.deals.deal_writes import Closing
from teichaku.deals.gate_rules import GateBook, gate_book
from teichaku.deals.outcome_chips import (
    UNKNOWN,
    OutcomeHint,
    outcome_chips,
    outcome_hints,
    outcomes_of,
)
from teichaku.intake.instants import day_end

KIND_ICONS = {"call": "phone", "mail": "mail", "visit": "map-pin", "online": "video"}
STATE_LABELS: dict[str, Promise] = {
    "overdue": gettext_lazy("Next action overdue"),
    "today": gettext_lazy("Next action today"),
    "nothing": gettext_lazy("No next action"),
    "past_close": gettext_lazy("Past the expected order date"),
    "stale": gettext_lazy("No movement for 30 days"),
    "unlinked": gettext_lazy("Without a lead"),
    "pending": gettext_lazy("Exception asked for"),
}
SORT_LABELS: dict[str, Promise] = {
    "close": gettext_lazy("Expected order date"),
    "next": gettext_lazy("Date of the next action"),
    "amount": gettext_lazy("Amount, highest first"),
    "new": gettext_lazy("Newest first"),
}
SCOPE_LABELS: dict[str, Promise] = {
    "open": gettext_lazy("In progress"),
    "won": gettext_lazy("Won"),
    "lost": gettext_lazy("Lost"),
    "all": gettext_lazy("All"),
}
DAMAGED = gettext_lazy("The address of this page is damaged. Start again from the first page.")
OTHER_DAY = "other"


class DealFilterForm(forms.Form):
    """The conditions of the list, their order, and the deal after which the page starts."""

    q = forms.CharField(label=gettext_lazy("Deal or company"), required=False, max_length=100)
    scope = forms.ChoiceField(required=False, choices=[(each, each) for each in SCOPES])
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    least = AmountField(label=gettext_lazy("Amount from"), required=False)
    most = AmountField(label=gettext_lazy("Amount up to"), required=False)
    month = forms.DateField(
        label=gettext_lazy("Month of the order"),
        required=False,
        input_formats=["%Y-%m", "%Y/%m", "%Y年%m月"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month"}),
        error_messages={"invalid": gettext_lazy("This is no month. Enter one such as 2026-11.")},
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Order"), required=False, choices=list(SORT_LABELS.items())
    )
    after = forms.UUIDField(required=False, error_messages={"invalid": DAMAGED})

    def __init__(
        self, data: Any, *, stages: list[tuple[str, str]], owners: list[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        chosen: dict[str, list[tuple[str, Any]]] = {
            "stage": stages,
            "owner": owners,
            "state": [(each, STATE_LABELS[each]) for each in STATES],
        }
        for name, choices in chosen.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            every = _("Every state") if name == "state" else _("All")
            field.choices = [("", every), *choices]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = str(DAMAGED)
        plain_widgets(self)

    def wanted(self) -> DealFilter:
        """What a valid address asks for."""
        told = self.cleaned_data
        return DealFilter(
            text=told["q"],
            scope=told["scope"] or SCOPES[0],
            stage=told["stage"],
            owner=told["owner"],
            state=told["state"],
            least=told["least"],
            most=told["most"],
            month=told["month"],
            sort=told["sort"] or next(iter(SORTS)),
        )


class ActivityForm(forms.Form):
    """What came of a call or visit and what is next, in chips."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What was it?"),
        widget=forms.RadioSelect,
        choices=[(kind, KINDS[kind]) for kind in KIND_ICONS],
        error_messages={"required": gettext_lazy("Choose call, e-mail, visit or online.")},
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What came of it?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what came of it. Unknown is an answer too.")
        },
    )
    next_action = forms.CharField(label=LABELS["next_action"], required=False, max_length=200)
    next_on = forms.ChoiceField(
        label=gettext_lazy("When?"), required=False, widget=forms.RadioSelect
    )
    next_day = DayField(label=gettext_lazy("Choose a day"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    day = DayField(label=gettext_lazy("When it was, if not today"), required=False)

    def __init__(self, data: Any = None, *, book: GateBook) -> None:
        super().__init__(data)
        self._book = book
        self.chips = outcome_chips(book)
        for name, choices in (
            ("outcome", [(chip.value, chip.label) for chip in self.chips]),
            ("next_on", [*day_chips(book.today()).items(), (OTHER_DAY, _("Another day"))]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        plain_widgets(self)

    def hints(self) -> list[OutcomeHint]:
        """What the rulebook says of outcomes."""
        return outcome_hints(self._book)

    def clean(self) -> dict[str, Any]:
        """The values; without a day somewhere an unknown outcome would stay unknown."""
        told = super().clean() or {}
        named = outcomes_of(self._book, told.get("kind", ""))
        if "kind" in told and "outcome" in told and told["outcome"] not in named:
            self.add_error("outcome", _("Choose one of: %s.") % ", ".join(named))
        chosen = told.get("next_on") or ""
        typed = told.get("next_day")
        on = typed if chosen in ("", OTHER_DAY) else date.fromisoformat(chosen)
        told["on"] = on
        if told.get("outcome") == UNKNOWN and on is None and not self.errors:
            self.add_error("next_on", _("Say on which day you will check, because it is unknown."))
        if told.get("next_action") and on is None and not self.errors:
            self.add_error(
                "next_on", _("Say when the next action is, so that it is not forgotten.")
            )
        return told

    def entry(self) -> Entry:
        """What the valid card says."""
        told = self.cleaned_data
        day: date | None = told["day"]
        today = self._book.today()
        action, unknown = told["next_action"], told["outcome"] == UNKNOWN
        if told["on"] and not action:
            action = _("Check the outcome") if unknown else _("Get in touch")
        return Entry(
            kind=told["kind"],
            at=day_end(day, self._book.zone) if day and day != today else None,
            outcome="" if unknown else told["outcome"],
            unknowns={"outcome": told["on"]} if unknown else {},
            note=told["note"],
            next_action=action,
            next_action_on=told["on"],
        )


def day_chips(today: date) -> Mapping[str, str]:
    """The days that are asked for most, by their dates."""
    monday = today + timedelta(days=7 - today.weekday())
    days = (
        (today, _("Today")),
        (today + timedelta(days=1), _("Tomorrow")),
        (monday, _("Next Monday")),
    )
    # On a Sunday tomorrow is the next Monday; it stands there once.
    found: dict[str, str] = {}
    for day, label in days:
        found.setdefault(day.isoformat(), f"{label} {day.month}/{day.day}")
    return found


class WonForm(forms.Form):
    """The closing card of a won deal."""

    amount = AmountField(
        label=gettext_lazy("Amount, without tax"),
        error_messages={"required": gettext_lazy("Enter the amount of the order, without tax.")},
    )
    closed_on = DayField(label=LABELS["closed_on"])
    deciding_factor = forms.CharField(
        label=LABELS["deciding_factor"],
        max_length=500,
        help_text=gettext_lazy("What decided the order, so that others can use it."),
    )

    def __init__(self, data: Any = None, *, initial: Any = None, reasons: Any = ()) -> None:
        super().__init__(data, initial=initial)
        plain_widgets(self)

    def closing(self) -> Closing:
        """What the valid card says."""
        return Closing(outcome="won", **self.cleaned_data)


class LostForm(forms.Form):
    """The closing card of a lost deal."""

    lost_reason = forms.CharField(label=LABELS["lost_reason"], max_length=200)
    closed_on = DayField(label=LABELS["closed_on"])
    competitor = forms.CharField(
        label=LABELS["competitor"],
        required=False,
        max_length=200,
        help_text=gettext_lazy("Who got the order, if known."),
    )
    approach_again_on = DayField(
        label=LABELS["approach_again_on"],
        required=False,
        help_text=gettext_lazy("On this day it becomes a task of the owner."),
    )

    def __init__(self, data: Any = None, *, initial: Any = None, reasons: Any = ()) -> None:
        super().__init__(data, initial=initial)
        if reasons:
            self.fields["lost_reason"] = forms.ChoiceField(
                label=LABELS["lost_reason"],
                widget=forms.RadioSelect,
                choices=[(each, each) for each in reasons],
                error_messages={"required": _("Choose why the deal was lost.")},
            )
        plain_widgets(self)

    def closing(self) -> Closing:
        """What the valid card says."""
        return Closing(outcome="lost", **self.cleaned_data)


def closing_form(outcome: str, data: Any = None, *, amount: int | None = None) -> forms.Form:
    """The card of that outcome, with the deal's amount and today to start from."""
    book = gate_book()
    initial = {"closed_on": book.today(), "amount": f"{amount:,}" if amount is not None else ""}
    made = WonForm if outcome == "won" else LostForm
    return made(data, initial=initial, reasons=book.lost_reasons)
