"""What the lists can be asked for, read from their addresses, and what people enter on pages."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.console.campaign_costs import LARGEST_COST
from teichaku.console.company_list import SIZES, CompanyFilter, CompanySorting
from teichaku.console.lead_filters import NOBODY, LeadFilter, Sorting
from teichaku.core.forms import DayField
from teichaku.leads.campaigns import CampaignValues
from teichaku.leads.models import AttributeDefinition
from teichaku.leads.selectors import lead_values
from teichaku.scoring.selectors import segments_listed

LONGEST_TEXT = 100
DAMAGED = _("The address of this page is damaged. Start again from the first page.")
TOO_LONG = _("The text is longer than %(limit_value)d characters. Search for a part of it.")


def _text(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_TEXT,
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"class": "input"}),
    )


def _choice(label: Any, choices: Any = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=choices,
        error_messages={"invalid_choice": DAMAGED},
        widget=forms.Select(attrs={"class": "input"}),
    )


def _points(label: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        required=False,
        min_value=-1_000_000,
        max_value=1_000_000,
        error_messages={"invalid": _("A score is a number such as 60. Enter digits.")},
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "decimal"}),
    )


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"})


class LeadFilterForm(forms.Form):
    """The conditions of the list of leads, their order, and the lead that a page starts after."""

    q = _text(_("Name, company or e-mail address"))
    grade = forms.RegexField(
        label=_("Grade"),
        regex=r"^[A-Z]$",
        required=False,
        error_messages={
            "invalid": _("A grade is one capital letter. Choose one of those offered.")
        },
    )
    mql = forms.BooleanField(label=_("MQL only"), required=False)
    owner = _choice(_("Owner"))
    stage = _text(_("Stage"))
    source = _text(_("Marketing source"))
    campaign = _text(_("Campaign"))
    segment = _choice(_("Segment"))
    least = _points(_("Total at least"))
    most = _points(_("Total at most"))
    active = _choice(
        _("Last activity"),
        [("", _("Any time")), ("7", _("Within 7 days")), ("30", _("Within 30 days")),
         ("90", _("Within 90 days"))],
    )  # fmt: skip
    attribute = _choice(_("Own field"))
    value = _text(_("Its value"))
    sort = _choice(
        _("Order"),
        [
            ("", _("Highest total first")),
            ("active", _("Last activity first")),
            ("kana", _("By reading")),
            ("created", _("Newest first")),
        ],
    )
    company = forms.UUIDField(required=False, error_messages={"invalid": DAMAGED})
    after = forms.UUIDField(required=False, error_messages={"invalid": DAMAGED})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("kana", "name", "pk")
        owners = [(str(uid), name) for uid, name in people.values_list("uid", "name")]
        self._choices("owner", [("", _("All")), (NOBODY, _("Nobody")), *owners])
        segments = [(str(uid), name) for uid, name in segments_listed().values_list("uid", "name")]
        self._choices("segment", [("", _("All")), *segments])
        own = AttributeDefinition.objects.filter(object="lead").order_by("label", "name")
        named = [(name, label or name) for name, label in own.values_list("name", "label")]
        self._choices("attribute", [("", _("None")), *named])
        for name in ("stage", "source"):
            values = lead_values(name)
            if values:
                self.fields[name] = _choice(
                    self.fields[name].label, [("", _("All")), *((v, v) for v in values)]
                )

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def wanted(self) -> LeadFilter:
        """The filter that the valid form asks for."""
        data = self.cleaned_data
        return LeadFilter(
            text=data["q"],
            grade=data["grade"],
            mql_only=data["mql"],
            owner=data["owner"],
            source=data["source"],
            stage=data["stage"],
            campaign=data["campaign"],
            company=cast("UUID | None", data["company"]),
            segment=UUID(data["segment"]) if data["segment"] else None,
            least=data["least"],
            most=data["most"],
            active_days=int(data["active"]) if data["active"] else None,
            attribute=data["attribute"],
            value=data["value"],
            sort=cast(Sorting, data["sort"] or "total"),
        )

    @property
    def more(self) -> list[forms.BoundField]:
        """The conditions that stand folded away."""
        names = (
            "owner", "stage", "source", "campaign", "segment", "least", "most", "active",
            "attribute", "value", "sort",
        )  # fmt: skip
        return [self[name] for name in names if name != "value" or self.fields["attribute"]]

    @property
    def more_used(self) -> bool:
        """Whether any of these is filled."""
        return any(field.value() for field in self.more)


class CompanyFilterForm(forms.Form):
    """The conditions of the list of companies."""

    q = _text(_("Name or website"))
    size = _choice(
        _("Employees"),
        [("", _("All")), ("1-49", _("1–49 people")), ("50-299", _("50–299 people")),
         ("300-999", _("300–999 people")), ("1000-", _("1,000 people or more"))],
    )  # fmt: skip
    industry = _text(_("Industry"))
    sort = _choice(_("Order"), [("", _("By name")), ("employees", _("Most employees first"))])
    after = forms.UUIDField(required=False, error_messages={"invalid": DAMAGED})

    def wanted(self) -> CompanyFilter:
        """The filter that the valid form asks for."""
        data = self.cleaned_data
        return CompanyFilter(
            text=data["q"],
            size=data["size"] if data["size"] in SIZES else "",
            industry=data["industry"],
            sort=cast(CompanySorting, data["sort"] or "name"),
        )


class CampaignForm(forms.Form):
    """A campaign as people enter it."""

    name = forms.CharField(
        label=_("Campaign"), max_length=200, widget=forms.TextInput(attrs={"class": "input"})
    )
    source = _text(_("Marketing source"))
    starts_on = DayField(label=_("From"), required=False, widget=_day())
    ends_on = DayField(label=_("To"), required=False, widget=_day())
    cost = forms.IntegerField(
        label=_("Cost in yen, without tax"),
        required=False,
        min_value=0,
        max_value=LARGEST_COST,
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "numeric"}),
    )

    def values(self) -> CampaignValues:
        """What the valid form says."""
        return CampaignValues(**self.cleaned_data)


class SavedViewForm(forms.Form):
    """A name for the conditions of a list, and whether others see it."""

    name = forms.CharField(
        label=_("Name of the view"), max_length=60, widget=forms.TextInput(attrs={"class": "input"})
    )
    shared = forms.BooleanField(label=_("Show it to everybody"), required=False)
