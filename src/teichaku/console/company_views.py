"""Companies: the list and the page of one."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.console.company_list import COUNTED, companies_listed
from teichaku.console.company_page import (
    companies_alike,
    company_shown,
    deals_at,
    happenings_at,
    people_shown,
)
from teichaku.console.editing import may_edit_companies
from teichaku.console.forms import CompanyFilterForm
from teichaku.console.lead_fields import company_fields
from teichaku.console.merge_undo import undo_offered
from teichaku.leads.company_merges import merges_of
from teichaku.rulebook.selectors import zone_in_force


@require_safe
@needs("leads.view")
def company_list(request: HttpRequest) -> HttpResponse:
    """The companies that the address asks for."""
    form = CompanyFilterForm(request.GET)
    page = None
    if form.is_valid():
        page = companies_listed(form.wanted(), after=form.cleaned_data["after"])
    context = {
        "form": form,
        "page": page,
        "counted": COUNTED,
        "filtered": any(request.GET.get(name) for name in ("q", "size", "industry")),
    }
    return render(request, "console/company_list.html", context, status=200 if page else 400)


@require_safe
@needs("leads.view")
def company(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One company; a merged one leads on to the company that stands for it."""
    found = company_shown(uid)
    if found is None:
        raise Http404
    if found.root_id != found.pk:
        return redirect("console:company", uid=found.root.uid)
    context = {
        "company": found,
        "row": found,
        "fields": company_fields(found),
        "edit_url": "console:company_field",
        "may_edit": may_edit_companies(request),
        "may_merge": "leads.merge" in rights_of(request),
        "people": people_shown(found),
        "deals": deals_at(found),
        "happenings": happenings_at(found),
        "alike": companies_alike(found),
        "merges": merges_of(found),
        "undo": undo_offered(request),
        "zone": zone_in_force(),
    }
    return render(request, "console/company.html", context)
