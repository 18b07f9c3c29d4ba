"""Grounds and refusals of one lead: recorded, withdrawn, proved."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.consent.addresses import address_of
from teichaku.consent.documents import document_path
from teichaku.consent.evidence import bases_of, evidence_csv, evidence_excel, refusals_of
from teichaku.consent.forms import LeadBasisForm, ReasonForm
from teichaku.consent.models import Basis
from teichaku.consent.services import basis_record, basis_withdraw, refusal_record
from teichaku.consent.views import CSV, XLSX, audit_record_export
from teichaku.core.errors import InvalidInput, TeichakuError
from teichaku.leads.models import Lead
from teichaku.rulebook.selectors import zone_in_force

PAGE = "consent/lead_form.html"


@require_http_methods(["GET", "HEAD", "POST"])
@needs("consent.manage")
def basis(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form of a ground for the lead; recorded, the lead's page."""
    lead = lead_found(uid)
    form = LeadBasisForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            basis_record(
                lead=lead, channel=said["channel"], document=said["document"], source="manual",
                actor=actor_of(person_of(request)), **form.told(zone_in_force()),
            )  # fmt: skip
            messages.success(request, _("The ground is recorded."))
            return redirect("console:lead", uid=lead.uid)
        except TeichakuError as error:
            _mark(form, error)
    title = _("Record a ground for mail")
    return _form(request, lead, form, title)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("consent.manage")
def refusal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form of a refusal by the lead; recorded, the lead's page."""
    lead = lead_found(uid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            address = address_of(lead, form.cleaned_data["channel"])
            if not address:
                raise InvalidInput(_("This lead has no address of this kind."), field="channel")
            refusal_record(
                address=address, source="manual", actor=actor_of(person_of(request)),
                **form.cleaned_data,
            )  # fmt: skip
            messages.success(request, _("Recorded. Nothing is sent there from now on."))
            return redirect("console:lead", uid=lead.uid)
        except TeichakuError as error:
            _mark(form, error)
    title = _("Record a refusal")
    return _form(request, lead, form, title)


@require_POST
@needs("consent.manage")
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The lead's page, with a ground that no longer holds."""
    row = _basis(uid)
    try:
        why = request.POST.get("why", "")[:2_000]
        basis_withdraw(basis=row, why=why, actor=actor_of(person_of(request)))
        messages.success(request, _("The ground no longer holds."))
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("consent:lead_evidence", uid=row.lead.root.uid)


@require_safe
@needs("consent.view")
def document(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The document of a ground."""
    row = _basis(uid)
    if not row.document or not document_path(row).is_file():
        raise Http404
    return FileResponse(document_path(row).open("rb"), as_attachment=True, filename=row.document)


@require_safe
@needs("consent.view")
def evidence(request: HttpRequest, uid: UUID) -> HttpResponse:
    """All evidence about one person, to be read, printed or taken out."""
    lead = lead_found(uid)
    kind = request.GET.get("format", "")
    if kind in ("xlsx", "csv") and "consent.export" in rights_of(request):
        audit_record_export(request, "consent.evidence_export", 1)
        content = evidence_excel(lead) if kind == "xlsx" else evidence_csv(lead)
        answer = HttpResponse(content, content_type=XLSX if kind == "xlsx" else CSV)
        answer["Content-Disposition"] = f'attachment; filename="evidence-{lead.uid}.{kind}"'
        return answer
    held = rights_of(request)
    context = {
        "lead": lead, "bases": bases_of(lead), "refusals": refusals_of(lead),
        "may_export": "consent.export" in held, "may_manage": "consent.manage" in held,
        "zone": zone_in_force(),
    }  # fmt: skip
    return render(request, "consent/evidence.html", context)


def _form(
    request: HttpRequest, lead: Lead, form: LeadBasisForm | ReasonForm, title: str
) -> HttpResponse:
    context = {"lead": lead, "form": form, "title": title}
    return render(request, PAGE, context, status=422 if form.errors else 200)


def _mark(form: LeadBasisForm | ReasonForm, error: TeichakuError) -> None:
    field = str(error.data.get("field", ""))
    form.add_error(field if field in form.fields else None, str(error))


def lead_found(uid: UUID) -> Lead:
    """Whoever stands for the lead of this id; none is no page."""
    found = Lead.objects.filter(uid=uid).select_related("root").first()
    if found is None:
        raise Http404
    return found.root


def _basis(uid: UUID) -> Basis:
    found = Basis.objects.filter(uid=uid).select_related("lead__root").first()
    if found is None:
        raise Http404
    return found
