"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.scoring.models import (
    Membership,
    MembershipChange,
    Qualification,
    Score,
    ScoreDay,
)
from teichaku.scoring.store_erasure import store_rewrite

HELD = PersonalData(
    label=_("Scores"),
    kept=_("MQLs stay as counts without what they were judged by."),
    tables=(
        PersonalTable(Score, of="lead", drop=True),
        PersonalTable(ScoreDay, of="lead", drop=True),
        PersonalTable(Membership, of="lead", drop=True),
        PersonalTable(MembershipChange, of="lead", drop=True),
        PersonalTable(Qualification, of="lead", blank=("evidence",)),
    ),
    settle=store_rewrite,
)
personal_data_register("scoring", HELD)
