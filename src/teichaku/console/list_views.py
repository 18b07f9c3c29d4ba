"""What can be done with a list: keep its conditions, take it out, bring a changed file back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from teichaku.accounts.access import needs
from teichaku.accounts.actors import person_of
from teichaku.accounts.selectors import today
from teichaku.console.editing import actor
from teichaku.console.forms import LeadFilterForm, SavedViewForm
from teichaku.console.lead_filters import Matches
from teichaku.console.lead_sheet import (
    MOST_ROWS,
    owner_uids,
    sheet_compare,
    sheet_csv,
    sheet_excel,
)
from teichaku.console.saved_views import view_change, view_delete, view_save
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, NotFound, TeichakuError
from teichaku.leads.lead_writes import lead_update
from teichaku.leads.models import Lead

PAGES = {"leads": ("console:lead_list", LeadFilterForm)}
KINDS = {
    "xlsx": (sheet_excel, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (sheet_csv, "text/csv; charset=utf-8"),
}
CONFIRM_WITHIN = 3600
_SALT = "teichaku.lead_sheet"


@require_POST
@needs("leads.view")
def saved_view_new(request: HttpRequest) -> HttpResponse:
    """The list under its conditions, which are kept now."""
    form, query = SavedViewForm(request.POST), _query(request)
    if not form.is_valid():
        messages.error(request, _("A view needs a name of at most 60 characters. Enter one."))
    else:
        _try(
            request,
            lambda: view_save(
                user=person_of(request),
                page="leads",
                query=query,
                actor=actor(request),
                **form.cleaned_data,
            ),
            _("The view is saved."),
        )
    return redirect(f"{reverse('console:lead_list')}?{query}")


@require_POST
@needs("leads.view")
def saved_view(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, with one of the person's views renamed, shared or gone."""
    user, doer = person_of(request), actor(request)
    form = SavedViewForm(request.POST)
    try:
        if "delete" in request.POST:
            view_delete(user=user, uid=uid, actor=doer)
            messages.success(request, _("The view is deleted."))
        elif form.is_valid():
            view_change(user=user, uid=uid, actor=doer, **form.cleaned_data)
            messages.success(request, _("The view is saved."))
        else:
            messages.error(request, _("A view needs a name of at most 60 characters. Enter one."))
    except NotFound as error:
        raise Http404 from error
    except Conflict as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('console:lead_list')}?{_query(request)}")


@require_POST
@needs("leads.export")
def leads_export(request: HttpRequest) -> HttpResponse:
    """The leads of the list as a file, at most ``MOST_ROWS``."""
    form = LeadFilterForm(QueryDict(_query(request)))
    write, content_type = KINDS.get(request.POST.get("kind", ""), (None, ""))
    if write is None or not form.is_valid():
        raise Http404
    leads = Matches(form.wanted()).ids(MOST_ROWS)
    content = write(leads)
    with transaction.atomic():
        audit_record(
            actor=actor(request),
            action="console.leads_export",
            object_type="leads.lead",
            count=max(len(leads), 1),
        )
    name = f"leads-{today():%Y%m%d}.{request.POST['kind']}"
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(["GET", "POST"])
@needs("leads.export")
def leads_sheet(request: HttpRequest) -> HttpResponse:
    """The differences between a changed file and what is stored, to be confirmed."""
    file = request.FILES.get("file")
    if request.method == "GET" or file is None:
        error = _("Choose the changed Excel file.") if request.method == "POST" else ""
        status = 400 if error else 200
        return render(request, "console/lead_sheet.html", {"error": error}, status=status)
    try:
        found = sheet_compare(file.read())
    except TeichakuError as problem:
        return render(request, "console/lead_sheet.html", {"error": str(problem)}, status=400)
    changes = [asdict(row) for row in found.rows if not row.moved]
    context = {
        "found": found,
        "changes": signing.dumps(changes, salt=_SALT, compress=True) if changes else "",
        "ready": len(changes),
    }
    return render(request, "console/lead_sheet.html", context)


@require_POST
@needs("leads.export")
def leads_sheet_apply(request: HttpRequest) -> HttpResponse:
    """The list, with the confirmed changes made."""
    try:
        rows = signing.loads(request.POST.get("changes", ""), salt=_SALT, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        messages.error(
            request, _("The preview is more than an hour old. Bring the file in once more.")
        )
        return redirect("console:leads_sheet")
    left = _apply(request, rows)
    made = len(rows) - len(left)
    messages.success(
        request,
        ngettext("%(made)d lead changed.", "%(made)d leads changed.", made) % {"made": made},
    )
    for label, error in left[:20]:
        messages.warning(request, f"{label}: {error}")
    return redirect("console:lead_list")


def _apply(request: HttpRequest, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The rows that could not be changed, with the reason."""
    left = []
    leads = {str(lead.uid): lead for lead in Lead.objects.filter(uid__in=[r["uid"] for r in rows])}
    for row in rows:
        new = {cell["field"]: cell["new"] for cell in row["cells"]}
        seen = {cell["field"]: cell["old"] for cell in row["cells"]}
        try:
            if "owner" in new:
                uids = owner_uids([new["owner"], seen["owner"]])
                new["owner"], seen["owner"] = uids[new["owner"]], uids[seen["owner"]]
            lead_update(
                lead=leads[row["uid"]], values=new, seen=seen, actor=actor(request), source="excel"
            )
        except TeichakuError as error:
            left.append((row["label"], str(error)))
    return left


def _query(request: HttpRequest) -> str:
    """The conditions of the list, as an address holds them."""
    query = QueryDict(request.POST.get("query", "")[:2_000], mutable=True)
    query.pop("after", None)
    return query.urlencode()


def _try(request: HttpRequest, work: Any, done: str) -> None:
    try:
        work()
        messages.success(request, done)
    except TeichakuError as error:
        messages.error(request, str(error))
