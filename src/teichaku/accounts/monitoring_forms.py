"""The form of what people are told before anything is measured about each of them."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.measured import WHATS, What
from teichaku.accounts.models import MonitoringPolicy
from teichaku.accounts.monitoring import PolicyText
from teichaku.accounts.selectors import today
from teichaku.core.forms import DayField, plain_widgets

LONGEST = 20_000


class PolicyForm(forms.Form):
    """Everything that an edition says; the text can be filled in from the other fields."""

    covers = forms.MultipleChoiceField(
        label=_("What is measured about each person"),
        choices=[*WHATS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one, or switch everything off below.")},
    )
    purpose = forms.CharField(
        label=_("For what"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as: to find rules that nobody can keep, and to help before it is late."),
    )
    responsible = forms.CharField(
        label=_("Who is responsible"),
        max_length=200,
        help_text=_("Name and how to reach them, for questions and objections."),
    )
    noticed_on = DayField(
        label=_("Day on which everybody was told"),
        help_text=_("By the first day at the latest."),
    )
    starts_on = DayField(label=_("First day"), help_text=_("Today or within 90 days."))
    text = forms.CharField(
        label=_("Text of the policy"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_("The template is a start. Change it until it is true for your company."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_widgets(self)

    def policy(self) -> PolicyText:
        """The edition as it was filled in."""
        data = dict(self.cleaned_data)
        covers = frozenset(cast("list[What]", data.pop("covers")))
        return PolicyText(covers=covers, **data)

    def filled(self) -> PolicyForm:
        """The form once more, with the text of the template for what the other fields say."""
        self.full_clean()
        values = {**self.data.dict(), "covers": self.data.getlist("covers")}  # type: ignore[attr-defined]
        values["text"] = template_text(
            covers=values["covers"],
            purpose=str(values.get("purpose", "")).strip(),
            responsible=str(values.get("responsible", "")).strip(),
            starts_on=self.cleaned_data.get("starts_on"),
        )
        return PolicyForm(initial=values)


def first_form(last: MonitoringPolicy | None) -> PolicyForm:
    """The form as it is first shown: with the last edition, or with the template."""
    day = today()
    initial: dict[str, Any] = {"noticed_on": day, "starts_on": day}
    if last is not None:
        told = {name: getattr(last, name) for name in ("purpose", "responsible", "text")}
        return PolicyForm(initial={**initial, **told, "covers": sorted(last.covers)})
    text = template_text(covers=list(WHATS), purpose="", responsible="", starts_on=day)
    return PolicyForm(initial={**initial, "covers": list(WHATS), "text": text})


def template_text(
    *, covers: list[str], purpose: str, responsible: str, starts_on: date | None
) -> str:
    """The template in the language of the page, with the company's own values in it."""
    context = {
        "covers": covers,
        "purpose": purpose,
        "responsible": responsible,
        "starts_on": starts_on,
    }
    return render_to_string("accounts/monitoring_text.txt", context).strip() + "\n"
