"""Everything that files can bring, as it stands: for comparing before and after."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import F

from teichaku.accounts.models import Membership, RoleGrant, TeamMembership, User, UserIdentity
from teichaku.deals.models import Activity, Deal, DealLeadCandidate, StageChange
from teichaku.leads.models import (
    Company,
    CompanyIdentity,
    CompanyMergeEntry,
    Lead,
    LeadIdentity,
    MergeEntry,
    SearchText,
    StageEntry,
)
from teichaku.scoring.models import Qualification
from teichaku.tracking.models import Event

# The live events of a deal are written anew when it changes, so they are told by what they say; a
# version only ever grows.
_DEAL_OWN = ("created_event_id", "outcome_event_id", "event_count", "version")


def state() -> dict[str, list[tuple[object, ...]]]:
    """All rows of the tables that imports write, live events by what they say."""
    models = (
        User, UserIdentity, Membership, TeamMembership, RoleGrant, Company, CompanyIdentity,
        CompanyMergeEntry, Lead, LeadIdentity, MergeEntry, SearchText, StageEntry, Qualification,
        StageChange, Activity,
    )  # fmt: skip
    found = {model.__name__: _rows(model.objects.values_list().order_by("pk")) for model in models}
    names = [f.attname for f in Deal._meta.concrete_fields if f.attname not in _DEAL_OWN]
    found["Deal"] = _rows(Deal.objects.order_by("pk").values_list(*names))
    found["Candidate"] = _rows(
        DealLeadCandidate.objects.order_by("deal", "lead").values_list(
            "deal", "lead", "key", "confidence", "decision"
        )
    )
    live = Event.objects.filter(retracted_at=None)
    found["Event"] = sorted(
        _rows(
            live.exclude(source="deal").values_list("lead", "signature", "at", "source",
                                                    "external_id", "attributes")
        ),
        key=repr,
    )  # fmt: skip
    told = live.filter(source="deal").values_list("lead", "signature__type", "at")
    found["Deal events"] = sorted(_rows(told), key=repr)
    linked = Deal.objects.filter(created_event__isnull=False)
    found["Retracted but live"] = _rows(
        linked.exclude(created_event__retracted_at=None).values_list("pk", F("created_event"))
    )
    return found


def _rows(values) -> list[tuple[object, ...]]:
    return [tuple(_plain(value) for value in row) for row in values]


def _plain(value: object) -> object:
    return repr(sorted(value.items())) if isinstance(value, dict) else value


def differences(before: dict, after: dict) -> dict[str, tuple[list, list]]:
    """Only what differs, for a message that can be read."""
    found = {}
    for name, rows in before.items():
        gone = [row for row in rows if row not in after[name]]
        new = [row for row in after[name] if row not in rows]
        if gone or new:
            found[name] = (gone, new)
    return found


def restored_by(act: Callable[[], object]) -> dict[str, tuple[list, list]]:
    """What is different after the act."""
    before = state()
    act()
    return differences(before, state())
