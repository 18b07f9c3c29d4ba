"""Creating a deal on its page: what is typed, what comes by itself, what the gate would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.actors import Actor
from teichaku.core.forms import DayField, plain_widgets
from teichaku.deals.deal_input import (
    LABELS,
    AmountField,
    company_named,
    gate_answer,
    gate_values,
    lead_choice,
)
from teichaku.deals.deal_record import DealWrite
from teichaku.deals.deal_writes import deal_create
from teichaku.deals.gate_card import GateCard, verdict_card
from teichaku.deals.gate_checks import gates_judge
from teichaku.deals.gate_facts import subject_of
from teichaku.deals.gate_rules import CREATE, GateBook, gate_book, stage_point
from teichaku.deals.lead_choice import LinkChoice
from teichaku.deals.models import Deal
from teichaku.deals.selectors import lead_candidates
from teichaku.leads.models import Company, Lead
from teichaku.leads.names import company_name_key
from teichaku.scoring.models import Qualification


class NewDealForm(forms.Form):
    """What a person says of a new deal; a name left blank is made up."""

    company = forms.CharField(label=LABELS["company"], max_length=200)
    name = forms.CharField(
        label=LABELS["name"],
        max_length=200,
        required=False,
        help_text=gettext_lazy("Left blank: the company and the month."),
    )
    amount = AmountField(label=LABELS["amount"], required=False)
    close_on = DayField(label=LABELS["close_on"], required=False)
    kind = forms.ChoiceField(label=LABELS["kind"], required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, kinds: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kinds:
            kind = self.fields["kind"]
            assert isinstance(kind, forms.ChoiceField)
            kind.choices = [(each, each) for each in kinds]
        else:
            del self.fields["kind"]
        self.fields["company"].widget.attrs.update(list="companies", autocomplete="off")
        plain_widgets(self)


@dataclass(frozen=True, slots=True)
class Created:
    """The new deal, and how many of its fields came by themselves and by typing."""

    deal: Deal
    automatic: int
    typed: int


def deal_from_form(form: NewDealForm, posted: QueryDict, actor: Actor) -> Created:
    """The deal that the valid form describes; what the gates refuse raises ``GateRefused``."""
    entered = {k: v for k, v in form.cleaned_data.items() if v not in (None, "")}
    values, unknowns = gate_values(posted, actor)
    choice = lead_choice(posted)
    values = {**entered, **values}
    company = company_named(str(values["company"]), actor)
    values["company"] = company.pk
    automatic = []
    if not values.get("name"):
        values["name"] = name_made_up(company)
        automatic.append("name")
    known = _chosen(choice)
    if known is not None:
        values |= {"contact": known.name, "email": known.email}
        automatic += [label for label, _value in lead_facts(known)]
    elif choice is not None and choice.new_lead is not None:
        choice = _at_company(choice, company)
        values |= {"contact": choice.new_lead.name, "email": choice.new_lead.email}  # type: ignore[union-attr]
    deal = deal_create(
        values=values, actor=actor, choice=choice, unknowns=unknowns, answer=gate_answer(posted)
    )
    return Created(deal, len(automatic), len(entered) + len(unknowns))


def _chosen(choice: LinkChoice | None) -> Lead | None:
    if choice is None or choice.lead is None:
        return None
    return Lead.objects.select_related("company__root").get(pk=choice.lead)


def _at_company(choice: LinkChoice, company: Company) -> LinkChoice:
    assert choice.new_lead is not None
    return replace(choice, new_lead=replace(choice.new_lead, company=company.pk))


def name_made_up(company: Company) -> str:
    """A name for a deal of which nobody said one: the company and the month."""
    today = gate_book().today()
    bare = company_name_bare(company.name)
    return _("%(company)s %(year)d/%(month)02d") % {
        "company": bare, "year": today.year, "month": today.month,
    }  # fmt: skip


def company_name_bare(name: str) -> str:
    """The name without its legal form, in its own spelling."""
    for form in ("株式会社", "有限会社", "合同会社", "(株)", "（株）", "㈱", "(有)", "（有）"):
        name = name.replace(form, "")
    return name.strip() or company_name_key(name)


def lead_facts(lead: Lead) -> list[tuple[str, str]]:
    """What a deal knows at once when the lead is linked: labels and values, blank ones left out."""
    root = lead.root
    standing = Qualification.objects.filter(lead=root.pk, withdrawn=False, superseded_by=None)
    qualified = standing.order_by("-at").first()
    zone = gate_book().zone
    told = (
        (_("Company"), root.company.root.name if root.company else ""),
        (_("Contact"), root.name),
        (_("Department and job title"), " ".join(filter(None, (root.department, root.title)))),
        (_("E-mail address"), root.email),
        (_("Telephone"), root.phone),
        (_("Marketing source"), root.source or root.campaign),
        (_("Became an MQL on"), f"{qualified.at.astimezone(zone):%Y/%m/%d}" if qualified else ""),
    )
    return [(label, value) for label, value in told if value]


def creation_preview(company: Company, actor: Actor, lead: Lead | None = None) -> GateCard | None:
    """What the gates would say of a deal with this company; nothing is recorded."""
    book = gate_book()
    write = DealWrite.of_new(book, actor, "web")
    write.deal.company, write.deal.lead = company, lead
    gates = [gate for gate in _first_gates(book) if not gate.fields]
    if not gates:
        return None
    [verdicts] = gates_judge([subject_of(write.deal, book)], gates, book)
    refusing = any(one.result in {"warn", "block"} for one in verdicts)
    candidates = lead_candidates(company_id=company.pk) if refusing else []
    return verdict_card(verdicts, candidates, {})


def _first_gates(book: GateBook) -> Sequence[Any]:
    points = [CREATE]
    if book.stages:
        stage = next(iter(book.stages)).id
        points.append(stage_point(stage))
    return book.before(*points)
