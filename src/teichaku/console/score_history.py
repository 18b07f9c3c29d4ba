"""A lead's score day by day: a line with what happened on it, and why it moved between two days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from teichaku.console.lead_filters import qualifications_standing
from teichaku.console.points import change_text, shown_change
from teichaku.core import clock
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Rulebook
from teichaku.rulebook.models import Activation
from teichaku.rulebook.selectors import editions, rulebook_in_force
from teichaku.scoring.explanations import lead_explained
from teichaku.scoring.models import ScoreDay

SHOWN_DAYS = 90
WIDTH, HEIGHT = 600, 120
MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """A day that changed the score, with the change and what else happened on it."""

    day: date
    total: float
    grade: str
    change: str
    notes: Sequence[str]
    x: str
    y: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class ScoreHistory:
    """The days, the line through them as a path, and the ends of both axes."""

    days: Sequence[HistoryDay]
    path: str
    first: date
    last: date
    low: float
    high: float


def score_history(lead: int, zone: ZoneInfo) -> ScoreHistory | None:
    """The last ninety days of a root lead; None where nothing is known of them."""
    today = clock.now().astimezone(zone).date()
    first = today - timedelta(days=SHOWN_DAYS)
    rows = list(ScoreDay.objects.filter(lead=lead, day__gte=first).order_by("day"))
    earlier = ScoreDay.objects.filter(lead=lead, day__lt=first).order_by("-day").first()
    if not rows:
        return None
    known = [row.total for row in (*([earlier] if earlier else ()), *rows)]
    low, high = min(0.0, *known), max(1.0, *known)
    notes = _notes(lead, first, zone)
    before = earlier.total if earlier else None
    days, points = [], []
    if before is not None:
        points.append((0.0, _y(before, low, high)))
    for row in rows:
        x, y = (row.day - first).days / SHOWN_DAYS * WIDTH, _y(row.total, low, high)
        if points:
            points.append((x, points[-1][1]))
        points.append((x, y))
        change = "" if before is None else change_text(shown_change(row.total - before))
        said = notes.get(row.day, [])
        days.append(
            HistoryDay(row.day, row.total, row.grade, change, said, f"{x:.1f}", f"{y:.1f}",
                       bool(said))
        )  # fmt: skip
        before = row.total
    points.append((float(WIDTH), points[-1][1]))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return ScoreHistory(days[::-1], path, first, today, low, high)


def why_changed(lead: int, day: date, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What moved the total most between the end of the day before and the end of a day: each line
    of the score under the rulebook of its time, and by how many points it differs.
    """
    end = datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
    ends = (end - timedelta(days=1), min(end, clock.now()))
    found: list[dict[tuple[str, str], int]] = []
    words: dict[str, str] = {}
    for instant in ends:
        rulebook = rulebook_in_force(instant)
        lines: dict[tuple[str, str], int] = {}
        if rulebook is not None:
            words |= _labels(rulebook)
            for reason in lead_explained(lead, rulebook, instant).reasons:
                key = (reason.kind, reason.subject)
                lines[key] = lines.get(key, 0) + reason.points
        found.append(lines)
    before, after = found
    moved = {key: after.get(key, 0) - before.get(key, 0) for key in {*before, *after}}
    ordered = sorted(moved.items(), key=lambda one: (-abs(one[1]), one[0]))
    return [
        (_named(kind, words.get(subject, subject)), change_text(shown_change(points / MICRO)))
        for (kind, subject), points in ordered[:MOST_REASONS]
        if points
    ]


def _named(kind: str, label: str) -> str:
    if kind == "decay":
        return _("Less by the time passed: %(label)s") % {"label": label}
    if kind == "clamp":
        return _("Limit of the group %(label)s") % {"label": label}
    return _("Limit of the total") if kind == "range" else label


def _notes(lead: int, first: date, zone: ZoneInfo) -> Mapping[date, list[str]]:
    """MQLs and new editions of the rulebook, by local day."""
    found: dict[date, list[str]] = {}
    since = datetime.combine(first, time(), zone)
    qualified = qualifications_standing().filter(lead__root=lead, at__gte=since)
    for at in qualified.values_list("at", flat=True):
        found.setdefault(at.astimezone(zone).date(), []).append("MQL")
    numbers = editions()
    rows = Activation.objects.filter(effective_from__gte=since, effective_from__lte=clock.now())
    for at, revision in rows.values_list("effective_from", "revision_id"):
        text = _("edition %(n)s of the rulebook") % {"n": numbers[revision]}
        found.setdefault(at.astimezone(zone).date(), []).append(text)
    return found


def _labels(rulebook: Rulebook) -> dict[str, str]:
    scoring = rulebook.scoring
    if scoring is None:
        return {}
    rules = [rule for group in scoring.behaviour for rule in group.rules]
    fit = scoring.fit.rules if scoring.fit else ()
    found = {group.group: group.label or group.group for group in scoring.behaviour}
    found |= {rule.id: rule.label or rule.id for rule in rules}
    return found | {rule.id: rule.label or rule.id for rule in fit}


def _y(total: float, low: float, high: float) -> float:
    return HEIGHT - (total - low) / (high - low) * HEIGHT
