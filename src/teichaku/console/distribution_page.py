"""What the page of the distribution shows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from teichaku.rulebook.selectors import editions, zone_in_force
from teichaku.scoring.models import GradeDay, ScoreAlarm

SHOWN_DAYS = 28
MOST_ANSWERED = 20
KINDS = ScoreAlarm.Kind


@dataclass(frozen=True, slots=True)
class GradeBar:
    """A grade, how many leads have it, and how many had it a week before."""

    grade: str
    leads: int
    percent: float
    before: float | None


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """Something that moved, with its numbers as the page shows them."""

    alarm: ScoreAlarm
    value: float
    usual: float
    edition: int | None

    @property
    def is_share(self) -> bool:
        """Whether the numbers are percentages."""
        return self.alarm.kind == KINDS.GRADE


def distribution_context() -> dict[str, object]:
    """The latest day in bars, the last four weeks in a table, alarms open and answered."""
    days = list(GradeDay.objects.order_by("-day")[:SHOWN_DAYS])
    latest, week_ago = (days[0], days[7]) if len(days) > 7 else (days[0] if days else None, None)
    numbers = editions()
    alarms = ScoreAlarm.objects.select_related("seen_by").order_by("-day", "pk")
    return {
        "latest": latest,
        "bars": _bars(latest, week_ago) if latest else (),
        "days": [(day, numbers.get(day.revision_id)) for day in days],
        "open": [_line(alarm, numbers) for alarm in alarms.filter(seen_at=None)],
        "answered": [
            _line(alarm, numbers) for alarm in alarms.filter(seen_at__isnull=False)[:MOST_ANSWERED]
        ],
        "zone": zone_in_force(),
    }


def alarm_shown(uid: UUID) -> ScoreAlarm | None:
    """The alarm; None when there is none."""
    return ScoreAlarm.objects.filter(uid=uid).first()


def _bars(latest: GradeDay, week_ago: GradeDay | None) -> list[GradeBar]:
    return [
        GradeBar(grade, count, _percent(latest, grade), _percent(week_ago, grade) if week_ago
                 else None)
        for grade, count in sorted(latest.grades.items())
    ]  # fmt: skip


def _percent(day: GradeDay, grade: str) -> float:
    return 100 * day.grades.get(grade, 0) / day.leads if day.leads else 0.0


def _line(alarm: ScoreAlarm, numbers: dict[int, int]) -> AlarmLine:
    scale = 100 if alarm.kind == KINDS.GRADE else 1
    edition = numbers.get(alarm.revision_id) if alarm.revision_id else None
    return AlarmLine(alarm, alarm.value * scale, alarm.usual * scale, edition)
