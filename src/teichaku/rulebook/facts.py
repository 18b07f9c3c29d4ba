"""What the rulebook and its revisions tell the checklist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from teichaku.core.facts import FactsContext, facts_provide
from teichaku.engine.checklist.facts import (
    CharterFacts,
    HandoverRuleFacts,
    InputRuleFacts,
    KpiTerms,
    MeetingRuleFacts,
    MqlDefinitionFacts,
    RevisionFacts,
    ScoringRevisionFacts,
    ScoringRuleFacts,
    Share,
)
from teichaku.engine.rulebook.hashes import rule_hashes, rulebook_hash, section_hashes
from teichaku.engine.rulebook.lint import fields_by_moment, lint
from teichaku.engine.rulebook.model import Rulebook, Scoring
from teichaku.engine.rulebook.predicates import ScoreClause
from teichaku.engine.rulebook.references import leaves
from teichaku.rulebook.models import Activation, Revision, RevisionRule, RevisionSection
from teichaku.rulebook.selectors import activation_in_force, rulebook_in_force, rulebook_of

CADENCES = {"week": 7, "month": 31}
UNTESTED = frozenset({"missing_tests", "wrong_test"})


def facts_register() -> None:
    """Nothing; the room's facts can be asked for."""
    facts_provide(CharterFacts, charter_facts)
    facts_provide(MqlDefinitionFacts, definition_facts)
    facts_provide(ScoringRuleFacts, scoring_rule_facts)
    facts_provide(InputRuleFacts, input_rule_facts)
    facts_provide(HandoverRuleFacts, handover_rule_facts)
    facts_provide(MeetingRuleFacts, meeting_rule_facts)
    facts_provide(ScoringRevisionFacts, scoring_revision_facts)
    facts_provide(RevisionFacts, revision_facts)


def charter_facts(context: FactsContext) -> CharterFacts:
    """Purpose and KPIs of the rulebook in force."""
    rulebook = rulebook_in_force(context.as_of)
    if rulebook is None:
        return CharterFacts()
    kpis = (rulebook.kpis or {}).items()
    return CharterFacts(
        purpose=bool(rulebook.purpose),
        kpis=tuple(KpiTerms(name, kpi.by, bool(kpi.window or kpi.per)) for name, kpi in kpis),
    )


def definition_facts(context: FactsContext) -> MqlDefinitionFacts:
    """Whether the rulebook in force defines an MQL."""
    rulebook = rulebook_in_force(context.as_of)
    return (
        MqlDefinitionFacts() if rulebook is None else MqlDefinitionFacts(rulebook.mql is not None)
    )


def scoring_rule_facts(context: FactsContext) -> ScoringRuleFacts:
    """How many scoring rules of each kind are in force."""
    rulebook = rulebook_in_force(context.as_of)
    if rulebook is None:
        return ScoringRuleFacts()
    scoring = rulebook.scoring or Scoring()
    rules = [rule for group in scoring.behaviour for rule in group.rules]
    ceilings = sum(group.max is not None for group in scoring.behaviour)
    ceilings += scoring.range is not None and scoring.range.max is not None
    return ScoringRuleFacts(
        attribute_rules=len(scoring.fit.rules) if scoring.fit else 0,
        behaviour_rules=len(rules),
        decays=sum(bool(rule.half_life or rule.linear or rule.expires) for rule in rules),
        caps=sum(rule.cap is not None for rule in rules) + ceilings,
        threshold=_asks_for_score(rulebook),
    )


def _asks_for_score(rulebook: Rulebook) -> bool:
    if rulebook.mql is None:
        return False
    return any(isinstance(leaf, ScoreClause) for _path, leaf in leaves((), rulebook.mql.when))


def input_rule_facts(context: FactsContext) -> InputRuleFacts:
    """The input rules in force, as the rulebook's own warnings judge them."""
    rulebook = rulebook_in_force(context.as_of)
    if rulebook is None:
        return InputRuleFacts()
    warnings = lint(rulebook)
    unread = {warning.place for warning in warnings if warning.code == "no_reader"}
    untested = {warning.place for warning in warnings if warning.code in UNTESTED}
    ids = [rule.id for rule in rulebook.inputs]
    asked = fields_by_moment(rulebook).values()
    return InputRuleFacts(
        rules=len(ids),
        complete=Share(sum(name not in unread for name in ids), len(ids)),
        tested=Share(sum(name not in untested for name in ids), len(ids)),
        most_fields=max((len(fields) for fields in asked), default=0),
    )


def handover_rule_facts(context: FactsContext) -> HandoverRuleFacts:
    """Whether the rulebook in force says to whom leads go (its last route takes all) and when."""
    rulebook = rulebook_in_force(context.as_of)
    if rulebook is None:
        return HandoverRuleFacts()
    deadlines = rulebook.handover.deadlines if rulebook.handover else None
    return HandoverRuleFacts(
        routed=rulebook.handover is not None,
        deadlines=deadlines is not None and bool(deadlines.accept and deadlines.first_touch),
    )


def meeting_rule_facts(context: FactsContext) -> MeetingRuleFacts:
    """The meeting of most departments in the rulebook in force, the more frequent first."""
    rulebook = rulebook_in_force(context.as_of)
    if rulebook is None:
        return MeetingRuleFacts()
    known = [(len(set(one.departments)), CADENCES[one.every]) for one in rulebook.meetings]
    if not known:
        return MeetingRuleFacts(departments=0)
    departments, days = max(known, key=lambda meeting: (meeting[0], -meeting[1]))
    return MeetingRuleFacts(cadence_days=days, departments=departments)


def scoring_revision_facts(context: FactsContext) -> ScoringRevisionFacts:
    """Since when scoring rules are in force, and the last time that they became others."""
    since: date | None = None
    changed: tuple[date, bool] | None = None
    before = ""
    activations = _activations(context)
    hashes = _scoring_hashes(activations)
    for activation in activations:
        present = hashes.get(activation.revision_id, "")
        day = activation.effective_from.astimezone(context.zone).date()
        if present and not since:
            since = day
        elif since and present != before:
            changed = day, bool(activation.reason)
        before = present
    if changed is None:
        return ScoringRevisionFacts(since)
    return ScoringRevisionFacts(since, *changed)


def _scoring_hashes(activations: Sequence[Activation]) -> dict[int, str]:
    revisions = {activation.revision_id for activation in activations}
    rows = RevisionSection.objects.filter(name="scoring", revision__in=revisions)
    return dict(rows.values_list("revision_id", "hash"))


def revision_facts(context: FactsContext) -> RevisionFacts:
    """Whether what is in force is what was saved; who wrote and explained what was in force."""
    activations = _activations(context)
    active = activation_in_force(context.as_of)
    if active is None:
        return RevisionFacts()
    revisions = {one.revision_id for one in activations}
    authored = Revision.objects.filter(pk__in=revisions, created_by__isnull=False).count()
    return RevisionFacts(
        unaltered=_unaltered(active.revision),
        authored=Share(authored, len(revisions)),
        reasoned=Share(sum(bool(one.reason) for one in activations), len(activations)),
        last_on=activations[-1].effective_from.astimezone(context.zone).date(),
    )


def _activations(context: FactsContext) -> list[Activation]:
    """Those that have taken effect, in that order."""
    rows = Activation.objects.filter(effective_from__lte=context.as_of)
    return list(rows.order_by("effective_from", "pk"))


def _unaltered(revision: Revision) -> Share:
    """The document, its sections and rules whose hash, computed anew, is the one that was saved."""
    rulebook = rulebook_of(revision.document)
    sections = section_hashes(rulebook)
    rules = {name: value for name, (_section, value) in rule_hashes(rulebook).items()}
    saved = [
        (revision.hash, rulebook_hash(rulebook)),
        *(
            (value, sections.get(name))
            for name, value in RevisionSection.objects.filter(revision=revision).values_list(
                "name", "hash"
            )
        ),
        *(
            (value, rules.get(name))
            for name, value in RevisionRule.objects.filter(revision=revision).values_list(
                "rule_id", "hash"
            )
        ),
    ]
    whole = max(len(saved), 1 + len(sections) + len(rules))
    return Share(sum(stored == present for stored, present in saved), whole)
