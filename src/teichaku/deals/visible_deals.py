"""Which deals a person sees and may change."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest

from teichaku.accounts.access import rights_of
from teichaku.accounts.actors import person_of
from teichaku.accounts.models import Deputy, Role, RoleGrant, User
from teichaku.accounts.selectors import holding, today
from teichaku.deals.home import pipeline_is_here
from teichaku.deals.models import Deal, Waiver

SHOWN = ("stage", "owner", "company__root", "channel__root", "lead__root")


def deals_for_user(user: User) -> QuerySet[Deal]:
    """All deals; pending ones for their owner and whoever may come to answer their exception."""
    grants = _grants(user)
    roles = grants.values("role")
    asked = Waiver.objects.filter(
        Q(approver_role__in=roles) | Q(deputy_role__in=roles) | Q(handed_to=user),
        deal=OuterRef("pk"),
    )
    last_resort = Exists(grants.filter(role=Role.EXECUTIVE))
    return Deal.objects.filter(Q(is_pending=False) | Q(owner=user) | Exists(asked) | Q(last_resort))


def deal_for_user(user: User, uid: UUID) -> Deal | None:
    """The deal with everything that its page shows; None for none and for one out of sight."""
    return deals_for_user(user).filter(uid=uid).select_related(*SHOWN).first()


def deal_or_404(request: HttpRequest, uid: UUID) -> Deal:
    """The deal that the person may see; else the page is missing."""
    found = deal_for_user(person_of(request), uid)
    if found is None:
        raise Http404
    return found


def deal_to_edit(request: HttpRequest, uid: UUID) -> Deal:
    """The deal that the person may change; else the page is missing."""
    found = deal_or_404(request, uid)
    if not may_edit(request, found):
        raise Http404
    return found


def may_edit(request: HttpRequest, deal: Deal) -> bool:
    """Whether the person may change the deal: one's own and nobody's, or all of them."""
    held = rights_of(request)
    own = "deals.edit" in held and deal.owner_id in (None, person_of(request).pk)
    return ("deals.edit_all" in held or own) and pipeline_is_here()


def _grants(user: User) -> QuerySet[RoleGrant]:
    """The roles that the person holds today, or stands in for."""
    on = today()
    absent = Deputy.objects.filter(holding(on), deputy=user).values("user")
    return RoleGrant.objects.filter(holding(on)).filter(Q(user=user) | Q(user__in=absent))
