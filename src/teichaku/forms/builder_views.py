"""Editing the draft of a form: its fields, their order, its texts and rules."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.addresses import absolute
from teichaku.core.errors import NotFound, TeichakuError
from teichaku.forms.definition import problems
from teichaku.forms.edit_forms import FieldForm, NewFieldForm, SettingsForm
from teichaku.forms.models import Form
from teichaku.forms.selectors import draft_of, frame_hosts
from teichaku.forms.services import (
    field_add,
    field_move,
    field_remove,
    field_save,
    fields_order,
    form_edit,
)
from teichaku.forms.views import INVALID, MANAGE, found_form
from teichaku.notify.letter_text import sender_display


@require_safe
@needs(MANAGE)
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The draft with a preview, where it can be seen, and what is missing."""
    return _answer(request, found_form(uid))


@require_POST
@needs(MANAGE)
def settings_save(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the draft with its texts and rules as entered."""
    form = found_form(uid)
    entered = SettingsForm(request.POST, definition=draft_of(form))
    if not entered.is_valid():
        return _answer(request, form, settings=entered)
    form_edit(form=form, change=entered.changed, actor=actor_of(person_of(request)))
    messages.success(request, _("Saved. People see it once it is published."))
    return redirect("forms:edit", uid=uid)


@require_POST
@needs(MANAGE)
def field_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the draft, at its new field."""
    form = found_form(uid)
    entered = NewFieldForm(request.POST, definition=draft_of(form))
    if entered.is_valid():
        told = entered.cleaned_data
        try:
            spec = field_add(
                form=form,
                kind=told["kind"],
                name=told["name"].strip(),
                actor=actor_of(person_of(request)),
            )
        except TeichakuError as error:
            entered.add_error("name", str(error))
        else:
            return _back(uid, spec.name)
    return _answer(request, form, new=entered)


@require_POST
@needs(MANAGE)
def field_change(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """Back to the draft with one field changed, moved or removed."""
    form, actor = found_form(uid), actor_of(person_of(request))
    try:
        if "remove" in request.POST:
            field_remove(form=form, name=name, actor=actor)
            messages.success(request, _("The field is removed from the draft."))
            return redirect("forms:edit", uid=uid)
        if "up" in request.POST or "down" in request.POST:
            field_move(form=form, name=name, by=1 if "down" in request.POST else -1, actor=actor)
            return _back(uid, name)
        spec = draft_of(form).field(name)
        if spec is None:
            raise NotFound(_("There is no such field in the form any more. Open the page again."))
        entered = FieldForm(request.POST, spec=spec)
        if not entered.is_valid():
            return _answer(request, form, field=entered)
        field_save(form=form, spec=entered.changed(), actor=actor)
    except TeichakuError as error:
        messages.error(request, str(error))
    return _back(uid, name)


@require_POST
@needs(MANAGE)
def fields_sort(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the draft with its fields in the order to which they were pulled."""
    names = request.POST.get("names", "").split()
    fields_order(form=found_form(uid), names=names, actor=actor_of(person_of(request)))
    return redirect("forms:edit", uid=uid)


def _back(uid: UUID, name: str) -> HttpResponse:
    return redirect(f"{reverse('forms:edit', args=[uid])}#field-{name}")


def _answer(
    request: HttpRequest,
    form: Form,
    *,
    settings: SettingsForm | None = None,
    field: FieldForm | None = None,
    new: NewFieldForm | None = None,
) -> HttpResponse:
    definition = draft_of(form)
    lines = [
        field if field is not None and field.spec.name == spec.name else FieldForm(spec=spec)
        for spec in definition.fields
    ]
    sender = sender_display().name
    context = {
        "form": form,
        "tab": "edit",
        "definition": definition,
        "lines": lines,
        "opened": field.spec.name if field else "",
        "settings": settings or SettingsForm(definition=definition),
        "new": new or NewFieldForm(definition=definition),
        "problems": problems(definition, sender=sender),
        "sender": sender,
        "changed": form.published is None or form.published.hash != definition.hash,
        "address": absolute(reverse("forms:page", args=[form.slug])),
        "inside": absolute(reverse("forms:inside", args=[form.slug])),
        "hosts": frame_hosts(),
    }
    status = INVALID if settings or field or new else 200
    return render(request, "forms/edit.html", context, status=status)
