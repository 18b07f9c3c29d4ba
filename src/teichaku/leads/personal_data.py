"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.leads.models import (
    DuplicateSearch,
    Lead,
    LeadIdentity,
    MergeEntry,
    SearchText,
    StageEntry,
)
from teichaku.leads.tombstones import tombstones_set

HELD = PersonalData(
    label=_("Leads"),
    kept=_("An empty row stays, so that counts of the past hold; nothing in it tells who it was."),
    tables=(
        PersonalTable(LeadIdentity, of="lead", drop=True),
        PersonalTable(SearchText, of="lead", drop=True),
        PersonalTable(StageEntry, of="lead", blank=("reason",)),
        PersonalTable(StageEntry, mentions=("reason",)),
        PersonalTable(MergeEntry, of="kept", blank=("reason", "fields")),
        PersonalTable(MergeEntry, of="merged", blank=("reason", "fields")),
        PersonalTable(DuplicateSearch, mentions=("pairs", "groups")),
        PersonalTable(
            Lead,
            of="pk",
            blank=(
                "email",
                "email_key",
                "name",
                "kana",
                "phone",
                "title",
                "department",
                "attributes",
                "company",
                "owner",
            ),
        ),
    ),
    finish=tombstones_set,
)
personal_data_register("leads", HELD)
