"""Activities as subjects of input rules, many at a time in a few statements."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from teichaku.core import clock
from teichaku.deals.models import Activity
from teichaku.engine.input_facts import Moment, Subject
from teichaku.inputs.book import InputBook
from teichaku.inputs.deal_subjects import TOO_LATE
from teichaku.inputs.entries import entries_of, values_entered
from teichaku.intake.models import ImportRun

FIELDS = ("kind", "outcome", "next_action", "next_action_on", "note", "deal_id", "lead_id",
          "company_id", "owner_id")  # fmt: skip


def activities_asked(book: InputBook) -> Q:
    """The activities that any rule can be about: of its kinds, and since such rules are there."""
    live = book.live("activity")
    if live is None:
        return Q(pk__in=())
    points = {
        edition.rule.when.after or ""
        for rule in book.rules
        for edition in rule.editions
        if edition.rule is not None and edition.rule.what.object == "activity"
    }
    return Q(kind__in={point.split(".")[1] for point in points}, at__gte=live)


def activity_subjects(activities: Sequence[int]) -> list[Subject]:
    """The activities that exist, each with what was entered about it when.

    One that a file tells more than 72 hours later, without saying when somebody wrote it down,
    starts nothing.
    """
    rows = Activity.objects.filter(pk__in=activities).order_by("pk")
    columns = ("pk", "at", "recorded_at", "attributes", "unknowns", *FIELDS)
    found = list(rows.values(*columns))
    now = {
        row["pk"]: values_entered(
            {
                **{name.removesuffix("_id"): row[name] for name in FIELDS},
                **{f"attribute.{name}": value for name, value in row["attributes"].items()},
            },
            row["unknowns"] or {},
        )
        for row in found
    }
    entries = entries_of("deals.activity", now, {row["pk"]: row["recorded_at"] for row in found})
    late = [row["recorded_at"] for row in found if row["recorded_at"] - row["at"] > TOO_LATE]
    unsaid = _Runs(late)
    subjects = []
    for row in found:
        moments = {}
        if row["recorded_at"] - row["at"] <= TOO_LATE or row["recorded_at"] not in unsaid:
            moments[f"activity.{row['kind']}.end"] = (Moment("end", row["at"]),)
        subjects.append(Subject("activity", row["pk"], entries[row["pk"]], moments))
    return subjects


class _Runs:
    """The times in which files were being read: what was recorded then has no time of its own."""

    def __init__(self, instants: Sequence[datetime]) -> None:
        runs = ImportRun.objects.filter(entity="activities").order_by("started_at")
        self._runs = (
            list(
                runs.filter(started_at__lte=max(instants)).values_list("started_at", "finished_at")
            )
            if instants
            else []
        )
        self._starts = [start for start, _ in self._runs]

    def __contains__(self, at: datetime) -> bool:
        place = bisect_right(self._starts, at)
        return any(at <= (end or clock.now()) for _, end in self._runs[max(0, place - 20) : place])
