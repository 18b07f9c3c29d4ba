"""Bringing files in, seeing what became of them, and taking them back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.canonical import Json
from teichaku.core.errors import NotFound, TeichakuError
from teichaku.core.jobs import job_enqueue
from teichaku.intake.corrections import corrections_csv, corrections_xlsx
from teichaku.intake.forms import UploadForm
from teichaku.intake.models import ImportRun, Upload
from teichaku.intake.selectors import (
    run_find,
    run_view,
    runs_listed,
    undo_view,
    upload_find,
    upload_rate,
)
from teichaku.intake.trial import upload_trial
from teichaku.intake.undo import undo_preview
from teichaku.intake.upload_maps import upload_answered, upload_guess, upload_questions
from teichaku.intake.uploads import upload_create, upload_start

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"csv": (corrections_csv, "text/csv; charset=utf-8"), "xlsx": (corrections_xlsx, XLSX)}
HERE = Upload.Purpose.IMPORT


@require_http_methods(["GET", "POST"])
@needs("intake.import")
def import_list(request: HttpRequest) -> HttpResponse:
    """The imports so far, latest first, and the way to bring more in."""
    error = ""
    if request.method == "POST":
        try:
            files = request.FILES.getlist("exports")
            doer = actor_of(person_of(request))
            found = upload_create(purpose=HERE, files=files, actor=doer)
            upload_guess(found)
            return redirect("intake:upload", uid=found.uid)
        except TeichakuError as problem:
            error = str(problem)
    before = request.GET.get("before", "")
    runs, more = runs_listed(int(before) if before.isdecimal() else None)
    context = {"runs": runs, "more": more, "form": UploadForm(), "error": error}
    return render(request, "intake/import_list.html", context, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
@needs("intake.import")
def upload(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The files with how they would be read; once confirmed, how far they are."""
    found = _upload(uid)
    if found.state != Upload.State.CHOOSING:
        return render(request, "intake/upload_progress.html", _progress(found))
    problems: list[str] = []
    trial = None
    if request.method == "POST":
        doer = actor_of(person_of(request))
        answered = upload_answered(upload=found, answers=request.POST.dict(), actor=doer)
        if answered.way == "dropped":
            return redirect("intake:import_list")
        if answered.way == "read_otherwise":
            return redirect("intake:upload", uid=uid)
        problems = answered.problems
        if not problems and "start" in request.POST:
            upload_start(upload=found, kind="intake.import")
            return redirect("intake:upload", uid=uid)
        trial = upload_trial(found, actor=doer) if not problems else None
    asked = upload_questions(found, request.POST.dict())
    context = asked | {"problems": problems, "trial": trial}
    status = 400 if problems else 200
    return render(request, "intake/upload.html", context, status=status)


@require_safe
@needs("intake.import")
def upload_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far the files are, as a part of their page; afterwards the whole page again."""
    found = _upload(uid)
    if found.finished_at is not None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "intake/progress.html", _progress(found))


@require_safe
@needs("intake.import")
def run(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What became of one file's rows."""
    return render(request, "intake/run.html", {"view": run_view(_run(uid))})


@require_safe
@needs("intake.import")
def run_corrections(request: HttpRequest, uid: UUID, kind: str) -> HttpResponse:
    """The rows that stayed out, as a file to be corrected."""
    if kind not in KINDS:
        raise Http404
    found = _run(uid)
    write, content_type = KINDS[kind]
    answer = HttpResponse(write(found), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="rows-{found.pk}.{kind}"'
    return answer


@require_http_methods(["GET", "POST"])
@needs("intake.import")
def run_undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What goes when the import is taken back; confirmed, it does."""
    found = run_view(_run(uid))
    if found.refusal:
        messages.error(request, found.refusal)
        return redirect("intake:run", uid=uid)
    if request.method == "POST":
        user = person_of(request)
        payload: dict[str, Json] = {"run": found.run.pk, "name": user.name, "user": user.pk}
        job_enqueue(kind="intake.undo", key=f"run {found.run.pk}", payload=payload)
        messages.info(request, _("The import is being taken back."))
        return redirect("intake:run_progress", uid=uid)
    context = {"view": found, "preview": undo_view(undo_preview(found.run))}
    return render(request, "intake/undo.html", context)


@require_safe
@needs("intake.import")
def run_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far the taking back is; the import's own page once it is done."""
    found = run_view(_run(uid))
    if found.run.undone_at is None:
        part = (
            "intake/undo_part.html" if request.headers.get("HX-Request") else "intake/undoing.html"
        )
        return render(request, part, {"view": found})
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect("intake:run", uid=uid)


def _upload(uid: UUID) -> Upload:
    try:
        return upload_find(uid, HERE)
    except NotFound as error:
        raise Http404 from error


def _run(uid: UUID) -> ImportRun:
    try:
        return run_find(uid)
    except NotFound as error:
        raise Http404 from error


def _progress(found: Upload) -> dict[str, object]:
    runs = [run_view(one) for one in found.runs.order_by("pk")]
    return {"upload": found, "runs": runs, "rate": upload_rate(found)}
