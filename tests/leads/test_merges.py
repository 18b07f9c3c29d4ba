"""Merging moves roots, taking back replays the ledger."""

from __future__ import annotations

import pytest
from tests.intake.importing import ACTOR, import_rows

from teichaku.core.errors import Conflict
from teichaku.core.registry import leads_changed
from teichaku.leads.models import Lead, LeadIdentity
from teichaku.leads.services import lead_merge, lead_unmerge

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads():
    import_rows("leads", [{"external_id": name} for name in "abcd"])
    return {i.external_id: i.lead for i in LeadIdentity.objects.select_related("lead")}


def root_names(leads):
    names = {lead.pk: name for name, lead in leads.items()}
    return {names[pk]: names[root] for pk, root in Lead.objects.values_list("pk", "root")}


def merge(leads, kept, merged):
    return lead_merge(kept=leads[kept], merged=leads[merged], actor=ACTOR)


def test_chains_are_flat(leads):
    merge(leads, "b", "a")
    merge(leads, "c", "b")
    assert root_names(leads) == {"a": "c", "b": "c", "c": "c", "d": "d"}


def test_taking_back_the_middle_keeps_what_others_merged(leads):
    merge(leads, "b", "a")
    entry = merge(leads, "c", "b")
    merge(leads, "c", "d")
    lead_unmerge(entry=entry, actor=ACTOR)
    assert root_names(leads) == {"a": "b", "b": "b", "c": "c", "d": "c"}


def test_merging_a_merged_lead_means_its_root(leads):
    merge(leads, "b", "a")
    merge(leads, "a", "c")
    assert root_names(leads) == {"a": "b", "b": "b", "c": "b", "d": "d"}
    with pytest.raises(Conflict):
        merge(leads, "c", "a")


def test_a_merge_is_taken_back_once_and_can_be_made_again(leads):
    entry = merge(leads, "b", "a")
    lead_unmerge(entry=entry, actor=ACTOR)
    with pytest.raises(Conflict):
        lead_unmerge(entry=entry, actor=ACTOR)
    merge(leads, "b", "a")
    assert root_names(leads)["a"] == "b"


def test_both_leads_are_told_to_have_changed(leads, monkeypatch):
    told = []
    monkeypatch.setattr(leads_changed, "notify", told.append)
    entry = merge(leads, "b", "a")
    lead_unmerge(entry=entry, actor=ACTOR)
    both = sorted((leads["a"].pk, leads["b"].pk))
    assert [sorted(ids) for ids in told] == [both, both]
