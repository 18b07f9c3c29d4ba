"""A sheet of visitors on its way in: handed in, its columns said, tried, brought in, taken back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import InvalidInput, NotFound, TeichakuError
from teichaku.exhibitions.forms import SheetForm
from teichaku.exhibitions.models import Exhibition, Sheet
from teichaku.exhibitions.selectors import sheet_find, sheet_runs
from teichaku.exhibitions.services import sheet_take_back
from teichaku.exhibitions.sheet_import import KIND, SheetCounts, sheet_trial
from teichaku.exhibitions.sheets import header_of, sheet_confirm, sheet_create, sheet_read_as
from teichaku.exhibitions.views import found_or_404
from teichaku.exhibitions.words import Group
from teichaku.intake.forms import UploadForm
from teichaku.intake.models import Upload
from teichaku.intake.upload_maps import upload_questions
from teichaku.intake.uploads import upload_drop, upload_start


@require_http_methods(["GET", "POST"])
@needs("exhibitions.manage")
def sheet_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Where a sheet is handed in; then how it would be read."""
    found, error = found_or_404(uid), ""
    if request.method == "POST":
        files = request.FILES.getlist("exports")
        try:
            if len(files) > 1:
                raise InvalidInput(_("Hand in one sheet at a time."))
            doer = actor_of(person_of(request))
            made = sheet_create(exhibition=found, file=files[0] if files else None, actor=doer)
            return redirect("exhibitions:sheet", uid=uid, sheet=made.uid)
        except TeichakuError as problem:
            error = str(problem)
    context = {"exhibition": found, "form": UploadForm(), "error": error}
    return render(request, "exhibitions/sheet_new.html", context, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
@needs("exhibitions.manage")
def sheet(request: HttpRequest, uid: UUID, sheet: UUID) -> HttpResponse:
    """How the sheet would be read and what it would bring; once started, how far it is."""
    found, one = _found(uid, sheet)
    if one.upload.state != Upload.State.CHOOSING:
        return render(request, "exhibitions/sheet_done.html", _done(found, one))
    form = SheetForm(request.POST or None, one, header_of(one))
    problems: list[str] = []
    counts: SheetCounts | None = None
    if request.method == "POST":
        if "drop" in request.POST:
            upload_drop(upload=one.upload)
            return redirect("exhibitions:exhibition", uid=uid)
        if "kind" in request.POST:
            sheet_read_as(sheet=one, answers=request.POST.dict())
            return redirect("exhibitions:sheet", uid=uid, sheet=sheet)
        answered = _answered(request, one, form)
        if answered is None:
            return redirect("exhibitions:sheet", uid=uid, sheet=sheet)
        problems, counts, form = answered
    context = upload_questions(one.upload) | {
        "exhibition": found, "sheet": one, "form": form, "problems": problems, "counts": counts,
        "groups": _groups(counts), "tried": request.method == "POST" and not problems,
    }  # fmt: skip
    bad = problems or form.errors
    return render(request, "exhibitions/sheet.html", context, status=400 if bad else 200)


@require_safe
@needs("exhibitions.manage")
def progress(request: HttpRequest, uid: UUID, sheet: UUID) -> HttpResponse:
    """How far the sheet is, as a part of its page."""
    found, one = _found(uid, sheet)
    if one.upload.finished_at is not None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "exhibitions/sheet_progress.html", _done(found, one))


@require_POST
@needs("exhibitions.manage")
def take_back(request: HttpRequest, uid: UUID, sheet: UUID) -> HttpResponse:
    """The exhibition, with the sheet on its way out."""
    _exhibition, one = _found(uid, sheet)
    try:
        sheet_take_back(sheet=one, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.info(request, _("The sheet is being taken back."))
    return redirect("exhibitions:sheet", uid=uid, sheet=sheet)


def _answered(
    request: HttpRequest, one: Sheet, form: SheetForm
) -> tuple[list[str], SheetCounts | None, SheetForm] | None:
    """What is wrong, what it would bring, and the form as it now is; None once it is started."""
    if not form.is_valid():
        return [], None, form
    doer = actor_of(person_of(request))
    answers = request.POST.dict()
    before = one.columns.get("rank", "")
    problems = sheet_confirm(sheet=one, reading=form.reading(), answers=answers, actor=doer)
    if one.columns.get("rank", "") != before:  # other words stand there, and have to be looked at
        return problems, None, SheetForm(None, one, header_of(one))
    if problems:
        return problems, None, form
    if "start" in request.POST:
        upload_start(upload=one.upload, kind=KIND)
        return None
    try:
        return [], sheet_trial(one, actor=doer), form
    except TeichakuError as error:
        return [str(error)], None, form


def _found(uid: UUID, sheet: UUID) -> tuple[Exhibition, Sheet]:
    found = found_or_404(uid)
    try:
        return found, sheet_find(found, sheet)
    except NotFound as error:
        raise Http404 from error


def _done(found: Exhibition, one: Sheet) -> dict[str, object]:
    return {
        "exhibition": found, "sheet": one, "upload": one.upload, "runs": sheet_runs(one),
        "groups": _groups(SheetCounts(**one.counts) if one.counts else None),
    }  # fmt: skip


def _groups(counts: SheetCounts | None) -> list[tuple[str, int]]:
    if counts is None:
        return []
    return [(str(group.label), counts.groups[group]) for group in Group if group in counts.groups]
