"""What is held about a person: told, taken out, and erased once somebody else agrees."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.consent.erasure_lists import erasure_find, erasure_of, erasures_listed, held_about
from teichaku.consent.erasures import erasure_ask, erasure_decide
from teichaku.consent.lead_views import lead_found
from teichaku.consent.person_export import person_zip
from teichaku.consent.views import audit_record_export
from teichaku.core.errors import TeichakuError


@require_safe
@needs("privacy.decide")
def erasures(request: HttpRequest) -> HttpResponse:
    """The requests to erase somebody's data."""
    return _erasures(request)


@require_POST
@needs("privacy.decide")
def decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, with one request decided."""
    row = erasure_find(uid)
    if row is None:
        raise Http404
    user = person_of(request)
    approve = "approve" in request.POST
    note = request.POST.get("note", "")[:2_000]
    try:
        erasure_decide(erasure=row, approve=approve, note=note, user=user, actor=actor_of(user))
    except TeichakuError as error:
        return _erasures(request, wrong=(row.pk, str(error)), note=note)
    text = _("Approved. The data are being erased.") if approve else _("Not approved.")
    messages.success(request, text)
    return redirect("consent:erasures")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("privacy.ask")
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is held about a person, what would stay, and the request to erase it."""
    lead = lead_found(uid)
    error, reason = "", request.POST.get("reason", "")[:2_000]
    if request.method == "POST":
        try:
            erasure_ask(lead=lead, reason=reason, actor=actor_of(person_of(request)))
            messages.success(request, _("Asked for. Somebody else has to approve it."))
            return redirect("consent:person", uid=uid)
        except TeichakuError as problem:
            error = str(problem)
    context = {
        "lead": lead, "held": held_about(lead), "erasure": erasure_of(lead), "error": error,
        "reason": reason, "may_export": "privacy.export" in rights_of(request),
    }  # fmt: skip
    return render(request, "consent/person.html", context, status=422 if error else 200)


@require_safe
@needs("privacy.export")
def person_export(request: HttpRequest, uid: UUID) -> HttpResponse:
    """All that is held about a person, as an archive."""
    lead = lead_found(uid)
    audit_record_export(request, "consent.person_export", 1)
    answer = HttpResponse(person_zip(lead), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="person-{lead.uid}.zip"'
    return answer


def _erasures(request: HttpRequest, **told: object) -> HttpResponse:
    context = {"rows": erasures_listed(), "me": person_of(request), **told}
    return render(request, "consent/erasures.html", context, status=422 if told else 200)
