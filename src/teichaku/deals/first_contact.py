"""What sales did about a lead first, entered on one card."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.forms import DayField, plain_widgets
from teichaku.deals.activities import Entry
from teichaku.deals.contacts import CONTACTS, SCHEDULED
from teichaku.deals.models import Activity
from teichaku.leads.models import Lead


def is_contacted(lead: Lead) -> bool:
    """Whether anything that sales did about the lead is recorded."""
    return Activity.objects.filter(lead__root=lead.root_id).exists()


class FirstContactForm(forms.Form):
    """The card: what was done, the day of what is next, and a note."""

    way = forms.ChoiceField(
        label=gettext_lazy("What did you do?"),
        choices=[(way, contact.label) for way, contact in CONTACTS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you did.")},
    )
    next_day = DayField(label=gettext_lazy("Day of the appointment, or when to try again"),
                        required=False)  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        plain_widgets(self)

    def ways(self) -> list[tuple[str, Promise, str]]:
        """What can be chosen, each with its icon."""
        return [(way, contact.label, contact.icon) for way, contact in CONTACTS.items()]

    def clean(self) -> dict[str, Any]:
        """The values; an appointment has a day."""
        told = super().clean() or {}
        if told.get("way") == SCHEDULED and not told.get("next_day") and not self.errors:
            self.add_error("next_day", _("Enter the day of the appointment."))
            self.fields["next_day"].widget.attrs["autofocus"] = True
        return told

    def entry(self) -> Entry:
        """What the valid card says."""
        told = self.cleaned_data
        contact, day = CONTACTS[told["way"]], told["next_day"]
        action = _("Appointment") if told["way"] == SCHEDULED else _("Get in touch again")
        return Entry(
            kind=contact.kind,
            outcome=contact.outcome,
            note=told["note"],
            next_action=action if day else "",
            next_action_on=day,
        )
