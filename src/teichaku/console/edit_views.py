"""Changing one field where it stands: the editor, the saved value with its way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from teichaku.accounts.access import needs
from teichaku.console.editing import actor, may_edit, may_edit_companies
from teichaku.console.lead_fields import (
    Field,
    company_field,
    field_choices,
    field_label,
    lead_field,
)
from teichaku.console.lead_page import lead_shown
from teichaku.core.errors import TeichakuError
from teichaku.leads.lead_writes import company_update, lead_update
from teichaku.leads.models import Company, Lead

LONGEST = 1_000


@require_http_methods(["GET", "POST"])
@needs("leads.edit")
def lead_field_edit(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """The editor of one of a lead's fields, or the field as it was saved."""
    lead = lead_shown(uid)
    if lead is None or lead.root_id != lead.pk or not may_edit(request, lead):
        raise Http404
    return _answer(request, lead, name)


@require_http_methods(["GET", "POST"])
@needs("leads.edit")
def company_field_edit(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """The editor of one of a company's fields, or the field as it was saved."""
    company = Company.objects.filter(uid=uid).first()
    if company is None or company.root_id != company.pk or not may_edit_companies(request):
        raise Http404
    return _answer(request, company, name)


def _answer(request: HttpRequest, row: Lead | Company, name: str) -> HttpResponse:
    before = _field(row, name)
    if before is None:
        raise Http404
    if request.method == "GET":
        return _editor(request, row, before, before.text)
    typed = request.POST.get("value", "")[:LONGEST]
    try:
        changed = _save(request, row, name, typed)
    except TeichakuError as error:
        return _editor(request, row, before, typed, error)
    row = _again(row)
    if not request.htmx:  # type: ignore[attr-defined]
        if changed:
            messages.success(request, _saved_words(row, name))
        return redirect(_page(row), uid=row.uid)
    context: dict[str, object] = {
        "field": _field(row, name),
        "before": before if changed else None,
    }
    return render(request, "console/field.html", _context(row, context))


def _save(request: HttpRequest, row: Lead | Company, name: str, typed: str) -> bool:
    source = "undo" if "undo" in request.POST else "manual"
    told: dict[str, Any] = {
        "values": {name: typed},
        "actor": actor(request),
        "source": source,
        "seen": {name: request.POST["seen"]} if "seen" in request.POST else None,
    }
    if isinstance(row, Lead):
        return bool(lead_update(lead=row, **told))
    return bool(company_update(company=row, **told))


def _editor(
    request: HttpRequest,
    row: Lead | Company,
    field: Field,
    typed: str,
    error: TeichakuError | None = None,
) -> HttpResponse:
    htmx = request.htmx  # type: ignore[attr-defined]
    context = {
        "field": field,
        "typed": typed,
        "error": str(error) if error else "",
        "conflict": bool(error and "now" in error.data),
        "choices": field_choices(field) if field.kind == "choice" else (),
        "page": _page(row),
        "whole": not htmx,
    }
    template = "console/field_editor.html" if htmx else "console/field_page.html"
    # A part of a page is put in place by htmx only when the answer is a success.
    status = 400 if error and not htmx else 200
    return render(request, template, _context(row, context), status=status)


def _context(row: Lead | Company, more: dict[str, object]) -> dict[str, object]:
    kind = "lead" if isinstance(row, Lead) else "company"
    return {"row": row, "edit_url": f"console:{kind}_field", "may_edit": True, **more}


def _field(row: Lead | Company, name: str) -> Field | None:
    return lead_field(row, name) if isinstance(row, Lead) else company_field(row, name)


def _again(row: Lead | Company) -> Lead | Company:
    if isinstance(row, Lead):
        return Lead.objects.select_related("owner", "company__root").get(pk=row.pk)
    return Company.objects.get(pk=row.pk)


def _page(row: Lead | Company) -> str:
    return "console:lead" if isinstance(row, Lead) else "console:company"


def _saved_words(row: Lead | Company, name: str) -> str:
    label = field_label("lead" if isinstance(row, Lead) else "company", name)
    return _("Saved: %(field)s") % {"field": label}
