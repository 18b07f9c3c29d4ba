"""What administrators see: the services that messages leave by, and what did not get through."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import InvalidInput
from teichaku.notify.access import access_end, accesses_set
from teichaku.notify.decisions import deliveries_give_up, deliveries_send_again
from teichaku.notify.forms import ACCESS_FORMS, AccessForm, CompanyForm
from teichaku.notify.kinds import group_of
from teichaku.notify.messages import GROUP_LABELS
from teichaku.notify.models import Delivery, Via
from teichaku.notify.outgoing_pages import chosen_uids, outgoing_page
from teichaku.notify.preferences import address_checked
from teichaku.notify.reasons import explained
from teichaku.notify.selectors import deliveries_in
from teichaku.notify.senders.mail import sender_address
from teichaku.notify.trials import trial_send

MANAGE = "notify.manage"


@require_safe
@needs(MANAGE)
def services(request: HttpRequest) -> HttpResponse:
    """By what messages leave the installation."""
    return _answer(request)


@require_POST
@needs(MANAGE)
def company_write(request: HttpRequest) -> HttpResponse:
    """Back to the page, with the company's name as it stands in subjects."""
    form = CompanyForm(request.POST)
    if not form.is_valid():
        return _answer(request, company=form)
    form.write(actor_of(person_of(request)))
    messages.success(request, _("Saved."))
    return redirect("notify:services")


@require_POST
@needs(MANAGE)
def access_write(request: HttpRequest, via: str) -> HttpResponse:
    """Back to the page with one service set up or closed, or with what was typed wrong."""
    if via not in ACCESS_FORMS:
        raise Http404
    chosen, actor = Via(via), actor_of(person_of(request))
    if "end" in request.POST:
        access_end(via=chosen, actor=actor)
        messages.success(request, _("Closed; what opened the service is forgotten."))
        return redirect("notify:services")
    form = ACCESS_FORMS[chosen](request.POST)
    if not form.is_valid():
        return _answer(request, access=form)
    form.write(actor)
    messages.success(request, _("Set up. Send a test to see that it works."))
    return redirect("notify:services")


@require_POST
@needs(MANAGE)
def trial(request: HttpRequest, via: str) -> HttpResponse:
    """Back to the page, which says what became of a test message to the given recipient."""
    if via not in (Via.MAIL, *ACCESS_FORMS):
        raise Http404
    chosen, recipient = Via(via), ""
    try:
        if chosen is not Via.MAIL:
            recipient = address_checked(chosen, request.POST.get("to", ""))
        problem = trial_send(person_of(request), chosen, recipient)
    except InvalidInput as error:
        problem = str(error)
    if problem:
        messages.error(request, _("The test was not sent. %(why)s") % {"why": problem})
    else:
        messages.success(request, _("The test is on its way; look whether it arrives."))
    return redirect("notify:services")


@require_safe
@needs(MANAGE)
def delivery_list(request: HttpRequest) -> HttpResponse:
    """What went or shall go out: to whom, by which way, how far it came; never what it says."""
    page = outgoing_page(request, Delivery, deliveries_in)
    context = {
        **page.context,
        "heading": _("Messages sent"),
        "decide": reverse("notify:decide"),
        "lines": [
            (row, row.notification.user.name, _about(row), explained(row.reason))
            for row in page.rows
        ],
    }
    return render(request, "notify/deliveries.html", context)


@require_POST
@needs(MANAGE)
def deliveries_decide(request: HttpRequest) -> HttpResponse:
    """Back to the list, with one parked message or all of them due again or given up."""
    actor, chosen = actor_of(person_of(request)), chosen_uids(request.POST.get("one", ""))
    if "again" in request.POST:
        count = deliveries_send_again(uids=chosen, actor=actor)
        text = ngettext(
            "%(count)d message is due again.", "%(count)d messages are due again.", count
        )
    else:
        count = deliveries_give_up(uids=chosen, actor=actor)
        text = ngettext(
            "%(count)d message is not sent any more.",
            "%(count)d messages are not sent any more.",
            count,
        )
    messages.success(request, text % {"count": count})
    return redirect("notify:delivery_list")


def _about(row: Delivery) -> object:
    return GROUP_LABELS[group_of(row.notification.kind)]


def _answer(
    request: HttpRequest, company: CompanyForm | None = None, access: AccessForm | None = None
) -> HttpResponse:
    open_to_us = accesses_set()
    forms = {via: form() for via, form in ACCESS_FORMS.items()}
    if access is not None:
        forms[access.via] = access
    context = {
        "company": company or CompanyForm(),
        "sender": sender_address(),
        "services": [(via, via in open_to_us, form) for via, form in forms.items()],
    }
    return render(
        request, "notify/services.html", context, status=422 if company or access else 200
    )
