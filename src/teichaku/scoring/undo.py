"""What is known of leads here, and goes with leads whose import is taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teichaku.intake.undoables import Computed, Undoable, computed_register, undoable_register
from teichaku.leads.models import Lead
from teichaku.scoring.models import (
    Membership,
    MembershipChange,
    Qualification,
    Score,
    ScoreDay,
)


def undo_register() -> None:
    """Nothing; imports can be taken back from the tables of the room."""
    undoable_register(Undoable(Qualification, _("MQLs"), leads=_roots, part_of="lead"))
    for model in (Score, ScoreDay, Membership, MembershipChange):
        computed_register(Computed(Lead, model))
    own = Qualification.Source.ENGINE
    computed_register(Computed(Lead, Qualification, unless=~Q(source=own)))


def _roots(ids: Sequence[int]) -> Collection[int]:
    return Qualification.objects.filter(pk__in=ids).values_list("lead__root_id", flat=True)
