"""Companies: the list, the page of one, merging; duplicates of leads and companies."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.console.company_list import COUNTED, companies_listed
from teichaku.console.company_page import (
    companies_alike,
    company_shown,
    deals_at,
    happenings_at,
    people_shown,
)
from teichaku.console.duplicate_lists import company_groups, lead_groups
from teichaku.console.editing import actor, may_edit_companies
from teichaku.console.forms import CompanyFilterForm
from teichaku.console.lead_fields import company_fields, field_label
from teichaku.core.errors import TeichakuError
from teichaku.leads.company_merges import company_fills, company_merge, pairs_keep_apart
from teichaku.leads.models import Company, DistinctPair, Lead
from teichaku.leads.services import lead_merge
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
        "zone": zone_in_force(),
    }
    return render(request, "console/company.html", context)


@require_http_methods(["GET", "POST"])
@needs("leads.merge")
def company_join(request: HttpRequest, uid: UUID, other: UUID) -> HttpResponse:
    """What merging the other company into this one would do; on POST it is done."""
    kept, merged = company_shown(uid), company_shown(other)
    if kept is None or merged is None or kept.root_id == merged.root_id:
        raise Http404
    if request.method == "POST":
        try:
            done = company_merge(kept=kept, merged=merged, actor=actor(request))
        except TeichakuError as error:
            messages.error(request, str(error))
            return redirect("console:duplicates")
        messages.success(request, _("The two companies are one now."))
        return redirect("console:company", uid=done.uid)
    fills = [(field_label("company", name), value) for name, value in company_fills(kept, merged)]
    context = {
        "kept": kept,
        "merged": merged,
        "fills": fills,
        "people": people_shown(merged),
        "deals": deals_at(merged),
    }
    return render(request, "console/company_join.html", context)


@require_safe
@needs("leads.merge")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Leads or companies that may stand in the data twice."""
    of_leads = request.GET.get("of") == "leads"
    groups = lead_groups() if of_leads else company_groups()
    return render(request, "console/duplicates.html", {"groups": groups, "of_leads": of_leads})


@require_POST
@needs("leads.merge")
def duplicates_decide(request: HttpRequest) -> HttpResponse:
    """The list, without the group that was merged or told apart."""
    of_leads = request.POST.get("of") == "leads"
    model = Lead if of_leads else Company
    uids = request.POST.get("uids", "").split()[:100]
    try:
        rows = {str(row.uid): row for row in model.objects.filter(uid__in=uids)}
    except ValidationError as error:
        raise Http404 from error
    keep = rows.get(request.POST.get("keep", ""))
    if len(rows) < 2 or (keep is None and "apart" not in request.POST):
        raise Http404
    _decide(request, list(rows.values()), keep)
    return redirect(f"{request.path.removesuffix('decide/')}?of={'leads' if of_leads else ''}")


def _decide(request: HttpRequest, rows: list[Lead | Company], keep: Lead | Company | None) -> None:
    if "apart" in request.POST:
        kind = DistinctPair.Kind.LEAD if isinstance(rows[0], Lead) else DistinctPair.Kind.COMPANY
        pairs_keep_apart(kind=kind, roots=[row.root_id for row in rows], actor=actor(request))
        messages.success(request, _("Kept apart. They are not shown as duplicates again."))
        return
    try:
        for row in rows:
            if row == keep:
                continue
            if isinstance(row, Lead) and isinstance(keep, Lead):
                lead_merge(kept=keep, merged=row, actor=actor(request))
            elif isinstance(row, Company) and isinstance(keep, Company):
                company_merge(kept=keep, merged=row, actor=actor(request))
        messages.success(request, _("Merged. The history of all of them is kept."))
    except TeichakuError as error:
        messages.error(request, str(error))
