"""What people answer about missing entries: each form says what is wrong, or writes through one
service.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from teichaku.core.errors import InvalidInput, TeichakuError
from teichaku.core.forms import DayField, plain_widgets
from teichaku.inputs.inquiries import LONGEST_WORDS
from teichaku.inputs.models import Inquiry, RuleDefect
from teichaku.inputs.rule_defects import LONGEST_REASON
from teichaku.inputs.snoozes import LONGEST_REASON as LONGEST_EXCUSE


class AnswerForm(forms.Form):
    """A form whose answer is written by one function, which may refuse it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_widgets(self)

    def written(self, write: Callable[..., object], **more: object) -> bool:
        """Whether the answer was written; if not, the form says why and keeps what was typed."""
        if not self.is_valid():
            return False
        try:
            write(**self.cleaned_data, **more)
        except InvalidInput as error:
            field = str(error.data.get("field", ""))
            self.add_error(field if field in self.fields else None, str(error))
        except TeichakuError as error:
            self.add_error(None, str(error))
        return not self.errors


class CauseForm(AnswerForm):
    """Why entries are missing, and by when they will be made."""

    cause = forms.ChoiceField(
        label=_("What keeps the entries back?"),
        choices=Inquiry.Cause.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("Needed for “Other”. The person reads it too."),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    promised_on = DayField(label=_("Entered by"), help_text=_("The day you agreed on together."))


class WaiveForm(AnswerForm):
    """Why the entries need not be made."""

    reason = forms.CharField(
        label=_("Why these entries are excepted"),
        help_text=_("After the deadline they still count as missed."),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LaterForm(AnswerForm):
    """To which day the next message is put off, and why."""

    until = DayField(label=_("Remind me on"))
    reason = forms.CharField(label=_("What are you waiting for?"), max_length=LONGEST_EXCUSE)


class DecisionForm(AnswerForm):
    """What becomes of a rule that does not work."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=RuleDefect.Decision.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("What you propose, or why it stays"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
