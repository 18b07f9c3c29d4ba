"""What people enter to say who belongs to a segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from teichaku.console.segment_rows import OBJECTS, Row
from teichaku.engine.rulebook.grade_conditions import GRADE
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.prose import en_words, ja_words
from teichaku.engine.rulebook.vocabulary import EVENT_TYPES
from teichaku.leads.models import AttributeDefinition
from teichaku.tracking.event_words import EVENT_WORDS
from teichaku.tracking.selectors import event_types

MOST_ROWS = 40
KINDS = [
    ("count", _("Did something")),
    ("last", _("Did something lately")),
    ("days", _("Did something on several days")),
    ("score", _("Score")),
    ("grade", _("Grade")),
    ("rising", _("Score rises")),
    ("attribute", _("Who they are")),
]
SHOWN: Mapping[str, tuple[str, ...]] = {
    "count": ("event", "object", "campaign", "at_least", "within"),
    "days": ("event", "object", "campaign", "at_least", "within"),
    "last": ("event", "object", "campaign", "within"),
    "score": ("axis", "points"),
    "rising": ("points",),
    "grade": ("grades",),
    "attribute": ("attribute", "operator", "value", "upto"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "count": ("event", "at_least"),
    "days": ("event", "at_least"),
    "last": ("event", "within"),
    "score": ("axis", "points"),
    "rising": ("points",),
    "grade": ("grades",),
    "attribute": ("attribute", "operator", "value"),
}


# Other boxes are asked for: the conditions are drawn anew as they were typed.
_REDRAWS = {
    "hx-post": "",
    "hx-vals": '{"redraw": "1"}',
    "hx-target": "#conditions",
    "hx-select": "#conditions",
    "hx-swap": "outerHTML",
}


def _input(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attributes})


def _select(**attributes: str) -> forms.Select:
    return forms.Select(attrs={"class": "input", **attributes})


class SegmentForm(forms.Form):
    """A segment's name and what it is for."""

    name = forms.CharField(label=_("Name of the segment"), max_length=100, widget=_input())
    note = forms.CharField(
        label=_("What it is for"), required=False, max_length=500, widget=_input()
    )


class ConditionForm(forms.Form):
    """One condition: of which kind, and what that kind asks for."""

    group = forms.ChoiceField(
        label=_("Must hold"),
        choices=[
            ("all", _("in any case")),
            ("any", _("or one of those marked so")),
            ("none", _("not at all")),
        ],
        widget=_select(),
    )
    kind = forms.ChoiceField(label=_("About"), choices=KINDS, widget=_select(**_REDRAWS))
    event = forms.ChoiceField(
        label=_("What was done"), required=False,
        widget=_select(**_REDRAWS),
    )  # fmt: skip
    object = forms.CharField(
        label=_("Page, form or material; empty: any"), required=False, max_length=300,
        widget=_input(),
    )  # fmt: skip
    campaign = forms.CharField(
        label=_("Campaign; empty: any"), required=False, max_length=200, widget=_input()
    )
    at_least = forms.IntegerField(
        label=_("At least, times or days"), required=False, min_value=1, max_value=10_000,
        widget=_input(inputmode="numeric"),
    )  # fmt: skip
    within = forms.IntegerField(
        label=_("Within days; empty: ever"), required=False, min_value=1, max_value=3_650,
        widget=_input(inputmode="numeric"),
    )  # fmt: skip
    axis = forms.ChoiceField(label=_("Which score"), required=False, widget=_select())
    points = forms.FloatField(
        label=_("At least, points"), required=False, min_value=-1_000_000, max_value=1_000_000,
        widget=_input(inputmode="decimal"),
    )  # fmt: skip
    grades = forms.MultipleChoiceField(
        label=_("One of these grades"), required=False, widget=forms.CheckboxSelectMultiple()
    )
    attribute = forms.ChoiceField(label=_("Field"), required=False, widget=_select())
    operator = forms.ChoiceField(
        label=_("Is"), required=False, widget=_select(**_REDRAWS),
        choices=[
            ("in", _("one of these, with commas between")),
            ("between", _("from … to …")),
            ("matches", _("containing, as a pattern")),
        ],
    )  # fmt: skip
    value = forms.CharField(label=_("Value"), required=False, max_length=500, widget=_input())
    upto = forms.CharField(label=_("Up to"), required=False, max_length=100, widget=_input())

    use_required_attribute = False

    def __init__(self, *args: Any, choices: Mapping[str, Sequence[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in choices.items():
            field = cast(forms.ChoiceField, self.fields[name])
            here = self[name].value() or []
            kept = [here] if isinstance(here, str) else [str(one) for one in here]
            values = {value for value, _word in known}
            field.choices = [*known, *((v, v) for v in kept if v and v not in values)]

    @property
    def shown(self) -> list[forms.BoundField]:
        """The boxes that the kind asks for."""
        names = list(SHOWN.get(str(self["kind"].value()), ()))
        if str(self["event"].value()) not in OBJECTS and "object" in names:
            names.remove("object")
        if "upto" in names and self["operator"].value() != "between":
            names.remove("upto")
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        """What the kind needs is there."""
        data = super().clean() or {}
        needed = list(NEEDED.get(data.get("kind", ""), ()))
        if data.get("operator") == "between":
            needed.append("upto")
        for name in needed:
            if name not in self.errors and data.get(name) in (None, "", []):
                self.add_error(name, _("Fill this in, or take the condition away."))
        return data

    def row(self) -> Row:
        """The valid form as a row."""
        return {name: self.cleaned_data.get(name) for name in self.fields}


def choices_known(rulebook: Rulebook | None) -> dict[str, list[Any]]:
    """What there is to choose from: events, scores, grades and fields."""
    words = ja_words if get_language() == "ja" else en_words
    types = dict.fromkeys((*EVENT_TYPES, *event_types()))
    grades = rulebook.scoring.grades if rulebook and rulebook.scoring else None
    marks = [f + b for f in grades.fit for b in grades.behaviour] if grades else []
    own = AttributeDefinition.objects.order_by("object", "label", "name")
    named = [
        (name if kind == "lead" else f"{kind}.{name}", label or name)
        for kind, name, label in own.values_list("object", "name", "label")
    ]
    traits = [(name, said[0]) for name, said in words.TRAITS.items()]
    return {
        "event": [(kind, EVENT_WORDS.get(kind, kind)) for kind in types],
        "axis": list(words.AXES.items()),
        "grades": [(mark, mark) for mark in marks],
        "attribute": [
            *(pair for pair in words.ATTRIBUTES.items() if pair[0] != GRADE),
            *traits,
            *named,
        ],
    }
