"""What the list of leads can be asked for, read from its address."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from teichaku.console.selectors import LeadFilter

LONGEST_TEXT = 100


class LeadFilterForm(forms.Form):
    """Text, fit letter, MQL only, and the lead after which the page starts."""

    q = forms.CharField(
        label=_("Name, company or e-mail address"),
        required=False,
        max_length=LONGEST_TEXT,
        error_messages={
            "max_length": _(
                "The text is longer than %(limit_value)d characters. Search for a part of it."
            )
        },
    )
    grade = forms.RegexField(
        label=_("Grade"),
        regex=r"^[A-Z]$",
        required=False,
        error_messages={
            "invalid": _("A grade is one capital letter. Choose one of those offered.")
        },
    )
    mql = forms.BooleanField(label=_("MQL only"), required=False)
    after = forms.UUIDField(
        required=False,
        error_messages={
            "invalid": _("The address of this page is damaged. Start again from the first page.")
        },
    )

    def wanted(self) -> LeadFilter:
        """The filter that the valid form asks for."""
        data = self.cleaned_data
        return LeadFilter(text=data["q"], grade=data["grade"], mql_only=data["mql"])
