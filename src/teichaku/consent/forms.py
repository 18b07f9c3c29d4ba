"""What is typed about grounds and refusals."""

from __future__ import annotations

from datetime import datetime, time, tzinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from teichaku.consent.words import Channel, Kind, Reason
from teichaku.core.forms import DayField, plain_widgets

BY_HAND = (Reason.REFUSED, Reason.COMPLAINED, Reason.UNDELIVERABLE, Reason.COMPETITOR,
           Reason.MANUAL)  # fmt: skip


class _Plain(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_widgets(self)


class BasisForm(_Plain):
    """A ground: which, since when, how the address was obtained."""

    kind = forms.ChoiceField(label=_("Ground for mail"), choices=Kind.choices)
    obtained_on = DayField(label=_("Obtained on"))
    evidence = forms.CharField(
        label=_("How the addresses were obtained"),
        max_length=2_000,
        help_text=_("Such as the booth and day, the form, the contract."),
        error_messages={
            "required": _("Say how it was obtained: without evidence a ground does not count.")
        },
    )

    def told(self, zone: tzinfo) -> dict[str, Any]:
        """The ground as the services take it; the day starts at midnight of the zone."""
        said = self.cleaned_data
        at = datetime.combine(said["obtained_on"], time(), zone)
        return {"kind": said["kind"], "obtained_at": at, "evidence": said["evidence"]}


class LeadBasisForm(BasisForm):
    """A ground for one lead, perhaps with a scan."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    document = forms.FileField(
        label=_("Document"), required=False, help_text=_("A scan or a mail as a file, up to 10 MB.")
    )
    field_order = ("channel", "kind", "obtained_on", "evidence", "document")


class ReasonForm(_Plain):
    """Why nothing may be sent any more."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[(reason.value, reason.label) for reason in BY_HAND]
    )


class RefusalForm(ReasonForm):
    """An address or a whole domain that nothing may be sent to."""

    address = forms.CharField(
        label=_("Address or domain"),
        max_length=300,
        help_text=_("name@example.co.jp, or @example.co.jp for everybody there."),
    )
    field_order = ("address", "channel", "reason")


class RefusalSearchForm(_Plain):
    """Which refusals are listed."""

    q = forms.CharField(label=_("Address or domain"), max_length=300, required=False)
    reason = forms.ChoiceField(
        label=_("Reason"), required=False, choices=[("", _("All")), *Reason.choices]
    )


class SelectionForm(_Plain):
    """Which leads a ground is recorded for."""

    source = forms.CharField(label=_("Where it came from"), max_length=200, required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=200, required=False)
