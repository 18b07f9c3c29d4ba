"""Merging people: whose values are taken, and everybody as before when it is taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.intake.importing import ACTOR, import_rows

from teichaku.accounts.services import user_create
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import Change
from teichaku.core.registry import leads_regrouped
from teichaku.leads.lead_merges import merge_plan, merges_of_lead, roots_without, unmerge_plan
from teichaku.leads.lead_writes import lead_update
from teichaku.leads.models import AttributeDefinition, Lead, LeadIdentity, MergeEntry, StageEntry
from teichaku.leads.search_text import leads_found
from teichaku.leads.selectors import separated_leads
from teichaku.leads.services import lead_merge, lead_unmerge, leads_merge, leads_unmerge

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """a lacks a telephone and a job title, b and c have different ones."""
    import_rows("leads", [
        {"external_id": "a", "name": "山田 太郎", "email": "taro@aoba.example"},
        {"external_id": "b", "name": "山田太郎", "phone": "0311111111", "title": "部長",
         "email": "yamada@aoba.example", "company": "青葉", "attribute.席": "30"},
        {"external_id": "c", "name": "ヤマダ", "phone": "0322222222", "title": "課長",
         "attribute.席": "5", "attribute.通知": "いいえ"},
        {"external_id": "d", "name": "山田", "phone": "0333333333"},
    ])  # fmt: skip
    return {i.external_id: i.lead for i in LeadIdentity.objects.select_related("lead")}


def state():
    return {
        row.pop("uid"): row
        for row in Lead.objects.values("uid", "root_id", "name", "email", "email_key", "phone",
                                       "title", "company_id", "owner_id", "stage", "attributes")
    }  # fmt: skip


def now(lead):
    return Lead.objects.get(pk=lead.pk)


def edit(lead, **values):
    lead_update(lead=now(lead), values=values, actor=ACTOR, source="manual")


def merge(kept, *merged, **chosen):
    picked = {name: lead.pk for name, lead in chosen.items()}
    return leads_merge(kept=kept, merged=merged, actor=ACTOR, chosen=picked)


def undo(entry):
    lead_unmerge(entry=MergeEntry.objects.get(pk=entry.pk), actor=ACTOR)


def test_blanks_are_filled_and_what_is_there_stays(people):
    a, b = people["a"], people["b"]
    before = state()
    [entry] = merge(a, b)
    kept = now(a)
    assert (kept.name, kept.email, kept.phone, kept.title) == (
        "山田 太郎", "taro@aoba.example", "0311111111", "部長",
    )  # fmt: skip
    assert (kept.company_id, kept.attributes) == (b.company_id, {"席": 30})
    assert entry.fields["phone"] == {
        "take": "kept", "was": None, "theirs": "0311111111", "put": "0311111111",
    }  # fmt: skip
    changes = Change.objects.filter(source="merge").values_list("object_id", "field")
    assert set(changes) == {
        (b.pk, "root"), (a.pk, "phone"), (a.pk, "title"), (a.pk, "company"), (a.pk, "attribute.席"),
    }  # fmt: skip
    undo(entry)
    assert state() == before
    assert sorted(leads_found("山田", 10)[0]) == [people[name].pk for name in "abd"]


def test_a_chosen_value_is_taken_and_a_chosen_blank_is_not(people):
    a, b, c = (people[name] for name in "abc")
    before = state()
    chosen = {"name": c, "phone": b, "title": a, "attribute.席": c, "email": b, "attribute.通知": a}
    entries = merge(a, b, c, **chosen)
    kept = now(a)
    assert (kept.name, kept.phone, kept.title, kept.email_key) == (
        "ヤマダ", "0311111111", "部長", "yamada@aoba.example",
    )  # fmt: skip
    assert kept.attributes == {"席": 5, "通知": False}
    assert [entry.merged_id for entry in entries] == [b.pk, c.pk]
    leads_unmerge(entries=entries, actor=ACTOR)
    assert state() == before


def test_a_group_is_one_and_each_can_leave_it_alone(people):
    a, b, c, d = (people[name] for name in "abcd")
    before = state()
    of_b, of_c, of_d = merge(a, b, c, d)
    assert set(Lead.objects.values_list("root_id", flat=True)) == {a.pk}
    undo(of_b)
    kept = now(a)
    assert (kept.phone, kept.title, kept.attributes) == (
        "0322222222", "課長", {"席": 5, "通知": False},
    ), "as if only the others had been merged"  # fmt: skip
    undo(of_d)
    undo(of_c)
    assert state() == before


def test_a_choice_of_somebody_else_is_refused(people):
    with pytest.raises(InvalidInput):
        merge(people["a"], people["b"], phone=people["c"])
    with pytest.raises(Conflict):
        merge(people["a"], people["a"])
    assert not MergeEntry.objects.exists()


def test_what_was_written_over_since_stays(people):
    a, b = people["a"], people["b"]
    [entry] = merge(a, b)
    edit(a, phone="0399999999")
    undo(entry)
    assert (now(a).phone, now(a).title) == ("0399999999", "")
    assert now(b).phone == "0311111111"


def test_an_edit_between_two_merges_is_what_the_second_one_found(people):
    a, b, c = (people[name] for name in "abc")
    [first] = merge(a, b)
    edit(a, phone="0399999999")
    [second] = merge(a, c, phone=c)
    undo(first)
    assert now(a).phone == "0322222222"
    undo(second)
    assert now(a).phone == "0399999999"


def test_the_middle_of_a_chain_goes_with_what_it_brought(people):
    """d → c → b → a; without d → c, nobody has d's telephone any more."""
    a, b, c, d = (people[name] for name in "abcd")
    [of_d] = merge(c, d, phone=d)
    [of_c] = merge(b, c, phone=c)
    [of_b] = merge(a, b)
    assert {now(lead).phone for lead in (a, b, c)} == {"0333333333"}
    undo(of_d)
    assert (now(a).phone, now(b).phone, now(c).phone) == ("0322222222",) * 3
    assert now(d).root_id == d.pk
    undo(of_b)
    assert (now(a).phone, now(b).phone) == ("", "0322222222")
    undo(of_c)
    assert (now(b).phone, now(b).title) == ("0311111111", "部長")


def test_the_stage_is_of_whoever_entered_one_last(people):
    a, b, c = (people[name] for name in "abc")
    for lead, stage, day in ((a, "new", 1), (b, "deal", 3), (c, "hot", 2)):
        Lead.objects.filter(pk=lead.pk).update(stage=stage)
        at = datetime(2026, 5, day, tzinfo=UTC)
        StageEntry.objects.create(
            lead=lead, stage=stage, at=at, recorded_at=at, source="test", actor_kind="human",
            actor_name="",
        )  # fmt: skip
    entries = merge(a, b, c)
    assert now(a).stage == "deal"
    leads_unmerge(entries=entries, actor=ACTOR)
    merge(a, b, stage=a)
    assert now(a).stage == "new"


def test_of_a_person_and_a_browser_the_person_stays(people):
    a, b = people["a"], people["b"]
    Lead.objects.filter(pk=a.pk).update(kind=Lead.Kind.ANONYMOUS)
    [entry] = merge(now(a), b)
    assert (entry.kept_id, entry.merged_id) == (b.pk, a.pk)
    undo(entry)
    assert separated_leads() == set(), "an address still joins the person"


def test_who_has_left_does_not_get_leads_back(people):
    a, b = people["a"], people["b"]
    gone, here = (
        user_create(name=name, email=f"{n}@example.jp", actor=SYSTEM)
        for n, name in enumerate(("前田", "後藤"))
    )
    Lead.objects.filter(pk=a.pk).update(owner=gone)
    Lead.objects.filter(pk=b.pk).update(owner=here)
    [entry] = merge(now(a), now(b), owner=b)
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    undo(entry)
    assert now(a).owner_id == here.pk


def test_the_preview_is_what_happens(people):
    a, b, c = (people[name] for name in "abc")
    plan = merge_plan(a, [b, c], {"phone": c.pk})
    assert state()[a.uid]["phone"] == "", "nothing is written"
    entries = merge(a, b, c, phone=c)
    assert plan.values["phone"] == now(a).phone == "0322222222"
    before = state()
    split = unmerge_plan(entries[1])
    assert [(row.pk, fields["phone"]) for row, fields in split.changed] == [
        (a.pk, ("0322222222", "0311111111"))
    ]
    assert roots_without(split.members, entries[1]) == {c.pk: [c.pk]}
    assert state() == before, "nothing is written"
    undo(entries[1])
    assert now(a).phone == "0311111111"
    assert list(merges_of_lead(now(a))) == [entries[0]]


def test_upper_rooms_hear_whose_past_is_another_now(people, monkeypatch):
    told = []
    monkeypatch.setattr(leads_regrouped, "notify", told.append)
    [entry] = merge(people["a"], people["b"])
    undo(entry)
    both = sorted((people["a"].pk, people["b"].pk))
    assert told == [both, both]


# Files after a merge


def test_ids_and_addresses_of_merged_people_lead_to_who_stands_for_them(people):
    a, b = people["a"], people["b"]
    merge(a, b)
    leads = Lead.objects.count()
    rows = [
        {"external_id": "b", "email": "yamada@aoba.example", "department": "営業"},
        {"external_id": "", "email": "yamada@aoba.example", "source": "展示会"},
        {"external_id": "", "email": "taro@aoba.example", "campaign": "秋"},
    ]
    import_rows("leads", rows)
    assert Lead.objects.count() == leads, "nobody is entered anew"
    kept = now(a)
    assert (kept.email, kept.department, kept.source, kept.campaign) == (
        "taro@aoba.example", "営業", "展示会", "秋",
    )  # fmt: skip
    assert now(b).department == ""


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_rows_about_merged_people_in_any_order(people, order):
    merge(people["a"], people["b"])
    rows = [
        {"external_id": "a", "email": "taro@aoba.example", "title": "主任"},
        {"external_id": "b", "email": "yamada@aoba.example", "title": "係長"},
        {"external_id": "", "email": "yamada@aoba.example", "title": "次長"},
    ]
    import_rows("leads", [rows[place] for place in order])
    kept = now(people["a"])
    assert (Lead.objects.count(), kept.email) == (4, "taro@aoba.example")
    assert kept.title == max("主任", "係長", "次長")


def test_an_attribute_that_the_registry_lost_is_still_given_back(people):
    [entry] = merge(people["a"], people["c"])
    AttributeDefinition.objects.all().delete()
    undo(entry)
    assert now(people["a"]).attributes == {}


def test_the_two_named_in_a_pair_merge_are_enough(people):
    entry = lead_merge(
        kept=people["a"], merged=people["b"], actor=ACTOR, chosen={"name": people["b"].pk}
    )
    assert now(people["a"]).name == "山田太郎"
    undo(entry)
    assert now(people["a"]).name == "山田 太郎"


def test_who_was_erased_is_merged_with_nobody(people):
    Lead.objects.filter(pk=people["b"].pk).update(kind=Lead.Kind.ERASED)
    with pytest.raises(Conflict):
        merge(people["a"], people["b"])
