"""What is typed about handovers."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import User
from teichaku.core.errors import InvalidInput
from teichaku.core.forms import DayField, plain_widgets
from teichaku.handover.reasons import DISQUALIFY_REASONS


class DisqualifyForm(forms.Form):
    """What contact has shown, and when to approach again."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What contact has shown"), choices=list(DISQUALIFY_REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what contact has shown.")},
    )  # fmt: skip
    approach_again_on = DayField(label=gettext_lazy("Approach again on"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=2_000, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # as Django takes them
        plain_widgets(self)


def colleague_chosen(text: str) -> User:
    """The colleague who was chosen from the list."""
    try:
        found = User.objects.filter(uid=UUID(text), is_active=True).first()
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(_("Choose a colleague from the list."), field="colleague")
    return found


class CapacityForm(forms.Form):
    """How much a person takes in a week."""

    per_week = forms.IntegerField(label=gettext_lazy("A week"), min_value=0, max_value=1_000)
    weight = forms.IntegerField(
        label=gettext_lazy("Weight in percent"), min_value=0, max_value=1_000, initial=100
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # as Django takes them
        plain_widgets(self)
