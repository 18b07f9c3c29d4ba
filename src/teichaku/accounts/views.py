"""Pages of people and rights, for those who manage them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.accounts.departures import HandedOver, departure_execute, holdings_of
from teichaku.accounts.mails import invitation_link, invitation_mail
from teichaku.accounts.models import Invitation, Role, User
from teichaku.accounts.people_list import STATES, WORKING, people_page
from teichaku.accounts.person_forms import (
    PERSON_PARTS,
    SHOWN,
    InviteForm,
    LeavingForm,
    PersonForm,
    known_places,
)
from teichaku.accounts.person_page import person_find, person_page
from teichaku.accounts.rights_table import rights_table, ticked
from teichaku.accounts.role_rights import role_rights_reset, role_rights_write
from teichaku.accounts.standing_guard import MANAGE
from teichaku.core.errors import NotFound, TeichakuError

READS_OR_WRITES = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs(MANAGE)
def people(request: HttpRequest) -> HttpResponse:
    """The people of one state, by reading."""
    state = request.GET.get("state", WORKING)
    text, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    page = people_page(
        text=text[:100],
        state=state if state in STATES else WORKING,
        role=role if role in Role.values else "",
        after=_uid(request.GET.get("after", "")),
    )
    tabs = [(name, label, page.counts[name]) for name, label in STATES.items()]
    context = {"page": page, "tabs": tabs, "state": state, "q": text, "role": role}
    return render(request, "accounts/people.html", {**context, "roles": Role.choices})


@READS_OR_WRITES
@needs(MANAGE)
def invite(request: HttpRequest) -> HttpResponse:
    """The form that invites a person, or on to that person."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = form.write(actor_of(person_of(request)))
        except TeichakuError as error:
            form.add_error(None, str(error))
        else:
            _invited(request, invitation)
            return redirect("accounts:person", uid=invitation.user.uid)
    return render(request, "accounts/invite.html", {"form": form, **known_places()})


@require_safe
@needs(MANAGE)
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One person: facts, roles, places, deputies, absences."""
    return _person_answer(request, _found(uid))


@require_POST
@needs(MANAGE)
def person_write(request: HttpRequest, uid: UUID, part: str) -> HttpResponse:
    """Back to the person with one part changed, or with what was wrong."""
    user = _found(uid)
    if part not in PERSON_PARTS:
        raise Http404
    form = PERSON_PARTS[part](request.POST, user=user)
    if not form.is_valid():
        return _person_answer(request, user, part, form)
    try:
        written = form.write(actor_of(person_of(request)))
    except TeichakuError as error:
        form.add_error(None, str(error))
        return _person_answer(request, user, part, form)
    if isinstance(written, Invitation):
        _invited(request, written)
    else:
        messages.success(request, str(form.done))
    return redirect("accounts:person", uid=uid)


@READS_OR_WRITES
@needs(MANAGE)
def leaving(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What the person holds, and who takes it over."""
    user = _found(uid)
    held = holdings_of(user)
    form = LeavingForm(
        request.POST or None, user=user, names=[(kind.name, kind.label) for kind in held]
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = departure_execute(
                user=user,
                successors=form.successors(),
                closes=form.closes,
                actor=actor_of(person_of(request)),
            )
        except TeichakuError as error:
            form.add_error(None, str(error))
        else:
            _handed_over(request, done, closed=form.closes)
            return redirect("accounts:person", uid=uid)
    rows = [(kind, form[kind.name]) for kind in held]
    return render(request, "accounts/leaving.html", {"person": user, "rows": rows, "form": form})


@READS_OR_WRITES
@needs(MANAGE)
def rights(request: HttpRequest) -> HttpResponse:
    """What each role may do."""
    problem = ""
    if request.method == "POST":
        try:
            count = role_rights_write(
                allowed=ticked(request.POST.getlist("allowed")),
                actor=actor_of(person_of(request)),
            )
        except TeichakuError as error:
            problem = str(error)
        else:
            messages.success(request, _("Saved. Changed entries: %(count)s.") % {"count": count})
            return redirect("accounts:rights")
    context = {"table": rights_table(), "roles": Role.choices, "problem": problem}
    return render(request, "accounts/rights.html", context)


@require_POST
@needs(MANAGE)
def rights_reset(request: HttpRequest) -> HttpResponse:
    """Back to the table, as it was delivered."""
    count = role_rights_reset(actor=actor_of(person_of(request)))
    messages.success(
        request, _("As delivered again. Changed entries: %(count)s.") % {"count": count}
    )
    return redirect("accounts:rights")


def _person_answer(
    request: HttpRequest, user: User, part: str = "", wrong: PersonForm | None = None
) -> HttpResponse:
    """The person's page; the part that was wrong keeps what was typed."""
    forms = {name: PERSON_PARTS[name](user=user) for name in SHOWN}
    if wrong is not None:
        forms[part] = wrong
    page = person_page(user)
    link = invitation_link(request, page.invitation) if page.invitation else ""
    context = {"page": page, "forms": forms, "link": link, "wrong": wrong, **known_places()}
    status = 422 if wrong is not None else 200
    return render(request, "accounts/person.html", context, status=status)


def _invited(request: HttpRequest, invitation: Invitation) -> None:
    name = {"name": invitation.user.name}
    if invitation_mail(request, invitation):
        messages.success(request, _("An invitation to %(name)s is on its way.") % name)
    else:
        messages.warning(
            request,
            _(
                "%(name)s is invited, but the mail could not be sent: the mail server does not"
                " answer as expected. Hand the link below over yourself, or send it again later."
            )
            % name,
        )


def _handed_over(request: HttpRequest, done: list[HandedOver], *, closed: bool) -> None:
    for row in done:
        words = {"what": row.label, "count": row.count, "name": row.successor.name}
        messages.success(request, _("%(what)s: %(count)s went to %(name)s.") % words)
    if closed:
        messages.success(request, _("The account is closed and every device is signed out."))


def _found(uid: UUID) -> User:
    try:
        return person_find(uid)
    except NotFound as missing:
        raise Http404 from missing


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
