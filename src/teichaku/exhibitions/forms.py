"""What is entered about exhibitions, their sheets and what follows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.calendars import work_calendar
from teichaku.consent.words import Kind
from teichaku.core import clock
from teichaku.core.forms import DayField, plain_widgets
from teichaku.exhibitions.follow_up_plan import next_morning
from teichaku.exhibitions.mail_texts import LONGEST_BODY, LONGEST_SUBJECT
from teichaku.exhibitions.models import Exhibition, MailText, Sheet
from teichaku.exhibitions.services import Plan
from teichaku.exhibitions.sheets import LONGEST_EVIDENCE, Reading
from teichaku.exhibitions.words import RANKS, THANKED
from teichaku.leads.campaigns import CampaignValues
from teichaku.leads.models import Campaign

LARGEST_COST = 100_000_000_000
LONGEST_NAME = 200


class YenField(forms.IntegerField):
    """An amount in yen, with or without commas, in either width."""

    def to_python(self, value: object) -> int | None:
        """The amount, or None for nothing."""
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip("¥円 ").replace(",", "")
        return super().to_python(value)


class ExhibitionForm(forms.Form):
    """An exhibition: its campaign, days, place and cost."""

    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, required=False,
        help_text=_("As visitors know it; it stands in the thank-you mail."),
    )  # fmt: skip
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"), required=False)
    venue = forms.CharField(label=_("Place"), max_length=LONGEST_NAME, required=False)
    cost = YenField(
        label=_("Cost (yen, without tax)"), min_value=0, max_value=LARGEST_COST, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Booth, decoration, travel, printed matter."),
        error_messages={"invalid": _("This is no amount. Enter digits such as 1200000.")},
    )  # fmt: skip

    def __init__(
        self, *args: Any, campaigns: Sequence[Campaign] = (), exhibition: Exhibition | None = None
    ) -> None:
        super().__init__(*args)
        self._campaigns = {str(one.uid): one for one in campaigns}
        self._exhibition = exhibition
        if exhibition is None and campaigns:
            named = [(uid, one.name) for uid, one in self._campaigns.items()]
            field = cast(forms.ChoiceField, self.fields["campaign"])
            field.choices = [("", _("A new one")), *named]
        else:
            del self.fields["campaign"]
        if exhibition is not None:
            own = exhibition.campaign
            self.initial = {
                "name": own.name, "starts_on": own.starts_on, "ends_on": own.ends_on,
                "cost": own.cost, "venue": exhibition.venue,
            }  # fmt: skip
        plain_widgets(self)

    def clean(self) -> dict[str, Any]:
        """The values; a new campaign needs a name."""
        data = super().clean() or {}
        if not data.get("name") and not data.get("campaign"):
            self.add_error("name", _("Enter the name of the exhibition, or choose its campaign."))
        return data

    @property
    def chosen(self) -> Campaign | None:
        """The campaign that the exhibition is to belong to; None for a new one."""
        return self._campaigns.get(self.cleaned_data.get("campaign", ""))

    def values(self) -> CampaignValues:
        """What is said of the campaign; of a chosen one, blank fields stay as they are."""
        data = self.cleaned_data
        known = self.chosen or (self._exhibition.campaign if self._exhibition else None)
        cost: int | None = data["cost"]
        if cost is None and self.chosen is not None:
            cost = self.chosen.cost
        return CampaignValues(
            name=data["name"] or (known.name if known else ""),
            source=known.source if known else "",
            starts_on=data["starts_on"],
            ends_on=data["ends_on"] or data["starts_on"],
            cost=cost,
        )


class SheetForm(forms.Form):
    """What a sheet says of the visits, and on what ground its people may be written to."""

    rank = forms.ChoiceField(label=_("Rank"), required=False)
    memo = forms.ChoiceField(label=_("What was talked about"), required=False)
    day = forms.ChoiceField(label=_("When they came"), required=False)
    basis_kind = forms.ChoiceField(
        label=_("Ground"), required=False, widget=forms.RadioSelect,
        choices=[
            (Kind.BUSINESS_CARD.value, _("Business cards were handed over")),
            (Kind.CONSENT.value, _("The visitors consented in writing or at the scanner")),
            ("", _("None; nobody is written to because of this sheet")),
        ],
    )  # fmt: skip
    obtained_on = DayField(label=_("On which day"), required=False)
    evidence = forms.CharField(
        label=_("How they were received"), max_length=LONGEST_EVIDENCE, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, data: Any, sheet: Sheet, header: Sequence[str]) -> None:
        super().__init__(data, initial=_sheet_initial(sheet))
        self._sheet = sheet
        names = [("", _("No such column")), *((name, name) for name in header)]
        for what in ("rank", "memo", "day"):
            cast(forms.ChoiceField, self.fields[what]).choices = names
        for place, text in enumerate(sheet.ranks):
            self.fields[f"word-{place}"] = forms.ChoiceField(
                label=text, required=False, initial=sheet.ranks[text],
                choices=[("", _("no rank")), *((rank, rank) for rank in RANKS)],
            )  # fmt: skip
        plain_widgets(self)

    @property
    def words(self) -> list[forms.BoundField]:
        """A field for each word of the column with ranks."""
        return [self[f"word-{place}"] for place, _text in enumerate(self._sheet.ranks)]

    def clean(self) -> dict[str, Any]:
        """The values; a ground needs its day and its evidence."""
        data = super().clean() or {}
        if data.get("basis_kind"):
            if not data.get("obtained_on"):
                self.add_error("obtained_on", _("Enter the day on which the cards were received."))
            if not data.get("evidence", "").strip():
                self.add_error(
                    "evidence", _("Say how the addresses were received, so that it can be shown.")
                )
        return data

    def reading(self) -> Reading:
        """What was said beside the columns."""
        data = self.cleaned_data
        ranks = {text: data[f"word-{n}"] for n, text in enumerate(self._sheet.ranks)}
        columns = {what: data[what] for what in ("rank", "memo", "day")}
        return Reading(columns, ranks, data["basis_kind"], data["obtained_on"], data["evidence"])


class FollowUpForm(forms.Form):
    """When visitors are thanked and called, who, and in which words."""

    day = DayField(label=_("Day"))
    time = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("This is no time. Enter one such as 08:30.")},
    )  # fmt: skip
    mail_on = forms.BooleanField(label=_("Send a thank-you mail"), required=False)
    mail_groups = forms.MultipleChoiceField(
        label=_("Who is thanked"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(group.value, group.label) for group in THANKED],
    )  # fmt: skip
    call_ranks = forms.MultipleChoiceField(
        label=_("Ranks that are called"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(rank, rank) for rank in RANKS],
    )  # fmt: skip

    def __init__(self, data: Any, exhibition: Exhibition, texts: Sequence[MailText]) -> None:
        zone = work_calendar().zone
        now, known = clock.now(), exhibition.follow_up_at
        upcoming = known if known and known > now else next_morning(now, work_calendar(now))
        at = upcoming.astimezone(zone)
        initial = {
            "day": at.date(), "time": at.time(),
            "mail_on": exhibition.mail_on, "mail_groups": exhibition.mail_groups,
            "call_ranks": exhibition.call_ranks,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        self._zone, self._texts = zone, texts
        for row in texts:
            key = row.rank or "other"
            self.fields[f"subject-{key}"] = forms.CharField(
                label=_("Subject"), max_length=LONGEST_SUBJECT, initial=row.subject
            )
            self.fields[f"body-{key}"] = forms.CharField(
                label=_("Text"), max_length=LONGEST_BODY, initial=row.body,
                widget=forms.Textarea(attrs={"rows": 10}),
            )  # fmt: skip
        plain_widgets(self)

    @property
    def texts(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Rank, subject and text of each mail."""
        keys = [(row.rank, row.rank or "other") for row in self._texts]
        return [(rank, self[f"subject-{key}"], self[f"body-{key}"]) for rank, key in keys]

    def plan(self) -> Plan:
        """What was entered."""
        data = self.cleaned_data
        return Plan(
            at=datetime.combine(data["day"], data["time"], self._zone),
            mail_on=data["mail_on"],
            mail_groups=data["mail_groups"],
            call_ranks=data["call_ranks"],
            texts={rank: (data[f"subject-{rank or 'other'}"], data[f"body-{rank or 'other'}"])
                   for rank in (row.rank for row in self._texts)},
        )  # fmt: skip


def _sheet_initial(sheet: Sheet) -> dict[str, object]:
    campaign = sheet.exhibition.campaign
    return {
        **sheet.columns,
        "basis_kind": sheet.basis_kind or (Kind.BUSINESS_CARD.value if not sheet.evidence else ""),
        "obtained_on": sheet.obtained_on or campaign.ends_on or campaign.starts_on,
        "evidence": sheet.evidence or f"{campaign.name}で受け取った名刺（{sheet.file_name}）",
    }
