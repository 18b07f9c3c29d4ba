"""What people enter about a meeting: decisions, times, the meeting that it joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.core.forms import DayField, plain_widgets
from teichaku.meetings.models import Series
from teichaku.rulebook.selectors import zone_in_force


class DecisionForm(forms.Form):
    """What is decided, who does it, by when, and what is hoped for."""

    text = forms.CharField(label=_("What is decided"), max_length=1_000)
    owner = forms.ChoiceField(label=_("Who does it"))
    due_on = DayField(label=_("By when"))
    effect = forms.CharField(label=_("Expected effect"), required=False, max_length=1_000)

    def __init__(self, data: Mapping[str, Any] | None = None, *, people: Sequence[User]) -> None:
        super().__init__(data)
        self._people = {str(person.uid): person for person in people}
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        names = [(uid, person.name) for uid, person in self._people.items()]
        owner.choices = [("", _("Choose")), *names]
        plain_widgets(self)

    def decided(self) -> dict[str, Any]:
        """What a valid form says, as the service takes it."""
        return {**self.cleaned_data, "owner": self._people[self.cleaned_data["owner"]]}


class MoveForm(forms.Form):
    """Another day and time, and why."""

    day = DayField(label=_("Day"))
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("This is no time of day. Enter one such as 10:00.")},
    )
    reason = forms.CharField(label=_("Why"), max_length=500)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        plain_widgets(self)

    def begins_at(self) -> datetime:
        """The instant that a valid form names."""
        told = self.cleaned_data
        return datetime.combine(told["day"], told["time"], zone_in_force()).astimezone(UTC)


class JoinForm(forms.Form):
    """The existing meeting whose first minutes the series takes."""

    name = forms.CharField(label=_("Name of the existing meeting"), required=False, max_length=100)
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    link = forms.CharField(label=_("Address of the online meeting"), required=False, max_length=500)

    def __init__(self, data: Mapping[str, Any] | None = None, *, series: Series) -> None:
        super().__init__(
            data,
            initial={
                "name": series.joins_name,
                "place": series.joins_place,
                "link": series.joins_link,
            },
        )
        plain_widgets(self)
