"""Campaigns: what each cost and what came of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.console.campaign_costs import (
    campaign_lines,
    campaigns_shown,
    names_without_campaign,
)
from teichaku.console.editing import actor
from teichaku.console.forms import CampaignForm
from teichaku.core.errors import TeichakuError
from teichaku.leads.campaigns import campaign_save
from teichaku.leads.models import Campaign

FIELDS = ("name", "source", "starts_on", "ends_on", "cost")


@require_safe
@needs("leads.view")
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Every campaign with its cost and what came of it."""
    context = {
        "lines": campaign_lines(campaigns_shown()),
        "unnamed": names_without_campaign(),
        "may_edit": "leads.campaigns" in rights_of(request),
    }
    return render(request, "console/campaign_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("leads.campaigns")
def campaign_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """The form of a campaign, a new one without ``uid``; once saved, the list."""
    campaign = Campaign.objects.filter(uid=uid).first() if uid else None
    if uid and campaign is None:
        raise Http404
    known = {name: getattr(campaign, name) for name in FIELDS} if campaign else {}
    initial = known or {"name": request.GET.get("name", "")[:200]}
    form = CampaignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            campaign_save(values=form.values(), actor=actor(request), campaign=campaign)
        except TeichakuError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The campaign is saved."))
            return redirect("console:campaign_list")
    status = 400 if form.errors else 200
    context = {"form": form, "campaign": campaign}
    return render(request, "console/campaign_edit.html", context, status=status)
