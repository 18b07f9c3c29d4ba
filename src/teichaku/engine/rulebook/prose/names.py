"""The company's own words: labels that a rulebook gives to what its sentences mention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from teichaku.engine.rulebook.model import (
    BehaviourRule,
    FitRule,
    GateRule,
    InputRule,
    MeetingSeries,
    Mql,
    Rulebook,
)

Rule = BehaviourRule | FitRule | Mql | InputRule | GateRule | MeetingSeries
"""What decisions cite by its id."""


@dataclass(frozen=True, slots=True)
class Names:
    """Labels by id; what has no label is called by the language's own word."""

    deal: str = ""
    stages: Mapping[str, str] = field(default_factory=dict)
    kpis: Mapping[str, str] = field(default_factory=dict)


def names_of(rulebook: Rulebook) -> Names:
    """The labels of a rulebook."""
    deal = rulebook.deal
    return Names(
        deal.label if deal else "",
        {stage.id: stage.label for stage in deal.stages if stage.label} if deal else {},
        {key: kpi.label for key, kpi in (rulebook.kpis or {}).items() if kpi.label},
    )
