"""Where a company stands, from its records alone: what hurts, the KPIs, the input, the 20 items.

Everything is read through the selectors that the running product uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from teichaku.checklist.diagnosis_fixes import Fix, first_fixes
from teichaku.checklist.diagnosis_gaps import MissingFile, missing_files
from teichaku.checklist.diagnosis_input import InputState, input_state
from teichaku.checklist.diagnosis_kpi import Baseline, baseline
from teichaku.checklist.diagnosis_names import Names
from teichaku.checklist.pain_list_companies import duplicate_companies
from teichaku.checklist.pain_list_deals import stalled_deals, unlinked_deals
from teichaku.checklist.pain_list_leads import hot_leads_untouched
from teichaku.checklist.pain_lists import Asked, PainList
from teichaku.checklist.selectors import ChecklistReport, checklist_findings
from teichaku.core import clock
from teichaku.deals.match_summary import MatchSummary, match_summary
from teichaku.deals.touches import won_amount_average
from teichaku.rulebook.selectors import rulebook_in_force, zone_in_force


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole report, its parts in the order in which it is told."""

    as_of: date
    made_at: datetime
    rulebook: str | None
    names_hidden: bool
    lists: tuple[PainList, ...]
    matching: MatchSummary
    kpi: Baseline
    inputs: InputState
    checklist: ChecklistReport
    claims: Mapping[int, bool] | None
    missing: tuple[MissingFile, ...]
    fixes: tuple[Fix, ...]


def diagnosis(
    *,
    as_of: date,
    names: Names,
    recorded_before: datetime,
    claims: Mapping[int, bool] | None = None,
) -> Diagnosis:
    """The report as of a day. What was recorded from ``recorded_before`` on came in by a file that
    does not say when it was entered, so that no lag is computed from it.
    """
    zone = zone_in_force()
    at = min(clock.now(), end_of_day(as_of, zone))
    kpi = baseline(as_of, at, zone)
    asked = Asked(
        as_of, at, zone, names,
        won_average=won_amount_average(as_of),
        close_rate=kpi.figures.close_rate.value,
        win_rate=kpi.figures.win_rate.value,
    )  # fmt: skip
    lists = (
        hot_leads_untouched(asked, kpi),
        stalled_deals(asked),
        unlinked_deals(asked),
        duplicate_companies(asked),
    )
    checklist = checklist_findings(at, claims)
    inputs = input_state(asked, before=recorded_before)
    missing = missing_files()
    rulebook = rulebook_in_force()
    return Diagnosis(
        as_of=as_of,
        made_at=clock.now(),
        rulebook=rulebook.title if rulebook else None,
        names_hidden=names.hidden,
        lists=lists,
        matching=match_summary(),
        kpi=kpi,
        inputs=inputs,
        checklist=checklist,
        claims=claims,
        missing=missing,
        fixes=first_fixes(lists, inputs, checklist, missing),
    )


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last instant of the local day."""
    following = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    return following - timedelta(microseconds=1)
