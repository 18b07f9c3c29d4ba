"""The exhibitions, one of them with what came of it, its visitors, and what follows."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import NotFound, TeichakuError
from teichaku.exhibitions.figures import figures_of
from teichaku.exhibitions.forms import ExhibitionForm, FollowUpForm
from teichaku.exhibitions.mail_preview import mail_previews
from teichaku.exhibitions.models import Exhibition
from teichaku.exhibitions.selectors import (
    AT_ONCE,
    LISTED,
    MANAGE,
    campaigns_free,
    exhibition_find,
    exhibitions_listed,
    mail_state,
    mail_texts,
    plan_count,
    sheets_of,
    visitors_page,
)
from teichaku.exhibitions.services import exhibition_save, follow_up_set, mails_stop
from teichaku.exhibitions.words import GROUP_HELP, RANKS, Group
from teichaku.notify.letter_text import sender_display
from teichaku.rulebook.selectors import zone_in_force


@require_safe
@needs("exhibitions.view")
def exhibition_list(request: HttpRequest) -> HttpResponse:
    """The exhibitions side by side, the latest first."""
    after = request.GET.get("after", "")
    lines, more = exhibitions_listed(after)
    start = int(after) if after.isdecimal() else 0
    context = {
        "lines": lines, "more": more, "next": start + LISTED,
        "may_manage": MANAGE in rights_of(request),
    }  # fmt: skip
    return render(request, "exhibitions/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("exhibitions.manage")
def exhibition_new(request: HttpRequest) -> HttpResponse:
    """The form of a new exhibition; once saved, its page."""
    form = ExhibitionForm(request.POST or None, campaigns=list(campaigns_free()[:LISTED]))
    return _saved(request, form, None)


@require_http_methods(["GET", "POST"])
@needs("exhibitions.manage")
def exhibition_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form of an exhibition; once saved, its page."""
    found = found_or_404(uid)
    return _saved(request, ExhibitionForm(request.POST or None, exhibition=found), found)


@require_safe
@needs("exhibitions.view")
def exhibition(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One exhibition: its sheets, what follows, and what came of it."""
    found = found_or_404(uid)
    [figures] = figures_of([found])
    context = {
        "exhibition": found, "figures": figures, "sheets": sheets_of(found),
        "plan": plan_count(found), "mail": mail_state(found), "zone": zone_in_force(),
        "groups": [(g, figures.groups[g], GROUP_HELP[g]) for g in Group if figures.groups[g]],
        "ranks": [(rank, figures.ranks[rank]) for rank in (*RANKS, "")],
        "rights": rights_of(request), "sender": sender_display(),
    }  # fmt: skip
    return render(request, "exhibitions/exhibition.html", context)


@require_safe
@needs("exhibitions.view")
def visitors(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The visitors, by group and rank."""
    found = found_or_404(uid)
    group, rank = request.GET.get("group", ""), request.GET.get("rank", "")
    after = request.GET.get("after", "")
    lines, more = visitors_page(found, group=group, rank=rank, after=after)
    start = int(after) if after.isdecimal() else 0
    context = {
        "exhibition": found, "lines": lines, "more": more, "next": start + AT_ONCE,
        "group": group, "rank": rank, "groups": Group.choices, "ranks": RANKS,
    }  # fmt: skip
    return render(request, "exhibitions/visitors.html", context)


@require_http_methods(["GET", "POST"])
@needs("exhibitions.manage")
def follow_up(request: HttpRequest, uid: UUID) -> HttpResponse:
    """When visitors are thanked and called, in which words; as each mail would read."""
    found = found_or_404(uid)
    texts = mail_texts(found)
    form = FollowUpForm(request.POST or None, found, texts)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            follow_up_set(exhibition=found, plan=form.plan(), actor=actor_of(person_of(request)))
        except TeichakuError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Until then everything can still be changed."))
            return redirect("exhibitions:exhibition", uid=uid)
    context = {
        "exhibition": found, "form": form, "previews": mail_previews(found, form),
        "sender": sender_display(), "plan": plan_count(found),
    }  # fmt: skip
    status = 400 if form.errors else 200
    return render(request, "exhibitions/follow_up.html", context, status=status)


@require_POST
@needs("exhibitions.manage")
def mails_stopped(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The exhibition, with mails that have not left called off."""
    stopped = mails_stop(exhibition=found_or_404(uid), actor=actor_of(person_of(request)))
    messages.info(request, _("Mails that are not sent: %(count)s") % {"count": stopped})
    return redirect("exhibitions:exhibition", uid=uid)


def found_or_404(uid: UUID) -> Exhibition:
    """The exhibition, or the page that says there is none."""
    try:
        return exhibition_find(uid)
    except NotFound as error:
        raise Http404 from error


def _saved(request: HttpRequest, form: ExhibitionForm, known: Exhibition | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            made = exhibition_save(
                values=form.values(), venue=form.cleaned_data["venue"], campaign=form.chosen,
                exhibition=known, actor=actor_of(person_of(request)),
            )  # fmt: skip
        except TeichakuError as error:
            form.add_error(None, str(error))
        else:
            return redirect("exhibitions:exhibition", uid=made.uid)
    status = 400 if form.errors else 200
    context = {"form": form, "exhibition": known}
    return render(request, "exhibitions/edit.html", context, status=status)
