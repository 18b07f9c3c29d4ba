"""Items 9 to 14: the habits that keep it running."""

from __future__ import annotations

from datetime import date

from teichaku.engine.checklist import thresholds as limits
from teichaku.engine.checklist.clauses import Clause, Part, at_least, at_most, share_of
from teichaku.engine.checklist.facts import Facts
from teichaku.engine.checklist.finding import Finding, finding, later


def meeting(facts: Facts, day: date) -> Finding:
    """Item 9."""
    rules, held = facts.meeting_rules, facts.meetings
    needed = Part.REQUIRED
    clauses = (
        at_most(
            "cadence", rules.cadence_days, limits.MEETING_CADENCE_DAYS, "rulebook", part=needed,
            unit="days",
        ),
        at_least(
            "departments", rules.departments, limits.MEETING_DEPARTMENTS, "rulebook", part=needed
        ),
        at_most(
            "next_meeting", held.next_in_days, limits.MEETING_AHEAD_DAYS, "meetings", part=needed,
            unit="days",
        ),
        share_of("meetings_held", held.held, limits.MEETINGS_HELD, "meetings"),
    )  # fmt: skip
    return finding(9, clauses, later(day, limits.MEETING_DAYS))


def meeting_figures(facts: Facts, day: date) -> Finding:
    """Item 10."""
    held, enough = facts.meetings, limits.MEETINGS_WITH_FIGURES
    clauses = (
        share_of("figures_frozen", held.frozen, enough, "meetings", part=Part.REQUIRED),
        share_of("figures_judged", held.figures, enough, "meetings"),
        share_of(
            "unrecorded_agenda", held.unrecorded, limits.UNRECORDED_AGENDA, "meetings",
            bound="at_most",
        ),
    )  # fmt: skip
    return finding(10, clauses, later(day, limits.MEETING_DAYS))


def input_rates(facts: Facts, day: date) -> Finding:
    """Item 11."""
    rates = facts.input_rates
    clauses = (
        at_most(
            "rates_age", rates.hours, limits.RATES_HOURS, "obligations", part=Part.REQUIRED,
            unit="hours",
        ),
        share_of("rates_rules", rates.rules, limits.RATES_COVER, "obligations"),
        share_of("rates_people", rates.people, limits.RATES_COVER, "obligations"),
        share_of("managers_looking", rates.managers, limits.MANAGERS_LOOKING, "obligations"),
    )  # fmt: skip
    return finding(11, clauses, later(day, limits.RATES_DAYS))


def follow_up(facts: Facts, day: date) -> Finding:
    """Item 12. Nobody behind proves support only where enough was due."""
    follow_ups, traces = facts.follow_ups, facts.traces
    silent = share_of("silent_people", traces.silent, 0, "activities", part=Part.NOTED,
                      bound="at_most")  # fmt: skip
    if follow_ups.breaches == 0:
        due = Clause(
            "nobody_behind", Part.REQUIRED, "yes", "at_least", True, True, "obligations",
            n=follow_ups.due, enough=limits.DUE_LEAST,
        )  # fmt: skip
        return finding(12, (due, silent), later(day, limits.FOLLOW_UP_DAYS))
    clauses = (
        share_of("followed_up", follow_ups.followed, limits.FOLLOWED_UP, "obligations"),
        share_of("recovered", follow_ups.recovered, limits.RECOVERED, "obligations"),
        silent,
    )
    return finding(12, clauses, later(day, limits.FOLLOW_UP_DAYS))


def decisions(facts: Facts, day: date) -> Finding:
    """Item 13."""
    found = facts.decisions
    clauses = (
        share_of(
            "managers_deciding", found.managers, limits.MANAGERS_DECIDING, "decisions",
            part=Part.REQUIRED,
        ),
        share_of("decision_results", found.results, limits.DECISION_RESULTS, "decisions"),
        share_of("carried_out", found.carried_out, limits.DECISIONS_CARRIED_OUT, "decisions"),
    )  # fmt: skip
    return finding(13, clauses, later(day, limits.DECISION_DAYS))


def feedback(facts: Facts, day: date) -> Finding:
    """Item 14."""
    found = facts.feedback
    clauses = (
        share_of(
            "verdicts", found.verdicts, limits.VERDICTS, "handovers",
            enough=limits.FEEDBACK_LEAST, floor=limits.VERDICTS_PARTIAL,
        ),
        share_of("other_reason", found.other, limits.OTHER_REASON, "handovers", bound="at_most"),
        share_of("top_reason", found.top_reason, limits.TOP_REASON, "handovers", bound="at_most"),
        share_of("replied", found.replied, limits.REPLIED, "handovers"),
    )  # fmt: skip
    return finding(14, clauses, later(day, limits.FEEDBACK_DAYS))
