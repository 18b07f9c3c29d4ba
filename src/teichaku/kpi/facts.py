"""What the shared KPIs tell the checklist."""

from __future__ import annotations

from teichaku.core.facts import FactsContext, facts_provide
from teichaku.engine.checklist.facts import BaselineFacts, Share
from teichaku.engine.rulebook.vocabulary import SHARED_KPIS


def facts_register() -> None:
    """Nothing; the room's facts can be asked for."""
    facts_provide(BaselineFacts, baseline_facts)


def baseline_facts(context: FactsContext) -> BaselineFacts:
    """For how many of the shared KPIs the records give a present value; none is no answer."""
    from teichaku.kpi.selectors import kpi_report  # it loads the statistics

    found = kpi_report(as_of=context.today).figures
    values = (found.mqls or None, found.opportunity_rate.value, found.win_rate.value)
    known = sum(value is not None for value in values)
    return BaselineFacts(Share(known, len(SHARED_KPIS)) if known else None)
