"""Changing one field of a lead or company where it stands."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from teichaku.accounts.access import needs
from teichaku.console.editing import actor, may_edit, may_edit_companies
from teichaku.console.lead_fields import company_field, field_choices, lead_field
from teichaku.console.lead_page import lead_shown
from teichaku.core.actors import Actor
from teichaku.core.field_editing import Editing, field_answer
from teichaku.leads.lead_writes import company_update, lead_update
from teichaku.leads.models import Company, Lead


class _Write(TypedDict):
    values: dict[str, str]
    actor: Actor
    source: str
    seen: dict[str, str] | None


@require_http_methods(["GET", "POST"])
@needs("leads.edit")
def lead_field_edit(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """The editor of one of a lead's fields, or the field as it was saved."""
    lead = lead_shown(uid)
    if lead is None or lead.root_id != lead.pk or not may_edit(request, lead):
        raise Http404
    rows = Lead.objects.select_related("owner", "company__root")
    editing = Editing(
        row=lead,
        page="console:lead",
        edit_url="console:lead_field",
        read=lambda: lead_field(rows.get(pk=lead.pk), name),
        choices=field_choices,
        save=lambda _shown, typed: lead_update(lead=lead, **_write(request, name, typed)),
    )
    return field_answer(request, editing)


@require_http_methods(["GET", "POST"])
@needs("leads.edit")
def company_field_edit(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """The editor of one of a company's fields, or the field as it was saved."""
    company = Company.objects.filter(uid=uid).first()
    if company is None or company.root_id != company.pk or not may_edit_companies(request):
        raise Http404
    editing = Editing(
        row=company,
        page="console:company",
        edit_url="console:company_field",
        read=lambda: company_field(Company.objects.get(pk=company.pk), name),
        choices=field_choices,
        save=lambda _shown, typed: company_update(company=company, **_write(request, name, typed)),
    )
    return field_answer(request, editing)


def _write(request: HttpRequest, name: str, typed: str) -> _Write:
    return {
        "values": {name: typed},
        "actor": actor(request),
        "source": "undo" if "undo" in request.POST else "manual",
        "seen": {name: request.POST["seen"]} if "seen" in request.POST else None,
    }
