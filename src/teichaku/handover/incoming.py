"""MQLs on their way to sales: which routes fit each, whether it is hot, who knows it already."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import F, QuerySet

from teichaku.core.instants import micros
from teichaku.deals.models import Deal, Stage
from teichaku.engine.columns import Columns
from teichaku.engine.conditions import condition_holds
from teichaku.engine.routing import Incoming
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Handover as Rules
from teichaku.engine.rulebook.model import Rulebook
from teichaku.handover.models import Handover
from teichaku.leads.models import Lead
from teichaku.rulebook.models import Activation
from teichaku.scoring.histories import COMPANY, columns_of_leads, with_computed
from teichaku.scoring.models import Qualification

LATEST_NEWS = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A qualification to be handed over. ``facts`` are what routing looks at."""

    qualification: int
    lead: int  # as the qualification recorded it
    root: int
    at: datetime
    is_hot: bool
    facts: Incoming


@dataclass(frozen=True, slots=True)
class Ready:
    """A qualification that sales should have."""

    pk: int
    lead: int
    root: int
    at: datetime
    points: float


_COLUMNS = ("pk", "lead_id", "lead__root_id", "at", "total")


def ready_since(first: int, limit: int) -> list[Ready]:
    """The qualifications from that one on that are to be handed over at once, oldest first.

    What came to be known more than 72 hours later starts nothing, nor what held already when its
    rulebook came into force; and a corrected one only where the lead was never handed over.
    """
    rows = _unhanded().filter(pk__gte=first).order_by("pk")
    held = _instants_of_activation()
    known = (*_COLUMNS, "recorded_at", "supersedes_id")
    found: dict[int, Ready] = {}
    corrected: set[int] = set()
    for *told, recorded_at, supersedes in rows.values_list(*known)[:limit]:
        one = Ready(*told)
        if recorded_at - one.at > LATEST_NEWS or one.at in held:
            continue
        found[one.root] = one
        corrected.update({one.root} if supersedes else ())
    handed = _handed(corrected) if corrected else set()
    return [one for one in found.values() if one.root not in handed]


def held_waiting() -> QuerySet[Qualification]:
    """The MQLs of leads that met the definition already when a rulebook came into force, and that
    nobody has been given yet.
    """
    return _unhanded().filter(at__in=_instants_of_activation())


def held_at_start(limit: int, rows: QuerySet[Qualification] | None = None) -> list[Ready]:
    """Those of the rows (all that wait), the highest score first."""
    ordered = (held_waiting() if rows is None else rows).order_by(F("total").desc(), "pk")
    return [Ready(*row) for row in ordered.values_list(*_COLUMNS)[:limit]]


def arrivals(ready: Sequence[Ready], rulebook: Rulebook, as_of: datetime) -> list[Arrival]:
    """What routing needs to know of each, in a few queries whatever their number."""
    assert rulebook.handover is not None
    ready = sorted(ready, key=lambda one: one.root)
    roots = [one.root for one in ready]
    columns = with_computed(columns_of_leads(roots), as_of)
    routes, hot = _matching(rulebook, rulebook.handover, columns, micros(as_of))
    place = {int(lead): row for row, lead in enumerate(columns.lead_ids.tolist())}
    companies = _companies(columns)
    owners = company_owners({c for c in companies.values() if c})
    accepted = _accepted_by(roots)
    return [
        Arrival(
            one.pk, one.lead, one.root, one.at, bool(hot[place[one.root]]),
            Incoming(
                id=one.root,
                points=round((one.points or 0) * MICRO),
                routes=tuple(np.flatnonzero(routes[place[one.root]]).tolist()),
                company_owner=owners.get(companies.get(one.root) or 0),
                accepted_by=accepted.get(one.root),
            ),
        )
        for one in ready
        if one.root in place
    ]  # fmt: skip


def company_owners(companies: Collection[int]) -> Mapping[int, int]:
    """Who looks after each company: whoever has its latest open or won deal, else its lead."""
    if not companies:
        return {}
    leads = Lead.objects.filter(company__root__in=companies, owner__is_active=True)
    deals = Deal.objects.filter(
        company__root__in=companies, owner__is_active=True, is_pending=False
    ).exclude(stage__kind=Stage.Kind.LOST)
    found = dict(leads.order_by("pk").values_list("company__root_id", "owner_id"))
    ordered = deals.order_by(F("created_on").asc(nulls_first=True), "pk")
    found.update(ordered.values_list("company__root_id", "owner_id"))
    return {company: owner for company, owner in found.items() if company and owner}


def _unhanded() -> QuerySet[Qualification]:
    standing = Qualification.objects.filter(
        superseded_by=None, withdrawn=False, source=Qualification.Source.ENGINE
    )
    return standing.exclude(pk__in=Handover.objects.values("qualification"))


def _instants_of_activation() -> set[datetime]:
    return set(Activation.objects.values_list("effective_from", flat=True))


def _handed(roots: Collection[int]) -> set[int]:
    rows = Handover.objects.filter(lead__root__in=roots)
    return set(rows.values_list("lead__root_id", flat=True))


def _matching(
    rulebook: Rulebook, rules: Rules, columns: Columns, as_of: int
) -> tuple[np.ndarray, np.ndarray]:
    """Per lead: which routes' conditions hold, and whether it is hot."""
    everybody = np.ones(columns.leads, np.bool_)
    fits = [
        condition_holds(rulebook, route.when, columns, as_of) if route.when else everybody
        for route in rules.to
    ]
    hot = condition_holds(rulebook, rules.hot.when, columns, as_of) if rules.hot else ~everybody
    return np.stack(fits, axis=1), hot


def _companies(columns: Columns) -> Mapping[int, int | None]:
    if COMPANY not in columns.attributes.column_names:
        return {}
    found = columns.attributes.column(COMPANY).to_pylist()
    return {
        lead: int(company) if company else None
        for lead, company in zip(columns.lead_ids.tolist(), found, strict=True)
    }


def _accepted_by(roots: Sequence[int]) -> Mapping[int, int]:
    """Who accepted each lead before and still has it, the latest one."""
    rows = Handover.objects.filter(
        lead__root__in=roots, state=Handover.State.ACCEPTED, owner__is_active=True
    )
    return {
        root: owner
        for root, owner in rows.order_by("decided_at").values_list("lead__root_id", "owner_id")
        if owner
    }
