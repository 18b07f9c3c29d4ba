"""A meeting as it is shown and written down: its figures, its points, who was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from teichaku.accounts.models import Role
from teichaku.core.registry import Text
from teichaku.deals.gate_words import field_label
from teichaku.meetings.agenda import (
    DECISIONS,
    KPIS,
    LAST_DECISIONS,
    UNENTERED,
    agenda_points,
)
from teichaku.meetings.decisions import decisions_before
from teichaku.meetings.figures import LABELS, KpiShown, kpis_shown, unlinked_share
from teichaku.meetings.missing import Entry, entries_due
from teichaku.meetings.models import AgendaItem, AttendanceCheckIn, Decision, Meeting
from teichaku.meetings.people import department_label
from teichaku.meetings.series import series_title

OUTCOMES: Mapping[str, Promise] = {
    "ok": gettext_lazy("Fine as it is"),
    "action": gettext_lazy("Needs action"),
    "question": gettext_lazy("Needs asking"),
}
STATES: Mapping[str, tuple[Promise, str, str]] = {
    "planned": (gettext_lazy("To be held"), "calm", "calendar"),
    "open": (gettext_lazy("Going on now"), "info", "circle-play"),
    "held": (gettext_lazy("Held"), "ok", "circle-check"),
    "unfinished": (gettext_lazy("Unfinished"), "near", "triangle-alert"),
    "missed": (gettext_lazy("Not held"), "over", "circle-x"),
    "cancelled": (gettext_lazy("Cancelled"), "calm", "circle-minus"),
}


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row of a point in words."""

    subject: str
    about: str
    address: str
    why: Sequence[str]


@dataclass(frozen=True, slots=True)
class ItemShown:
    """Something that an outcome is recorded for."""

    item: AgendaItem
    label: str
    kpi: KpiShown | None = None

    @property
    def outcome_text(self) -> str:
        """What the meeting made of it, in words; that nobody recorded anything, if so."""
        if not self.item.outcome:
            return _("no record")
        text = str(OUTCOMES[self.item.outcome])
        return f"{text} – {self.item.note}" if self.item.note else text


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the agenda. ``count`` is how much there is of it; what has nothing to talk about
    is done, and so is what has its outcomes.
    """

    kind: str
    label: str
    items: Sequence[ItemShown]
    rows: Sequence[RowShown]
    count: int
    is_done: bool

    @property
    def more(self) -> int:
        """How many rows are not shown."""
        return self.count - len(self.rows) if self.rows else 0

    @property
    def is_asked(self) -> bool:
        """Whether the meeting records an outcome of it."""
        return self.kind not in (UNENTERED, DECISIONS) and (self.kind == KPIS or self.count > 0)

    @property
    def outcome_text(self) -> str:
        """What the meeting made of it; blank where nothing is asked."""
        return self.items[0].outcome_text if self.is_asked else ""


@dataclass(frozen=True, slots=True)
class MeetingRecord:
    """All that is known of one meeting."""

    meeting: Meeting
    title: str
    frozen_at: datetime | None
    kpis: Sequence[KpiShown]
    unlinked: float | None
    points: Sequence[Point]
    entries: Sequence[Entry]
    decisions_before: Sequence[Decision]
    decisions: Sequence[Decision]
    check_ins: Sequence[AttendanceCheckIn]

    @property
    def present(self) -> list[str]:
        """Who was there, with their department."""
        return [
            f"{row.person.name} ({department_label(row.department)})"
            if row.department
            else row.person.name
            for row in self.check_ins
        ]

    @property
    def entries_open(self) -> list[Entry]:
        """What is still not entered."""
        return [entry for entry in self.entries if entry.is_open]

    @property
    def entry_texts(self) -> list[str]:
        """What became of each entry, in words."""
        return [entry_text(entry) for entry in self.entries]


def meeting_record(meeting: Meeting) -> MeetingRecord:
    """The meeting with its agenda, in a fixed number of queries."""
    items = list(meeting.items.order_by("position", "pk"))
    entries = entries_due(meeting)
    before = list(decisions_before(meeting))
    decisions = list(meeting.decisions.select_related("owner").order_by("pk"))
    kpis = kpis_shown(meeting.snapshot) if meeting.snapshot else []
    counts = {
        UNENTERED: sum(entry.is_open for entry in entries),
        LAST_DECISIONS: len(before),
        DECISIONS: len(decisions),
    }
    return MeetingRecord(
        meeting=meeting,
        title=series_title(meeting.series),
        frozen_at=meeting.frozen_at,
        kpis=kpis,
        unlinked=unlinked_share(meeting.snapshot) if meeting.snapshot else None,
        points=_points(items, counts, {kpi.id: kpi for kpi in kpis}),
        entries=entries,
        decisions_before=before,
        decisions=decisions,
        check_ins=list(meeting.check_ins.select_related("person").order_by("at", "pk")),
    )


def _points(
    items: Sequence[AgendaItem], counts: Mapping[str, int], kpis: Mapping[str, KpiShown]
) -> list[Point]:
    found = []
    for kind in dict.fromkeys(item.kind for item in items):
        mine = [item for item in items if item.kind == kind]
        shown = [
            ItemShown(item, str(LABELS.get(item.subject, _label(kind))), kpis.get(item.subject))
            for item in mine
        ]
        count = counts.get(kind, sum(item.count for item in mine))
        found.append(
            Point(
                kind=kind,
                label=_label(kind),
                items=shown,
                rows=[_row(kind, row) for item in mine for row in item.rows]
                if kind != UNENTERED
                else [],
                count=count,
                is_done=_is_done(kind, mine, count),
            )
        )
    return found


def _label(kind: str) -> str:
    # A point whose room is gone keeps its place in old minutes.
    return str(agenda_points.get(kind).label) if kind in agenda_points else kind


def _is_done(kind: str, items: Sequence[AgendaItem], count: int) -> bool:
    if kind == UNENTERED:
        return count == 0
    if kind == DECISIONS:
        return count > 0
    recorded = all(item.outcome for item in items)
    return recorded or (count == 0 and kind != KPIS)


def _row(kind: str, row: Mapping[str, object]) -> RowShown:
    sentences: Mapping[str, Text] = (
        agenda_points.get(kind).sentences if kind in agenda_points else {}
    )
    why: Sequence[tuple[str, Mapping[str, object]]] = row["why"]  # type: ignore[assignment]
    told = [str(sentences[name]) % values for name, values in why if name in sentences]
    return RowShown(str(row["subject"]), str(row["about"]), str(row["address"]), told)


def row_text(row: RowShown) -> str:
    """The row as one line."""
    head = " ".join(part for part in (row.about, row.subject) if part)
    return f"{head}: {' '.join(row.why)}" if row.why else head


def entry_text(entry: Entry) -> str:
    """An entry and what became of it, as one line."""
    what = ", ".join(field_label(name) for name in entry.fields) or entry.rule
    about = " ".join(part for part in (entry.company, entry.deal_name) if part)
    return _("%(about)s: %(what)s – %(state)s") % {
        "about": about or entry.rule,
        "what": what,
        "state": entry_state(entry),
    }


def entry_state(entry: Entry) -> str:
    """What became of the entry, in words."""
    if entry.is_open:
        return _("not entered")
    if entry.is_waived:
        return _("excepted: %(why)s") % {"why": entry.reason}
    return _("no longer needed") if entry.is_withdrawn else _("entered")


def owed_by(entry: Entry) -> str:
    """Who owes the entry: a person, or whoever holds a role."""
    return entry.owner_name or str(Role(entry.role).label)


def state_text(meeting: Meeting) -> str:
    """How the meeting stands, with what it lacked."""
    text, reason = str(STATES[meeting.state][0]), reason_text(meeting)
    return f"{text}: {reason}" if reason else text


def reason_text(meeting: Meeting) -> str:
    """Why it was moved or cancelled, or what it lacked; blank where there is nothing to say."""
    return _(meeting.reason) if meeting.reason else ""


def figure_text(kpi: KpiShown) -> str:
    """A figure with its denominator, as one line."""
    if not kpi.is_rate:
        return _("%(label)s: %(count)d in %(month)s, %(before)d in %(month_before)s") % {
            "label": kpi.label,
            "count": kpi.value,
            "month": _month(kpi.month),
            "before": kpi.value_before,
            "month_before": _month(kpi.month_before),
        }
    if kpi.value is None:
        return _("%(label)s: not enough data") % {"label": kpi.label}
    text = _("%(label)s: %(value)s%% (%(part)d of %(whole)d)") % {
        "label": kpi.label,
        "value": f"{kpi.value:.1f}",
        "part": kpi.part,
        "whole": kpi.whole,
    }
    return f"{text} {maturity_text(kpi)}".rstrip()


def maturity_text(kpi: KpiShown) -> str:
    """Up to which month a rate is final, and how many MQLs are too young for it."""
    if kpi.final_until is None and not kpi.waiting:
        return ""
    parts = []
    if kpi.final_until is not None:
        parts.append(_("final up to %(month)s") % {"month": _month(kpi.final_until)})
    if kpi.waiting:
        waiting = ngettext(
            "%(count)d MQL is still waited for",
            "%(count)d MQLs are still waited for",
            kpi.waiting,
        )
        parts.append(waiting % {"count": kpi.waiting})
    return " / ".join(parts)


def _month(day: date | None) -> str:
    return f"{day:%Y/%m}" if day else ""
