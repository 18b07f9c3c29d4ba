"""Pages of segments: made by boxes or by text, read with who came and went and why, filtered by."""

from __future__ import annotations

import re

import pytest
from django.db.models import F
from django.urls import reverse
from tests.intake.importing import ACTOR
from tests.scoring.company import activate, bring, on, pk_of, refresh, view
from tests.scoring.segments import VIEWED

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.console.lead_filters import LeadFilter, Matches
from teichaku.console.segment_rows import document_of, rows_of
from teichaku.core.actors import SYSTEM
from teichaku.engine.rulebook.load import load_condition
from teichaku.leads.models import Lead
from teichaku.scoring.models import Segment
from teichaku.scoring.segments import segment_archive, segment_save

pytestmark = pytest.mark.django_db
NESTED = "any:\n  - all:\n      - {score: total, at_least: 5}\n  - {score: fit, at_least: 5}\n"


@pytest.fixture
def client(client):
    with on("2026-01-01 09:00"):
        person = user_create(name="佐藤 美咲", email="misaki@example.co.jp", actor=SYSTEM)
        role_grant(user=person, role=Role.MARKETER, actor=SYSTEM)
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def segment():
    """Two leads saw a page, and one of them twice."""
    activate("2026-06-01 00:00")
    with on("2026-06-01 09:00"):
        found = segment_save(name="見た人", document=VIEWED, actor=ACTOR)
    Segment.objects.update(built=F("revision"))
    bring("2026-06-10 09:00", "events", view("a", "2026-06-02 08:00"),
          view("a", "2026-06-03 08:00"), view("b", "2026-06-03 08:00"))  # fmt: skip
    refresh("2026-06-10 10:00", only_changed=True)
    return Segment.objects.get(pk=found.pk)


def text(answer) -> str:
    found = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def sent(**conditions: str) -> dict[str, str]:
    return {"name": "Warm", "note": "", "save": "1", **conditions}


COUNT = {"c0-group": "all", "c0-kind": "count", "c0-event": "page_view", "c0-object": "/price",
         "c0-at_least": "2", "c0-within": "30"}  # fmt: skip


def test_a_segment_is_made_of_boxes(client):
    activate("2026-06-01 00:00")
    more = {"c1-group": "none", "c1-kind": "attribute", "c1-attribute": "company.is_customer",
            "c1-operator": "in", "c1-value": "true"}  # fmt: skip
    answer = client.post(reverse("console:segment_new"), sent(**COUNT, **more), follow=True)
    assert "The segment is saved." in text(answer)
    made = Segment.objects.get()
    assert made.revision is not None
    assert load_condition(made.revision.document) == load_condition(
        "all: [{count: {event: page_view, path: /price}, at_least: 2, within: 30d}]\n"
        "none: [{attribute: company.is_customer, is: true}]\n"
    )
    shown = client.get(reverse("console:segment_edit", args=[made.uid]))
    assert 'value="/price"' in shown.content.decode()


def test_what_is_missing_is_said_and_what_was_typed_stays(client):
    activate("2026-06-01 00:00")
    answer = client.post(reverse("console:segment_new"), sent(**COUNT | {"c0-at_least": ""}))
    assert answer.status_code == 400
    assert "Fill this in, or take the condition away." in text(answer)
    assert 'value="/price"' in answer.content.decode()
    none = client.post(reverse("console:segment_new"), sent())
    assert "A segment needs at least one condition." in text(none)
    assert not Segment.objects.exists()


def test_rows_are_added_redrawn_and_taken_away(client):
    activate("2026-06-01 00:00")
    page = reverse("console:segment_new")
    sending = {k: v for k, v in sent(**COUNT).items() if k != "save"}
    added = client.post(page, sending | {"add": "1"}).content.decode()
    assert 'name="c1-kind"' in added
    drawn = client.post(page, sending | {"redraw": "1", "c0-kind": "score"}).content.decode()
    assert 'name="c0-points"' in drawn
    assert 'name="c0-event"' not in drawn
    away = client.post(page, sending | {"remove": "0"}).content.decode()
    assert 'name="c0-kind"' not in away


def test_a_nested_condition_is_text_and_its_mistakes_have_lines(client):
    activate("2026-06-01 00:00")
    page = reverse("console:segment_new")
    sending = {"name": "Deep", "document": NESTED, "save_text": "1"}
    assert "The segment is saved." in text(client.post(page, sending, follow=True))
    made = Segment.objects.get()
    shown = client.get(reverse("console:segment_edit", args=[made.uid]))
    assert "nested more deeply" in text(shown)
    wrong = client.post(page, sending | {"name": "x", "document": "all:\n  - {scor: 1}\n"})
    assert wrong.status_code == 400
    assert "[unknown_key] line 2" in text(wrong)
    assert "scor: 1" in wrong.content.decode()


def test_the_page_says_who_is_in_how_fresh_it_is_and_who_came(client, segment):
    with on("2026-06-10 11:00"):
        shown = text(client.get(reverse("console:segment", args=[segment.uid])))
        listed = text(client.get(reverse("console:segment_list")))
    assert "1 leads" in re.sub(r"(\d) +", r"\1 ", shown)
    assert "2026/06/10 10:00" in shown
    assert "0 leads wait for their turn" in shown
    assert "Came in" in shown
    assert "見た人" in listed


def test_each_lead_is_told_why(client, segment):
    lead = Lead.objects.get(pk=pk_of("a"))
    other = Lead.objects.get(pk=pk_of("b"))
    with on("2026-06-10 11:00"):
        inside = text(client.get(reverse("console:lead_segments", args=[lead.uid])))
        outside = text(client.get(reverse("console:lead_segments", args=[other.uid])))
    assert "In it" in inside
    assert "2 of 2" in inside
    assert "until 2026/07/02 08:00" in inside
    assert "Not in it" in outside
    assert "1 of 2" in outside


def test_the_list_of_leads_can_be_narrowed_to_a_segment(client, segment):
    assert Matches(LeadFilter(segment=segment.uid)).ids(10) == [pk_of("a")]
    assert Matches(LeadFilter(segment=segment.uid, sort="kana")).count() == 1
    shown = client.get(reverse("console:lead_list"), {"segment": str(segment.uid)})
    assert "1 lead" in text(shown)


def test_an_archived_segment_can_come_back_or_go(client, segment):
    turn = reverse("console:segment_turn", args=[segment.uid])
    assert "archived" in text(client.post(turn, {"archive": "1"}, follow=True))
    assert "見た人" in text(client.get(reverse("console:segment_list"), {"archived": "1"}))
    client.post(turn, {"restore": "1"})
    assert Segment.objects.get().archived_at is None
    assert "Archive it first" in text(client.post(turn, {"delete": "1"}, follow=True))
    segment_archive(segment=segment, actor=ACTOR)
    assert "There are no segments yet" in text(client.post(turn, {"delete": "1"}, follow=True))


def test_who_may_only_look_changes_nothing(client, segment):
    person = user_create(name="鈴木", email="suzuki@example.co.jp", actor=SYSTEM)
    role_grant(user=person, role=Role.SALES_REP, actor=SYSTEM)
    client.force_login(person)
    assert client.get(reverse("console:segment_new")).status_code == 403
    turn = reverse("console:segment_turn", args=[segment.uid])
    assert client.post(turn, {"archive": "1"}).status_code == 403
    assert "New segment" not in text(client.get(reverse("console:segment_list")))


@pytest.mark.parametrize(
    "document",
    [
        VIEWED,
        "all: [{score: fit, at_least: 2.5}, {rising: 10}]\nany: [{attribute: grade, in: [A1]}]\n",
        "none: [{attribute: title, matches: 部長}, {attribute: x, between: [1, 5]}]\n",
        "all: [{days: {event: download, asset: guide}, at_least: 2}]\n",
        "all: [{last: {event: form_submit, form: f, campaign: c}, within: 3d}]\n",
        "all: [{attribute: x, in: [a, 3]}, {attribute: y, between: [2026-01-02, 2026-01-03]}]\n",
    ],
)
def test_boxes_say_what_the_text_said(document: str):
    rows = rows_of(document)
    assert rows is not None
    again = rows_of(document_of(rows))
    assert again == rows
    condition = load_condition(document_of(rows))
    asked = load_condition(document)
    assert condition == asked or condition.all_ == (asked,)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "document", [NESTED, "count: {event: page_view, path: [/a, /b]}\nat_least: 1\n",
                 "count: {event: page_view}\nat_least: 1\nwithin: 1mo\n"],
)  # fmt: skip
def test_what_boxes_cannot_say_stays_text(document: str):
    assert rows_of(document) is None
