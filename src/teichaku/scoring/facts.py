"""What stored scores and MQLs tell the checklist."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Mod

from teichaku.core.facts import FactsContext, facts_provide
from teichaku.core.instants import micros
from teichaku.engine.checklist.facts import MqlOwnerFacts, ScoreFacts, Share
from teichaku.engine.checklist.thresholds import FRESH_HOURS, REPRODUCED_SAMPLE, UNOWNED_DAYS
from teichaku.engine.rulebook.base import MICRO
from teichaku.leads.models import Lead
from teichaku.rulebook.models import Activation
from teichaku.rulebook.selectors import activation_in_force, rulebook_of
from teichaku.scoring.models import DirtyLead, Qualification, Score


def facts_register() -> None:
    """Nothing; the room's facts can be asked for."""
    facts_provide(ScoreFacts, score_facts)
    facts_provide(MqlOwnerFacts, mql_owner_facts)


def score_facts(context: FactsContext) -> ScoreFacts:
    """Scores under the rulebook in force; of a past instant nothing is stored, so nothing known."""
    activation = activation_in_force(context.as_of)
    later = Score.objects.filter(as_of__gt=context.as_of)
    if activation is None or later.exists():
        return ScoreFacts()
    if rulebook_of(activation.revision.document).scoring is None:
        return ScoreFacts()
    fresh = Score.objects.filter(
        lead__root=F("lead_id"),
        revision=activation.revision_id,
        as_of__gte=context.as_of - timedelta(hours=FRESH_HOURS),
    )
    known = Lead.objects.filter(root=F("pk"), kind=Lead.Kind.KNOWN)
    leads = known.filter(recorded_at__lte=context.as_of)
    return ScoreFacts(Share(fresh.count(), leads.count()), _reproduced(activation))


def _reproduced(activation: Activation) -> Share | None:
    """Of a sample of the latest scores, spread over all leads, those that come out the same."""
    stored = Score.objects.filter(revision=activation.revision_id, lead__root=F("lead_id"))
    changed = DirtyLead.objects.exclude(scored_mark=F("mark"), scored_mark__isnull=False)
    latest = stored.order_by("-as_of").values_list("as_of", flat=True).first()
    if latest is None:
        return None
    rows = stored.filter(as_of=latest).exclude(lead__in=changed.values("lead_id"))
    step = max(rows.count() // REPRODUCED_SAMPLE, 1)
    sample = rows.annotate(place=Mod("lead_id", step)).order_by("place", "lead_id")
    columns = ("lead_id", "behaviour", "fit", "total", "grade")
    picked = list(sample.values_list(*columns)[:REPRODUCED_SAMPLE])
    again = _scored_again(activation, [row[0] for row in picked], latest)
    return Share(sum(again.get(row[0]) == row[1:] for row in picked), len(picked))


def _scored_again(
    activation: Activation, leads: list[int], as_of: datetime
) -> dict[int, tuple[float, float, float, str]]:
    # The engine loads its compiler, which no start of the program may wait for.
    from teichaku.engine.evaluate import grades, score
    from teichaku.engine.program import compile_program
    from teichaku.scoring.histories import columns_of_leads, with_computed

    rulebook = rulebook_of(activation.revision.document)
    columns = with_computed(columns_of_leads(leads), as_of)
    found = score(compile_program(rulebook, columns.signatures), columns, micros(as_of))
    points = [(part / MICRO).tolist() for part in (found.behaviour, found.fit, found.total)]
    letters = grades(rulebook, found.behaviour, found.fit).tolist()
    rows = zip(*points, letters, strict=True)
    return dict(zip(columns.lead_ids.tolist(), rows, strict=True))


def mql_owner_facts(context: FactsContext) -> MqlOwnerFacts:
    """The leads that qualified lately, and those of them whom nobody owns.

    Where no lead at all has an owner, the files say nothing of owners.
    """
    if not Lead.objects.filter(owner__isnull=False).exists():
        return MqlOwnerFacts()
    since = context.as_of - timedelta(days=UNOWNED_DAYS)
    standing = Qualification.objects.filter(
        superseded_by=None, withdrawn=False, at__gt=since, at__lte=context.as_of
    )
    leads = Lead.objects.filter(pk__in=standing.values("lead__root"))
    found = leads.count()
    if not found:
        return MqlOwnerFacts(0)
    return MqlOwnerFacts(found, leads.filter(owner=None).count())
