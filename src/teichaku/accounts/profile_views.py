"""The page on which people look after what is their own."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import signed_in, standing_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.accounts.person_forms import OWN_PARTS, SHOWN_OWN, PersonForm
from teichaku.accounts.person_page import absences_from, deputies_from
from teichaku.accounts.selectors import today
from teichaku.accounts.sign_in import language_cookie_set
from teichaku.accounts.sign_in_ways import ways_of
from teichaku.core.errors import TeichakuError


@require_safe
@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, deputies and absences of the person who asks."""
    return _answer(request)


@require_POST
@signed_in
def profile_write(request: HttpRequest, part: str) -> HttpResponse:
    """Back to the page with one part changed, or with what was wrong."""
    user = person_of(request)
    if part not in OWN_PARTS:
        raise Http404
    form = OWN_PARTS[part](request.POST, user=user)
    if not form.is_valid():
        return _answer(request, part, form)
    try:
        form.write(actor_of(user))
    except TeichakuError as error:
        form.add_error(None, str(error))
        return _answer(request, part, form)
    messages.success(request, str(form.done))
    response = redirect("accounts:profile")
    language_cookie_set(response, user.language)
    return response


def _answer(request: HttpRequest, part: str = "", wrong: PersonForm | None = None) -> HttpResponse:
    user, day = person_of(request), today()
    forms = {name: OWN_PARTS[name](user=user) for name in SHOWN_OWN}
    if wrong is not None:
        forms[part] = wrong
    context = {
        "forms": forms,
        "wrong": wrong,
        "roles": sorted(str(role.label) for role in standing_of(request).roles),
        "deputies": deputies_from(user, day),
        "absences": absences_from(user, day),
        "ways": ways_of(user),
    }
    status = 422 if wrong is not None else 200
    return render(request, "accounts/profile.html", context, status=status)
