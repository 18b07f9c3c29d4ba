"""Where administrators record what is measured about people, or switch it off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.accounts.monitoring import (
    monitoring_end,
    monitoring_policy_record,
    policies_recorded,
    policy_in_force,
    policy_to_come,
)
from teichaku.accounts.monitoring_forms import PolicyForm, first_form
from teichaku.core.errors import TeichakuError

RIGHT = "accounts.monitoring"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(RIGHT)
def policy(request: HttpRequest) -> HttpResponse:
    """The editions and the form of a new one; on again once it is recorded."""
    if request.method != "POST":
        return _page(request, first_form(policy_to_come() or policy_in_force()))
    form = PolicyForm(request.POST)
    if "fill" in request.POST:
        return _page(request, form.filled())
    if not form.is_valid():
        return _page(request, form, status=422)
    if "preview" in request.POST:
        return _page(request, form, preview=form.policy())
    try:
        monitoring_policy_record(policy=form.policy(), actor=actor_of(person_of(request)))
    except TeichakuError as error:
        field = error.data.get("field")
        form.add_error(field if isinstance(field, str) else None, str(error))
        return _page(request, form, status=422)
    messages.success(request, _("Recorded. Everybody is told where to read it."))
    return redirect("monitoring:policy")


@require_POST
@needs(RIGHT)
def end(request: HttpRequest) -> HttpResponse:
    """The page, with everything about single people switched off."""
    reason = request.POST.get("reason", "")[:1_000]
    try:
        monitoring_end(reason=reason, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        form = first_form(policy_to_come() or policy_in_force())
        return _page(request, form, status=422, wrong=str(error), reason=reason)
    messages.success(request, _("Switched off. Nothing is measured about single people any more."))
    return redirect("monitoring:policy")


def _page(
    request: HttpRequest, form: PolicyForm, *, status: int = 200, **more: object
) -> HttpResponse:
    context = {
        "form": form,
        "now": policy_in_force(),
        "coming": policy_to_come(),
        "editions": policies_recorded(),
        **more,
    }
    return render(request, "accounts/monitoring.html", context, status=status)
