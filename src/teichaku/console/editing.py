"""Who may change which lead or company, and in whose name."""

from __future__ import annotations

from django.http import HttpRequest

from teichaku.accounts.access import rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.actors import Actor
from teichaku.deals.home import pipeline_is_here
from teichaku.leads.models import Lead


def actor(request: HttpRequest) -> Actor:
    """The person who asks, as the doer of a write."""
    return actor_of(person_of(request))


def may_edit(request: HttpRequest, lead: Lead) -> bool:
    """Whether the person may change the lead: one's own and nobody's, or all of them."""
    held = rights_of(request)
    if "leads.edit_all" in held:
        return True
    return "leads.edit" in held and lead.owner_id in (None, request.user.pk)


def may_edit_companies(request: HttpRequest) -> bool:
    """Whether the person may change companies."""
    return "leads.edit" in rights_of(request)


def may_contact(request: HttpRequest, lead: Lead) -> bool:
    """Whether the person may record what was done about the lead; an outside SFA keeps its own."""
    return "deals.edit" in rights_of(request) and may_edit(request, lead) and pipeline_is_here()
