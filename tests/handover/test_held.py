"""Leads that met the definition all along: their order, and waiting for their next step."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.handover.handing import ACTOR, Role, activate, on, rep, rescored, seen

from teichaku.accounts.services import role_grant, user_create
from teichaku.core.errors import InvalidInput
from teichaku.handover.held import NEXT_EVENT, held_choose, held_queue
from teichaku.handover.models import Handover
from teichaku.handover.release import handovers_release_held
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.tracking.last_events import last_events_refresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads():
    """Four leads that met the definition already; one person takes two a week."""
    rep("鈴木 一郎")
    with on("2026-10-30 09:00"):
        made = [lead_create(lead=NewLead(name=f"リード{n}"), actor=ACTOR) for n in range(4)]
        for views, lead in enumerate(made, start=3):
            seen(lead, "2026-10-30 09:00", views=views)
    activate("2026-11-02 09:00")
    rescored("2026-11-02 09:05")
    return made


def test_the_queue_goes_by_score_and_tells_how_long_it_takes(leads):
    with on("2026-11-04 09:00"):
        queue = held_queue(1)
    assert [one.lead.pk for one in queue.leads] == [lead.pk for lead in leads[::-1]]
    assert (queue.count, queue.room, queue.weeks_needed) == (4, 2, 2)
    assert all(one.ready for one in queue.leads)


def test_a_lead_may_have_to_do_something_first(leads):
    with on("2026-11-04 09:00"):
        held_choose(choice=NEXT_EVENT, actor=ACTOR)
        assert handovers_release_held() == []
        seen(leads[0], "2026-11-04 08:00", views=1)
        last_events_refresh([lead.pk for lead in leads])
        assert [one.ready for one in held_queue(1).leads] == [False, False, False, True]
        assert len(handovers_release_held()) == 1
    assert Handover.objects.get().lead_id == leads[0].pk
    with pytest.raises(InvalidInput):
        held_choose(choice="never", actor=ACTOR)


def test_marketing_sees_it_and_chooses(client, leads):
    with on("2026-01-01 09:00"):
        marketer = user_create(name="佐藤", email="sato@example.co.jp", actor=ACTOR)
        role_grant(user=marketer, role=Role.MARKETER, actor=ACTOR)
    client.force_login(marketer)
    client.cookies["django_language"] = "en"
    shown = client.get(reverse("handover:held")).content.decode()
    assert "4 leads wait" in shown
    assert "リード3" in shown
    done = client.post(reverse("handover:held_choice"), {"choice": NEXT_EVENT}, follow=True)
    assert "Saved." in done.content.decode()
    assert held_queue(1).choice == NEXT_EVENT
    wrong = client.post(reverse("handover:held_choice"), {"choice": "x"}, follow=True)
    assert "Choose when" in wrong.content.decode()
    assert client.get(reverse("handover:held"), {"page": "0"}).status_code == 404
