"""The list of forms, and what is done with a form as a whole."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import TeichakuError
from teichaku.forms.definition import definition_of
from teichaku.forms.edit_forms import NewFormForm
from teichaku.forms.models import Form
from teichaku.forms.public_views import blank_form, form_answer, framed
from teichaku.forms.selectors import (
    draft_of,
    form_found,
    form_lines,
    form_revisions,
    revision_found,
    waiting_count,
)
from teichaku.forms.services import (
    form_archive,
    form_copy,
    form_create,
    form_publish,
    form_restore,
)

MANAGE = "forms.manage"
INVALID = 422


@require_safe
@needs(MANAGE)
def form_list(request: HttpRequest) -> HttpResponse:
    """The forms with what came in lately; archived ones apart."""
    archived = request.GET.get("state") == "archived"
    context = {
        "lines": form_lines(archived=archived),
        "archived": archived,
        "waiting": waiting_count(),
    }
    return render(request, "forms/form_list.html", context)


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def form_new(request: HttpRequest) -> HttpResponse:
    """The name and address of a new form; made, its page."""
    form = NewFormForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = form_create(
                name=told["name"], slug=told["slug"], actor=actor_of(person_of(request))
            )
        except TeichakuError as error:
            form.add_error(str(error.data.get("field", "slug")), str(error))
        else:
            return redirect("forms:edit", uid=made.uid)
    status = INVALID if form.errors else 200
    return render(request, "forms/form_new.html", {"form": form}, status=status)


@require_POST
@needs(MANAGE)
def publish(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the form, which people see as it is now, or with what is missing."""
    form = found_form(uid)
    try:
        revision = form_publish(form=form, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        for text in error.data.get("problems") or [str(error)]:  # type: ignore[attr-defined]
            messages.error(request, str(text))
    else:
        text = _("Published as edition %(number)s. People see it from now on.")
        messages.success(request, text % {"number": revision.number})
    return redirect("forms:edit", uid=uid)


@require_POST
@needs(MANAGE)
def copy(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page of a new draft that asks the same."""
    made = form_copy(form=found_form(uid), actor=actor_of(person_of(request)))
    messages.success(request, _("Copied. This is the copy, a draft under an address of its own."))
    return redirect("forms:edit", uid=made.uid)


@require_POST
@needs(MANAGE)
def archive(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the form, archived or brought back."""
    form, actor = found_form(uid), actor_of(person_of(request))
    if form.archived_at is None:
        form_archive(form=form, actor=actor)
        messages.success(request, _("Archived. Nobody can hand it in any more; its data stays."))
    else:
        form_restore(form=form, actor=actor)
        messages.success(request, _("Brought back."))
    return redirect("forms:edit", uid=uid)


@require_safe
@needs(MANAGE)
@xframe_options_exempt
def preview(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The draft as people would see it; it cannot be sent."""
    form = blank_form(draft_of(found_form(uid)), {})
    return framed(form_answer(request, form, inside="inside" in request.GET, preview=True))


@require_safe
@needs(MANAGE)
def editions(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The editions that people have seen, newest first."""
    form = found_form(uid)
    context = {"form": form, "tab": "editions", "revisions": form_revisions(form)}
    return render(request, "forms/editions.html", context)


@require_safe
@needs(MANAGE)
def edition(request: HttpRequest, uid: UUID, number: int) -> HttpResponse:
    """One edition as people saw it; it cannot be sent."""
    revision = revision_found(found_form(uid), number)
    if revision is None:
        raise Http404
    form = blank_form(definition_of(revision.document), {})
    return form_answer(request, form, inside=False, preview=True)


def found_form(uid: UUID) -> Form:
    """The form; a missing one is no page."""
    form = form_found(uid)
    if form is None:
        raise Http404
    return form
