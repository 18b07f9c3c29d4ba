"""What campaigns cost and what came of them: leads, MQLs, deals, and the cost of one of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q

from teichaku.console.lead_filters import qualifications_standing
from teichaku.deals.models import Deal
from teichaku.leads.models import Campaign, Lead

LARGEST_COST = 100_000_000_000
MOST = 500


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign with its figures; a cost of one is None where there is none, or no cost."""

    campaign: Campaign
    leads: int
    mqls: int
    deals: int
    won: int

    @property
    def per_lead(self) -> int | None:
        """Yen per lead, rounded to the nearest."""
        return _per(self.campaign.cost, self.leads)

    @property
    def per_mql(self) -> int | None:
        """Yen per lead that became an MQL."""
        return _per(self.campaign.cost, self.mqls)

    @property
    def per_deal(self) -> int | None:
        """Yen per deal of these leads."""
        return _per(self.campaign.cost, self.deals)


def campaign_lines(campaigns: Sequence[Campaign]) -> list[CampaignLine]:
    """The campaigns with their figures, in the order given; three questions, however many."""
    names = [campaign.name for campaign in campaigns]
    leads = _counts(Lead.objects.filter(campaign__in=names, root=F("pk")), "campaign", "pk")
    mqls = _counts(
        qualifications_standing().filter(lead__root__campaign__in=names),
        "lead__root__campaign",
        "lead__root",
    )
    deals = (
        Deal.objects.filter(lead__root__campaign__in=names, is_pending=False)
        .values("lead__root__campaign")
        .annotate(deals=Count("pk"), won=Count("pk", filter=Q(stage__kind="won")))
    )
    by_name = {row["lead__root__campaign"]: (row["deals"], row["won"]) for row in deals}
    return [
        CampaignLine(
            campaign,
            leads.get(campaign.name, 0),
            mqls.get(campaign.name, 0),
            *by_name.get(campaign.name, (0, 0)),
        )
        for campaign in campaigns
    ]


def campaigns_shown() -> list[Campaign]:
    """The campaigns, the latest first."""
    return list(Campaign.objects.order_by(F("starts_on").desc(nulls_last=True), "name")[:MOST])


def names_without_campaign() -> list[tuple[str, int]]:
    """Names that leads carry and no campaign has, the most frequent first."""
    known = Campaign.objects.values("name")
    rows = (
        Lead.objects.filter(root=F("pk"))
        .exclude(campaign="")
        .exclude(campaign__in=known)
        .values("campaign")
        .annotate(leads=Count("pk"))
        .order_by("-leads", "campaign")
    )
    return list(rows.values_list("campaign", "leads")[:20])


def _counts(rows: object, by: str, what: str) -> dict[str, int]:
    counted = rows.order_by().values(by).annotate(found=Count(what, distinct=True))  # type: ignore[attr-defined]
    return dict(counted.values_list(by, "found"))


def _per(cost: int | None, count: int) -> int | None:
    return None if cost is None or not count else (2 * cost + count) // (2 * count)
