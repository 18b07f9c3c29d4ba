"""The page about background work, for administrators."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.console.job_page import job_page, job_text, parked_job
from teichaku.core.errors import TeichakuError
from teichaku.core.models import Job
from teichaku.core.parked_jobs import job_drop, job_retry, jobs_retry


@require_safe
@needs("system.jobs")
def jobs(request: HttpRequest) -> HttpResponse:
    """What waits, is under way, is parked, and is done again and again."""
    return render(request, "console/jobs.html", {"page": job_page()})


@require_POST
@needs("system.jobs")
def jobs_again(request: HttpRequest) -> HttpResponse:
    """The page, with everything of a kind tried again."""
    kind = request.POST.get("kind", "")
    count = jobs_retry(kind=kind, actor=actor_of(person_of(request)))
    told = ngettext(
        "%(count)d piece of work is tried again: %(work)s",
        "%(count)d pieces of work are tried again: %(work)s",
        count,
    )
    messages.success(request, told % {"count": count, "work": job_text(kind)})
    return redirect("console:jobs")


@require_POST
@needs("system.jobs")
def job_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page, with this work tried again."""
    job = _job(uid)
    try:
        job_retry(job=job, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is tried again: %s") % job_text(job.kind))
    return redirect("console:jobs")


@require_POST
@needs("system.jobs")
def job_away(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page, without this work; where the reason is missing, the form says so."""
    job, reason = _job(uid), request.POST.get("reason", "")
    try:
        job_drop(job=job, reason=reason, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        context = {"page": job_page(), "wrong": uid, "reason": reason, "error": str(error)}
        return render(request, "console/jobs.html", context, status=422)
    messages.success(
        request, _("It is dropped, with the reason on record: %s") % job_text(job.kind)
    )
    return redirect("console:jobs")


def _job(uid: UUID) -> Job:
    job = parked_job(uid)
    if job is None:
        raise Http404
    return job
