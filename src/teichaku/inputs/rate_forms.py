"""What a person asks the table of input rates for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from teichaku.core.registry import Text
from teichaku.inputs.rate_table import View, Wanted

SPANS: Final = (4, 8, 12)
USUAL: Final = 8
VIEWS: Final = ("week", "rule")


class RatesForm(forms.Form):
    """The conditions as the address holds them; every one may be missing."""

    weeks = forms.ChoiceField(label=_("Period"), required=False)
    place = forms.ChoiceField(label=_("Department or team"), required=False)
    rule = forms.ChoiceField(label=_("Input rule"), required=False)
    view = forms.ChoiceField(choices=[(view, view) for view in VIEWS], required=False)
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        places: Sequence[tuple[str, str]],
        rules: Mapping[str, str],
    ) -> None:
        super().__init__({"weeks": str(USUAL), **{name: data[name] for name in data if data[name]}})
        self._choices("weeks", [(str(span), _last_weeks(span)) for span in SPANS])
        self._choices("place", [("", _("All")), *places])
        self._choices("rule", [("", _("All")), *rules.items()])

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = choices
        field.widget.attrs["class"] = "input plain-select"

    def wanted(self) -> Wanted:
        """The conditions; what cannot be meant is left out."""
        self.full_clean()
        found = self.cleaned_data
        return Wanted(
            view=cast("View", found.get("view") or "week"),
            weeks=int(found.get("weeks") or USUAL),
            place=found.get("place") or "",
            rule=found.get("rule") or "",
            page=found.get("page") or 1,
        )


def _last_weeks(span: int) -> Text:
    return _("Last %(weeks)s weeks") % {"weeks": span}
