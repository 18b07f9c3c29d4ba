"""What a match changes about a deal: its link, and the leads that wait for a yes or no."""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from datetime import date, datetime, tzinfo
from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import bulk
from teichaku.core.changes import FieldChange
from teichaku.deals.deal_events import instant
from teichaku.deals.lead_matching import Match, Suggestion
from teichaku.deals.lead_pools import DealKeys
from teichaku.deals.models import DealLeadCandidate
from teichaku.leads.models import Lead
from teichaku.leads.names import email_key, person_name_key

MANUAL, CONFIRMED = "manual", "confirmed"
HELD = (MANUAL, CONFIRMED)  # a person has decided, with or without a lead; no file changes it
KEY_LABELS: Mapping[str, str | Promise] = {
    "external_id": gettext_lazy("id in its system"),
    "email": gettext_lazy("e-mail address"),
    "corporate_number": gettext_lazy("corporate number"),
    "domain": gettext_lazy("domain"),
    "company": gettext_lazy("company and person"),
    CONFIRMED: gettext_lazy("confirmed suggestion"),
    MANUAL: gettext_lazy("by hand"),
}
KEY_COLUMNS = (
    "lead_reference",
    "email",
    "contact",
    "corporate_number",
    "domain",
    "company_id",
    "created_on",
    "created_at",
)
LINK_COLUMNS = ("lead_id", "match_key", "match_confidence")


def deal_keys(system: str, values: Mapping[str, object], zone: tzinfo) -> DealKeys:
    """What a deal with these columns (at least ``KEY_COLUMNS``) tells of its lead."""
    reference = cast(str, values["lead_reference"])
    contact = cast(str, values["contact"])
    created_on = cast("date | None", values["created_on"])
    created_at = cast("datetime | None", values["created_at"])
    return DealKeys(
        system=system,
        lead=reference,
        email=email_key(reference) if "@" in reference else cast(str, values["email"]),
        corporate_number=cast(str, values["corporate_number"]),
        domain=cast(str, values["domain"]),
        person=person_name_key(contact) if contact else "",
        company=cast("int | None", values["company_id"]),
        created=instant(created_on, created_at, zone),
    )


def link_put(
    deal: int, values: MutableMapping[str, object], match: Match, roots: Mapping[int, int]
) -> list[FieldChange]:
    """The changes that the match makes to ``LINK_COLUMNS`` of ``values``, now made.

    ``roots`` of the leads that deals have so far: one that was merged stays as recorded.
    """
    before = cast("int | None", values["lead_id"])
    lead = match.lead.id if match.lead else None
    if before is not None and match.lead and roots[before] == match.lead.root:
        lead = before
    after = (lead, match.key, match.confidence)
    changes = [
        FieldChange("deals.deal", deal, name.removesuffix("_id"), _plain(values[name]), new)
        for name, new in zip(LINK_COLUMNS[:2], after[:2], strict=True)
        if values[name] != new
    ]
    values.update(zip(LINK_COLUMNS, after, strict=True))
    return changes


def _plain(value: object) -> int | str | None:
    return cast("int | str | None", value)


def lead_roots(leads: Collection[int]) -> dict[int, int]:
    """The root of each of these leads."""
    return dict(bulk.lookup(Lead, "id", set(leads), ("id", "root")))


def rejected_leads(deals: Collection[int]) -> dict[int, set[int]]:
    """For each of these deals the root leads that a person said no to."""
    found: dict[int, set[int]] = {}
    rows = DealLeadCandidate.objects.filter(
        deal__in=deals, decision=DealLeadCandidate.Decision.REJECTED
    )
    for deal, root in rows.values_list("deal_id", "lead__root_id"):
        found.setdefault(deal, set()).add(root)
    return found


def candidates_put(
    suggested: Mapping[int, Sequence[Suggestion]], *, known: Collection[int], at: datetime
) -> bool:
    """Whether anything changed: what waits for a decision about these deals is now ``suggested``.

    ``known``: those of the deals that may have candidates already. Decided ones stay as they are.
    """
    kept: dict[tuple[int, int], DealLeadCandidate] = (
        {
            (row.deal_id, row.lead_id): row
            for row in DealLeadCandidate.objects.filter(deal__in=known)
        }
        if known
        else {}
    )
    wanted = {
        (deal, suggestion.lead.id): suggestion
        for deal, some in suggested.items()
        for suggestion in some
    }
    gone = [
        row.pk
        for pair, row in kept.items()
        if not row.decision
        and (pair not in wanted or wanted[pair][1:3] != (row.key, row.confidence))
    ]
    DealLeadCandidate.objects.filter(pk__in=gone).delete()
    removed = set(gone)
    new = [
        (deal, lead, suggestion.key, suggestion.confidence, at, "")
        for (deal, lead), suggestion in wanted.items()
        if (deal, lead) not in kept or kept[deal, lead].pk in removed
    ]
    bulk.insert(
        DealLeadCandidate, ("deal", "lead", "key", "confidence", "recorded_at", "decision"), new
    )
    return bool(gone or new)


def match_note(linked: Mapping[str, int], *, waiting: int, unmatched: int) -> str:
    """A line that tells by which key leads were found, and how many deals found none."""
    by_key = [f"{KEY_LABELS[key]} {linked[key]:,}" for key in KEY_LABELS if linked.get(key)]
    return _(
        "Leads found by: %(by_key)s. Waiting for confirmation: %(waiting)s."
        " Without a lead: %(unmatched)s."
    ) % {
        "by_key": ", ".join(by_key) or _("nothing"),
        "waiting": f"{waiting:,}",
        "unmatched": f"{unmatched:,}",
    }
