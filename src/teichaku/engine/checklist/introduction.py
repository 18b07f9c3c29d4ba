"""Items 1 to 8: what must be agreed and set up before anything can run."""

from __future__ import annotations

from datetime import date

from teichaku.engine.checklist import thresholds as limits
from teichaku.engine.checklist.clauses import (
    Clause,
    Part,
    Status,
    at_least,
    at_most,
    exists,
    share_of,
    status_of,
)
from teichaku.engine.checklist.facts import CharterFacts, Facts
from teichaku.engine.checklist.finding import Finding, finding, later
from teichaku.engine.rulebook.vocabulary import SHARED_KPIS


def purpose_and_kpis(facts: Facts, day: date) -> Finding:
    """Item 1. One KPI with its terms is partial already; without any, or a purpose, it is unmet."""
    charter = facts.charter
    terms = _kpis_with_terms(charter, day)
    known = facts.baselines.known
    clauses = (
        exists("purpose", charter.purpose, "rulebook"),
        at_least("kpis", terms, limits.SHARED_KPIS, "rulebook"),
        at_least("baselines", known.part if known else None, limits.SHARED_KPIS, "deals"),
        at_least(
            "charter_signatures", facts.approvals.charter_signatures, limits.SIGNATURES,
            "approvals", part=Part.REQUIRED,
        ),
    )  # fmt: skip
    status = status_of(clauses)
    if charter.purpose is None:
        status = Status.NO_DATA
    elif status is not Status.CONFIRMED:
        status = Status.PARTIAL if charter.purpose and terms else Status.UNMET
    ends = [kpi.by for kpi in charter.kpis or () if kpi.by >= day]
    return finding(1, clauses, min([later(day, limits.CHARTER_DAYS), *ends]), status)


def _kpis_with_terms(charter: CharterFacts, day: date) -> int | None:
    """Shared KPIs with target, owner and window whose date has not passed."""
    if charter.kpis is None:
        return None
    return sum(kpi.id in SHARED_KPIS and kpi.has_window and kpi.by >= day for kpi in charter.kpis)


def mql_definition(facts: Facts, day: date) -> Finding:
    """Item 2. Signed and borne out; signed alone is partial, and a poor outcome is unmet."""
    approvals = facts.approvals
    clauses = (
        exists("mql_written", facts.definition.written, "rulebook"),
        exists("mql_marketing", approvals.mql_marketing, "approvals"),
        exists("mql_sales", approvals.mql_sales, "approvals"),
        _kappa(facts),
        share_of(
            "accepted", facts.handovers.accepted, limits.ACCEPTED, "handovers",
            enough=limits.ACCEPTED_LEAST, floor=limits.ACCEPTED_PARTIAL,
        ),
        share_of(
            "definitional", facts.handovers.definitional, limits.DEFINITIONAL_RETURNS,
            "handovers", bound="at_most", enough=limits.ACCEPTED_LEAST,
        ),
    )  # fmt: skip
    valid = later(approvals.mql_on or day, limits.AGREEMENT_DAYS)
    return finding(2, clauses, valid, _agreed(clauses, expired=valid < day))


def _kappa(facts: Facts) -> Clause:
    agreement = facts.agreement
    return Clause(
        "kappa", Part.MEASURED, "number", "at_least", agreement.kappa, limits.KAPPA, "agreement",
        n=agreement.cards, enough=limits.AGREEMENT_CARDS,
    )  # fmt: skip


def _agreed(clauses: tuple[Clause, ...], *, expired: bool) -> Status:
    written, marketing, sales, kappa, accepted, definitional = clauses
    signed = [written.passed, marketing.passed, sales.passed]
    if False in signed or (expired and None not in signed):
        return Status.UNMET
    if None in signed:
        return Status.NO_DATA
    if kappa.passed or (accepted.passed and definitional.passed):
        return Status.CONFIRMED
    untested = kappa.passed is None and accepted.passed is None
    return Status.PARTIAL if untested or _nearly(accepted) else Status.UNMET


def _nearly(accepted: Clause) -> bool:
    return accepted.passed is not None and not accepted.broken


def scoring(facts: Facts, day: date) -> Finding:
    """Item 3."""
    rules, scores = facts.scoring_rules, facts.scores
    clauses = (
        at_least("fit_rules", rules.attribute_rules, 1, "rulebook", part=Part.REQUIRED),
        at_least("behaviour_rules", rules.behaviour_rules, 1, "rulebook", part=Part.REQUIRED),
        at_least("decays", rules.decays, 1, "rulebook", part=Part.REQUIRED),
        at_least("caps", rules.caps, 1, "rulebook", part=Part.REQUIRED),
        exists("threshold", rules.threshold, "rulebook"),
        share_of("fresh_scores", scores.fresh, limits.FRESH_SCORES, "scores"),
        share_of("reproduced", scores.reproduced, limits.REPRODUCED, "scores"),
    )
    return finding(3, clauses, later(day, limits.SCORING_DAYS))


def input_rules(facts: Facts, _day: date) -> Finding:
    """Item 4. It holds until the rules change."""
    rules = facts.input_rules
    clauses = (
        at_least("input_rules", rules.rules, 1, "rulebook", part=Part.REQUIRED),
        share_of(
            "complete_rules", rules.complete, limits.COMPLETE_RULES, "rulebook",
            floor=limits.COMPLETE_RULES_PARTIAL,
        ),
        share_of("tested_rules", rules.tested, limits.TESTED_RULES, "rulebook"),
        at_most("most_fields", rules.most_fields, limits.MOST_FIELDS, "rulebook"),
        share_of("inputs_attested", facts.attestations.inputs, limits.ATTESTED, "attestations"),
    )  # fmt: skip
    return finding(4, clauses, None)


def sfa_link(facts: Facts, day: date) -> Finding:
    """Item 5."""
    sync = facts.sync
    clauses = (
        exists("connected", sync.connected, "sync"),
        share_of("sync_success", sync.succeeded, limits.SYNC_SUCCESS, "sync"),
        at_most("sync_late", sync.late, limits.SYNC_INTERVALS, "sync", unit="number"),
        share_of("mqls_present", sync.present, limits.MQLS_PRESENT, "sync"),
        at_most("sync_minutes", sync.minutes_p95, limits.SYNC_MINUTES, "sync", unit="minutes"),
        share_of("outcomes_back", sync.outcomes, limits.OUTCOMES_BACK, "sync"),
        at_most("drift", sync.drift, 0, "sync"),
        share_of("linked_deals", facts.links.linked, limits.LINKED_DEALS, "deals"),
        share_of(
            "duplicates", facts.duplicates.people, limits.DUPLICATES, "leads", bound="at_most",
            floor=limits.DUPLICATES_PARTIAL,
        ),
    )  # fmt: skip
    return finding(5, clauses, later(day, limits.LINK_DAYS))


def handover(facts: Facts, day: date) -> Finding:
    """Item 6. Owners of MQLs are read from the handovers, else from the leads."""
    rules, handovers, owners = facts.handover_rules, facts.handovers, facts.mql_owners
    unowned = owners.unowned if handovers.unowned is None else handovers.unowned
    few = limits.HANDOVERS_LEAST
    clauses = (
        exists("routed", rules.routed, "rulebook"),
        exists("handover_deadlines", rules.deadlines, "rulebook"),
        at_most("unowned", unowned, limits.UNOWNED, "lead_owners"),
        share_of("decided", handovers.decided, limits.DECIDED, "handovers", enough=few),
        share_of(
            "touched", handovers.touched, limits.TOUCHED, "handovers", enough=few,
            floor=limits.TOUCHED_PARTIAL,
        ),
        share_of("breaches_settled", handovers.breaches, limits.BREACHES_SETTLED, "handovers"),
    )  # fmt: skip
    return finding(6, clauses, later(day, limits.HANDOVER_DAYS))


def practice(facts: Facts, _day: date) -> Finding:
    """Item 7. A record of training alone is partial: what counts is doing the work unaided."""
    training = facts.training
    recorded = share_of(
        "trained", training.recorded, limits.TRAINED, "training", part=Part.REQUIRED
    )
    unaided = share_of("unaided", training.unaided, limits.TRAINED, "practice")
    status = status_of((recorded, unaided))
    if recorded.passed and status is not Status.CONFIRMED:
        status = Status.PARTIAL
    return finding(7, (recorded, unaided), None, status)


def scenarios(facts: Facts, day: date) -> Finding:
    """Item 8."""
    found = facts.scenarios
    clauses = (
        share_of(
            "segments_covered", found.segments, limits.SEGMENTS_COVERED, "scenarios",
            part=Part.REQUIRED,
        ),
        share_of(
            "scenarios_complete", found.complete, limits.SCENARIOS_COMPLETE, "scenarios",
            part=Part.REQUIRED,
        ),
        at_least("enrolled", found.enrolled, 1, "scenarios"),
        share_of(
            "step_errors", found.step_errors, limits.STEP_ERRORS, "scenarios", bound="at_most"
        ),
        share_of("eligible_enrolled", found.eligible, limits.ELIGIBLE_ENROLLED, "scenarios"),
        share_of("stuck", found.stuck, limits.STUCK, "scenarios", bound="at_most"),
    )  # fmt: skip
    return finding(8, clauses, later(day, limits.SCENARIO_DAYS))
