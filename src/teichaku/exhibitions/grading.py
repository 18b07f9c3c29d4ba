"""A rank for whom the sheet has none: by how well the lead fits, as the rulebook says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from teichaku.core.instants import micros
from teichaku.engine.evaluate import grades, score
from teichaku.engine.program import compile_program
from teichaku.exhibitions.words import RANKS
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.scoring.histories import columns_of_leads, with_computed


def fit_ranks(roots: Collection[int], as_of: datetime) -> Mapping[int, str]:
    """The rank of each root lead by its fit grade, beyond C it is C; none without agreed grades."""
    rulebook = rulebook_in_force()
    if not roots or rulebook is None or not (rulebook.scoring and rulebook.scoring.grades):
        return {}
    columns = with_computed(columns_of_leads(sorted(roots)), as_of)
    found = score(compile_program(rulebook, columns.signatures), columns, micros(as_of))
    letters = [text[:1] for text in grades(rulebook, found.behaviour, found.fit).tolist()]
    return {
        lead: letter if letter in RANKS else RANKS[-1]
        for lead, letter in zip(columns.lead_ids.tolist(), letters, strict=True)
    }
