"""The entries that a meeting waits for: live until it begins, from then on the same list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from teichaku.accounts.models import User
from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json
from teichaku.deals.models import Deal
from teichaku.inputs.missing import MissingRow, missing_inputs
from teichaku.inputs.models import LATE, ON_TIME, OPEN, VOID, WAIVED, Obligation
from teichaku.inputs.services import obligations_refresh
from teichaku.meetings.agenda import UNENTERED
from teichaku.meetings.models import AgendaItem, Meeting


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list and what became of it: still open, entered, excepted or withdrawn.

    It settles all its obligations; ``key`` is the first of them.
    """

    obligations: tuple[int, ...]
    uid: UUID
    deal: int | None
    deal_name: str
    company: str
    address: str
    rule: str
    fields: tuple[str, ...]
    owner: int | None
    owner_name: str
    role: str
    due_at: datetime
    state: str = OPEN
    reason: str = ""

    @property
    def key(self) -> int:
        """What the entry is called in forms."""
        return self.obligations[0]

    @property
    def is_open(self) -> bool:
        """Whether the entry is still to be made."""
        return self.state == OPEN

    @property
    def is_waived(self) -> bool:
        """Whether somebody excepted it."""
        return self.state == WAIVED

    @property
    def is_withdrawn(self) -> bool:
        """Whether nobody owes it any more."""
        return self.state == VOID


def entries_due(meeting: Meeting) -> list[Entry]:
    """The entries that the meeting waits for, deal by deal, each as it stands now."""
    item = meeting.items.filter(kind=UNENTERED).first()
    if meeting.opened_at is None or item is None:
        if meeting.settled_at is not None:
            return []  # it was never opened
        return [_live(row) for row in missing_inputs(clock.now())]
    return _fixed(item.rows)


def entries_fixed(as_of: datetime) -> list[dict[str, Json]]:
    """The entries as an agenda item keeps them; who owes them is kept by id alone."""
    return [
        {
            "obligations": list(row.obligations),
            "uid": str(row.uid),
            "deal": row.deal,
            "deal_name": row.deal_name,
            "company": row.company,
            "rule": row.rule,
            "fields": list(row.fields),
            "owner": row.owner,
            "role": row.role,
            "due_at": row.due_at.isoformat(),
        }
        for row in missing_inputs(as_of)
    ]


def entries_refresh(item: AgendaItem) -> None:
    """Nothing; entries that were made a moment ago count, however busy the worker is."""
    waiting = Obligation.objects.filter(pk__in=_ids(item), state=OPEN)
    about: dict[str, list[int]] = defaultdict(list)
    for kind, subject in waiting.values_list("subject_kind", "subject_id"):
        about[kind].append(subject)
    obligations_refresh(about=about, actor=SYSTEM)


def entries_open(item: AgendaItem) -> int:
    """How many of the entries are still to be made."""
    still = Obligation.objects.filter(pk__in=_ids(item), state=OPEN)
    waiting = set(still.values_list("pk", flat=True))
    return sum(not waiting.isdisjoint(row["obligations"]) for row in item.rows)


def entries_chosen(item: AgendaItem, keys: Collection[int]) -> list[Obligation]:
    """What is still owed of the entries of these keys."""
    ids = [pk for row in item.rows if row["obligations"][0] in keys for pk in row["obligations"]]
    return list(Obligation.objects.filter(pk__in=ids, state=OPEN).order_by("pk"))


def _ids(item: AgendaItem) -> list[int]:
    return [pk for row in item.rows for pk in row["obligations"]]


def _live(row: MissingRow) -> Entry:
    return Entry(
        obligations=row.obligations,
        uid=row.uid,
        deal=row.deal,
        deal_name=row.deal_name,
        company=row.company,
        address=_address(row.deal_uid),
        rule=row.rule,
        fields=row.fields,
        owner=row.owner,
        owner_name=row.owner_name,
        role=row.role,
        due_at=row.due_at,
    )


def _fixed(rows: Sequence[dict[str, Any]]) -> list[Entry]:
    ids = [pk for row in rows for pk in row["obligations"]]
    told = {
        pk: (state, reason)
        for pk, state, reason in bulk.lookup(Obligation, "id", ids, ("id", "state", "waive_reason"))
    }
    people = {r["owner"] for r in rows} - {None}
    names: dict[int, str] = dict(bulk.lookup(User, "id", people, ("id", "name")))
    deals = {r["deal"] for r in rows} - {None}
    uids = dict(Deal.objects.filter(pk__in=deals).values_list("pk", "uid"))
    found = []
    for row in rows:
        state, reason = _state([told[pk] for pk in row["obligations"] if pk in told])
        found.append(
            Entry(
                obligations=tuple(row["obligations"]),
                uid=UUID(row["uid"]),
                deal=row["deal"],
                deal_name=row["deal_name"],
                company=row["company"],
                address=_address(uids.get(row["deal"])),
                rule=row["rule"],
                fields=tuple(row["fields"]),
                owner=row["owner"],
                owner_name=names.get(row["owner"], ""),
                role=row["role"],
                due_at=datetime.fromisoformat(row["due_at"]),
                state=state,
                reason=reason,
            )
        )
    return found


def _state(told: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """What became of an entry, and why; open as long as anything of it is."""
    states = dict(told)
    for state in (OPEN, WAIVED, LATE, ON_TIME):
        if state in states:
            return state, states[state]
    return VOID, ""  # also what was taken back together with its deal


def _address(deal: UUID | None) -> str:
    return reverse("deals:detail", args=[deal]) if deal else ""
