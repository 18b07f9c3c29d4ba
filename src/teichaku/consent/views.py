"""Who may be mailed and who must not: counts, lists, refusals, evidence."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.consent.bulk_bases import bases_preview, bases_record_listed
from teichaku.consent.evidence import evidence_csv, evidence_excel
from teichaku.consent.forms import BasisForm, RefusalForm, RefusalSearchForm, SelectionForm
from teichaku.consent.lists import (
    overview,
    people_listed,
    refusal_find,
    refusals_found,
    refusals_listed,
)
from teichaku.consent.refusal_lists import addresses_in, refusals_csv
from teichaku.consent.refusals import refusal_lift, refusal_record, refusals_record
from teichaku.consent.words import NO_BASIS, STATUSES
from teichaku.core.audit import audit_record
from teichaku.core.errors import InvalidInput, TeichakuError
from teichaku.rulebook.selectors import zone_in_force

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
LARGEST = 20 * 1024 * 1024


@require_safe
@needs("consent.view")
def home(request: HttpRequest) -> HttpResponse:
    """How many people may be mailed, and why the others may not."""
    context = {"overview": overview(), "may_export": "consent.export" in rights_of(request)}
    return render(request, "consent/home.html", context)


@require_safe
@needs("consent.view")
def people(request: HttpRequest) -> HttpResponse:
    """The people of one status."""
    status = request.GET.get("status", NO_BASIS)
    if status not in STATUSES:
        raise Http404
    form = SelectionForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    page = people_listed(status, said=said, after=_number(request, "after") or 0)
    context = {
        "status": status, "label": STATUSES[status], "form": form, "page": page,
        "filtered": any(said.values()),
        "may_record": status == NO_BASIS and "consent.manage" in rights_of(request),
    }  # fmt: skip
    return render(request, "consent/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("consent.manage")
def bases(request: HttpRequest) -> HttpResponse:
    """A ground for everybody of a selection who has none: whom it concerns, then recorded."""
    selection = SelectionForm(request.POST or request.GET)
    said = selection.cleaned_data if selection.is_valid() else {}
    form = BasisForm(request.POST) if request.method == "POST" else BasisForm()
    if request.method == "POST" and form.is_valid() and "record" in request.POST:
        try:
            ground = form.told(zone_in_force())
            done = bases_record_listed(said=said, ground=ground, actor=actor_of(person_of(request)))
            text = ngettext(
                "Recorded for %(n)s person.", "Recorded for %(n)s people.", done.recorded
            )
            messages.success(request, text % {"n": f"{done.recorded:,}"})
            return redirect("consent:home")
        except TeichakuError as error:
            _mark(form, error)
    context = {
        "form": form, "selection": selection, "preview": bases_preview(said=said),
        "checked": request.method == "POST" and form.is_valid(),
    }  # fmt: skip
    return render(request, "consent/bases.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("consent.view")
def refusals(request: HttpRequest) -> HttpResponse:
    """The refusals that stand, and the way to add one."""
    may_manage = "consent.manage" in rights_of(request)
    form = RefusalForm(request.POST if request.method == "POST" and may_manage else None)
    if form.is_bound and form.is_valid():
        try:
            refusal_record(source="manual", actor=actor_of(person_of(request)), **form.cleaned_data)
            messages.success(request, _("Recorded. Nothing is sent there from now on."))
            return redirect("consent:refusals")
        except TeichakuError as error:
            _mark(form, error)
    return _refusals(request, form, 422 if form.errors else 200)


@require_POST
@needs("consent.manage")
def lift(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, with one refusal lifted on evidence."""
    row = refusal_find(uid)
    if row is None:
        raise Http404
    why = request.POST.get("why", "")
    try:
        refusal_lift(refusal=row, why=why, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        return _refusals(request, RefusalForm(), 422, wrong=(row.pk, str(error)), why=why)
    messages.success(request, _("Lifted. A ground for mail is still needed."))
    return redirect("consent:refusals")


@require_POST
@needs("consent.manage")
def refusals_in(request: HttpRequest) -> HttpResponse:
    """The list, with the addresses of a file on it."""
    try:
        new = _list_in(request)
    except TeichakuError as error:
        return _refusals(request, RefusalForm(), 422, problem=str(error))
    text = ngettext("%(n)s new address is stopped.", "%(n)s new addresses are stopped.", new)
    messages.success(request, text % {"n": f"{new:,}"})
    return redirect("consent:refusals")


@require_safe
@needs("consent.export")
def refusals_out(request: HttpRequest) -> HttpResponse:
    """The refusals that stand as a file."""
    rows = refusals_found(text="", reason="").order_by("pk")
    audit_record_export(request, "consent.refusals_export", rows.count())
    return _file(refusals_csv(rows.iterator(chunk_size=2_000)), CSV, "refusals.csv")


@require_safe
@needs("consent.export")
def evidence(request: HttpRequest, kind: str) -> HttpResponse:
    """All evidence as a file."""
    if kind not in ("xlsx", "csv"):
        raise Http404
    audit_record_export(request, "consent.evidence_export", 0)
    if kind == "xlsx":
        return _file(evidence_excel(), XLSX, "consent-evidence.xlsx")
    return _file(evidence_csv(), CSV, "consent-evidence.csv")


def audit_record_export(request: HttpRequest, action: str, count: int) -> None:
    """Nothing; it is known who took personal data out."""
    with transaction.atomic():
        audit_record(
            actor=actor_of(person_of(request)), action=action, object_type="consent.basis",
            count=max(count, 1),
        )  # fmt: skip


def _refusals(request: HttpRequest, form: RefusalForm, status: int, **told: object) -> HttpResponse:
    search = RefusalSearchForm(request.GET)
    said = search.cleaned_data if search.is_valid() else {"q": "", "reason": ""}
    page = refusals_listed(text=said["q"], reason=said["reason"], before=_number(request, "before"))
    held = rights_of(request)
    context = {
        "form": form, "search": search, "page": page, "filtered": any(said.values()),
        "may_manage": "consent.manage" in held, "may_export": "consent.export" in held, **told,
    }  # fmt: skip
    return render(request, "consent/refusals.html", context, status=status)


def _list_in(request: HttpRequest) -> int:
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > LARGEST:
        raise InvalidInput(_("Choose a CSV file of up to 20 MB."))
    try:
        text = sent.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(_("The file is not in UTF-8. Save it as CSV UTF-8.")) from error
    refused = addresses_in(text, request.POST.get("reason", ""))
    doer = actor_of(person_of(request))
    return refusals_record(refused=refused, source=f"import:{sent.name}"[:300], actor=doer)


def _mark(form: BasisForm | RefusalForm, error: TeichakuError) -> None:
    field = str(error.data.get("field", ""))
    form.add_error(field if field in form.fields else None, str(error))


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
