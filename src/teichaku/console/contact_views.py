"""Recording what sales did about a lead, on a card of its own."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from teichaku.accounts.access import needs
from teichaku.console.editing import actor, may_contact
from teichaku.console.lead_page import lead_label, lead_shown
from teichaku.core.errors import TeichakuError
from teichaku.deals.activities import activity_record
from teichaku.deals.first_contact import FirstContactForm, is_contacted
from teichaku.leads.models import Lead


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def lead_contact(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The card, or the lead's page with the contact on it."""
    lead = lead_shown(uid)
    if lead is None or lead.root_id != lead.pk or not may_contact(request, lead):
        raise Http404
    form = FirstContactForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _card(request, lead, form)
    try:
        activity_record(entry=form.entry(), lead=lead, company=lead.company, actor=actor(request))
    except TeichakuError as error:
        return _card(request, lead, form, str(error))
    messages.success(request, _("The contact is recorded."))
    return redirect(f"{reverse('console:lead', args=[lead.uid])}?view=sales#events")


def _card(
    request: HttpRequest, lead: Lead, form: FirstContactForm, error: str = ""
) -> HttpResponse:
    context = {
        "lead": lead,
        "label": lead_label(lead),
        "form": form,
        "error": error,
        "contacted": is_contacted(lead),
    }
    status = 422 if error or form.errors else 200
    return render(request, "console/lead_contact.html", context, status=status)
