"""The diagnosis on a page: files in, columns confirmed, the report, and nothing kept."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.checklist.diagnosis_uploads import KIND, RESULTS, result_path, result_read
from teichaku.core.errors import NotFound, TeichakuError
from teichaku.intake.forms import UploadForm
from teichaku.intake.models import Upload
from teichaku.intake.selectors import upload_find
from teichaku.intake.upload_maps import upload_answered, upload_guess, upload_questions
from teichaku.intake.uploads import result_drop, upload_create, upload_start

PURPOSE = Upload.Purpose.DIAGNOSIS
# The report brings its own style and nothing else; it may not even ask for a file of ours.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"


@require_http_methods(["GET", "POST"])
@needs("checklist.diagnose")
def diagnosis_new(request: HttpRequest) -> HttpResponse:
    """Where files for a diagnosis are handed in."""
    error = ""
    if request.method == "POST":
        try:
            found = upload_create(
                purpose=PURPOSE,
                files=request.FILES.getlist("exports"),
                actor=actor_of(person_of(request)),
                options={"hide_names": "hide_names" in request.POST},
            )
            upload_guess(found)
            return redirect("checklist:diagnosis", uid=found.uid)
        except TeichakuError as problem:
            error = str(problem)
    context = {"form": UploadForm(), "error": error}
    return render(request, "checklist/diagnosis_new.html", context, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
@needs("checklist.diagnose")
def diagnosis(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The columns to be confirmed; then how far the diagnosis is; then its result."""
    found = _upload(request, uid)
    if found.state != Upload.State.CHOOSING:
        context = {"upload": found, "result": result_read(found) if found.finished_at else {}}
        return render(request, "checklist/diagnosis_result.html", context)
    problems: list[str] = []
    if request.method == "POST":
        doer = actor_of(person_of(request))
        answered = upload_answered(upload=found, answers=request.POST.dict(), actor=doer)
        if answered.way == "dropped":
            return redirect("checklist:diagnosis_new")
        if answered.way == "read_otherwise":
            return redirect("checklist:diagnosis", uid=uid)
        problems = answered.problems
        if not problems:
            upload_start(upload=found, kind=KIND)
            return redirect("checklist:diagnosis", uid=uid)
    context = upload_questions(found) | {"problems": problems, "diagnosing": True}
    return render(request, "intake/upload.html", context, status=400 if problems else 200)


@require_safe
@needs("checklist.diagnose")
def diagnosis_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far the diagnosis is, as a part of its page."""
    found = _upload(request, uid)
    if found.finished_at is not None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "checklist/diagnosis_progress.html", {"upload": found})


@require_safe
@needs("checklist.diagnose")
def diagnosis_file(request: HttpRequest, uid: UUID, kind: str) -> HttpResponse:
    """The report as a page of its own, or as a file to keep."""
    found = _upload(request, uid)
    if kind not in RESULTS or not result_path(found, kind).exists():
        raise Http404
    name, content_type = RESULTS[kind]
    shown = kind == "html" and "keep" not in request.GET
    answer = HttpResponse(result_path(found, kind).read_bytes(), content_type=content_type)
    if not shown:
        answer["Content-Disposition"] = f'attachment; filename="diagnosis-{name}"'
    answer["Content-Security-Policy"] = REPORT_POLICY
    return answer


@require_POST
@needs("checklist.diagnose")
def diagnosis_drop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Where files are handed in, with this result gone."""
    result_drop(_upload(request, uid))
    return redirect("checklist:diagnosis_new")


def _upload(request: HttpRequest, uid: UUID) -> Upload:
    """The person's own diagnosis: nobody else's files are anybody's business."""
    try:
        found = upload_find(uid, PURPOSE)
    except NotFound as error:
        raise Http404 from error
    if found.actor_user_id != person_of(request).pk:
        raise Http404
    return found
