"""Pages of meetings: what each person sees and may do, and that mistakes keep what was typed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.deals.pipeline import create
from tests.meetings.company import (
    MONTHLY,
    WEEKLY,
    Staff,
    activate,
    jobs,
    meeting,
    on,
    user_of,
)

from teichaku.inputs.models import Obligation
from teichaku.meetings.home_part import today_part
from teichaku.meetings.models import Decision, Meeting, Series
from teichaku.meetings.services import meeting_check_in, meeting_open

pytestmark = pytest.mark.django_db
MONDAY = "2026-11-16"


def client_of(actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user_of(actor))
    return client


@pytest.fixture
def planned(staff: Staff) -> Staff:
    activate("2026-11-02T08:00", WEEKLY + MONTHLY)
    create(staff.rep, "2026-11-04T10:00", "青葉の商談")
    jobs("2026-11-13T18:00")
    return staff


@pytest.fixture
def going(planned: Staff) -> Meeting:
    with on(f"{MONDAY}T10:00"):
        return meeting_open(meeting=meeting(MONDAY), actor=planned.chair)


def address(name: str, found: Meeting) -> str:
    return reverse(f"meetings:{name}", args=[found.uid])


def post(client: Client, name: str, found: Meeting, at: str = f"{MONDAY}T10:05", **data):
    with on(at):
        return client.post(address(name, found), data)


def test_without_meetings_in_the_rulebook_the_list_says_where_they_come_from(staff):
    activate("2026-11-02T08:00", "")
    page = client_of(staff.rep).get("/meetings/").content.decode()
    assert "No meeting is agreed on yet" in page


def test_the_list_shows_each_series_with_its_next_meeting(planned):
    with on("2026-11-13T19:00"):
        page = client_of(planned.rep).get("/meetings/").content.decode()
    assert "営業週次会議" in page
    assert "月次定例会" in page
    assert "2026/11/16" in page


def test_the_list_takes_as_many_queries_however_many_meetings(
    planned, django_assert_max_num_queries
):
    with on("2026-11-13T19:00"):
        client = client_of(planned.rep)
        client.get("/meetings/")
        with django_assert_max_num_queries(40):
            client.get("/meetings/")


def test_the_meeting_is_a_pre_read_once_figures_are_fixed(planned):
    with on("2026-11-13T19:00"):
        page = client_of(planned.marketer).get(address("meeting", meeting(MONDAY)))
    text = page.content.decode()
    assert "Figures fixed at 2026/11/13 18:00" in text
    assert "青葉の商談" in text
    assert "Open the meeting" not in text


def test_only_who_leads_finds_the_ways_to_lead(going, planned):
    with on(f"{MONDAY}T10:05"):
        led = client_of(planned.chair).get(address("mode", going)).content.decode()
        seen = client_of(planned.marketer).get(address("mode", going)).content.decode()
    assert "Close the meeting" in led
    assert "Close the meeting" not in seen
    assert "I am here" in seen


def test_opening_twice_joins(planned):
    first = post(client_of(planned.chair), "open", meeting(MONDAY), f"{MONDAY}T10:00")
    second = post(client_of(planned.executive), "open", meeting(MONDAY), f"{MONDAY}T10:01")
    assert first.url == second.url == address("mode", meeting(MONDAY))
    early = post(client_of(planned.chair), "open", meeting("2026-11-24"), "2026-11-24T08:00")
    assert early.url == address("meeting", meeting("2026-11-24"))


def test_closing_is_refused_with_what_is_missing_and_stays_on_the_page(going, planned):
    answer = post(client_of(planned.chair), "close", going)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "The meeting is not closed." in text
    assert 'name="entries"' in text


def test_a_meeting_that_would_not_count_can_be_closed_as_unfinished(going, planned):
    client = client_of(planned.chair)
    entries = [row["obligations"][0] for row in going.items.get(kind="unentered").rows]
    post(client, "except", going, entries=entries, reason="休職中")
    refused = post(client, "close", going)
    assert "Close it as unfinished" in refused.content.decode()
    assert post(client, "close", going, unfinished="1").url == address("minutes", going)
    going.refresh_from_db()
    assert going.state == "unfinished"


def test_excepting_without_a_reason_keeps_the_choice(going, planned):
    entries = [row["obligations"][0] for row in going.items.get(kind="unentered").rows]
    answer = post(client_of(planned.chair), "except", going, entries=entries, reason=" ")
    assert answer.status_code == 422
    assert f'value="{entries[0]}" checked' in answer.content.decode()
    none = post(client_of(planned.chair), "except", going, reason="休職中")
    assert "Choose at least one entry" in none.content.decode()


def test_a_decision_that_lacks_something_keeps_what_was_typed(going, planned):
    client = client_of(planned.chair)
    answer = post(client, "decide", going, text="3日以内に電話", owner="", due_on="2026-11-27")
    assert answer.status_code == 422
    assert "3日以内に電話" in answer.content.decode()
    rep = user_of(planned.rep)
    done = post(client, "decide", going, text="3日以内に電話", owner=rep.uid, due_on="2026/11/27")
    assert done.status_code == 302
    assert Decision.objects.get().owner == rep


def test_minutes_follow_and_show_who_was_there(going, planned):
    with on(f"{MONDAY}T10:05"):
        meeting_check_in(meeting=going, person=user_of(planned.marketer), actor=planned.marketer)
    client = client_of(planned.chair)
    entries = [row["obligations"][0] for row in going.items.get(kind="unentered").rows]
    post(client, "except", going, entries=entries, reason="休職中")
    post(client, "outcome", going, kind="late_handovers", outcome="ok")
    assert post(client, "close", going).url == address("minutes", going)
    with on(f"{MONDAY}T10:30"):
        page = client_of(planned.rep).get(address("minutes", going)).content.decode()
        assert client.get(address("meeting", going)).url == address("minutes", going)
        assert client.get(address("mode", going)).status_code == 302
    assert "佐藤 美咲" in page
    assert "休職中" in page


def test_the_live_part_is_a_piece_without_the_frame(going, planned):
    with on(f"{MONDAY}T10:05"):
        text = client_of(planned.marketer).get(address("unentered", going)).content.decode()
    assert "青葉の商談" in text
    assert "<html" not in text


def test_moving_and_cancelling_is_for_who_arranges(planned):
    found = meeting(MONDAY)
    refused = post(client_of(planned.rep), "cancel", found, "2026-11-13T19:00", reason="x")
    assert refused.status_code == 404
    client = client_of(planned.chair)
    wrong = post(client, "move", found, "2026-11-13T19:00", day="2026-11-12", time="10:00",
                 reason="出張")  # fmt: skip
    assert wrong.status_code == 422
    assert "出張" in wrong.content.decode()
    post(client, "move", found, "2026-11-13T19:00", day="2026-11-17", time="11:30", reason="出張")
    assert meeting("2026-11-17").reason == "出張"
    post(client, "cancel", found, "2026-11-13T19:01", reason="全社行事")
    assert meeting("2026-11-17").state == "cancelled"


def test_the_series_says_what_is_agreed_and_takes_the_meeting_it_joins(planned):
    series = Series.objects.get(key="weekly")
    place = reverse("meetings:series", args=[series.uid])
    page = client_of(planned.rep).get(place).content.decode()
    assert "Every Monday at 10:00" in page
    assert client_of(planned.rep).post(place, {"name": "営業会議"}).status_code == 404
    wrong = client_of(planned.chair).post(place, {"name": "", "place": "第2会議室"})
    assert wrong.status_code == 422
    assert "第2会議室" in wrong.content.decode()
    assert client_of(planned.chair).post(place, {"name": "営業会議"}).status_code == 302


def test_a_feed_is_made_and_revoked_on_the_list(planned):
    client = client_of(planned.rep)
    client.post(reverse("meetings:feed"))
    assert "/calendar/" in client.get("/meetings/").content.decode()
    client.post(reverse("meetings:feed"), {"revoke": "1"})
    assert "Make an address" in client.get("/meetings/").content.decode()


def test_the_mode_page_takes_few_queries(going, planned, django_assert_max_num_queries):
    client = client_of(planned.chair)
    with on(f"{MONDAY}T10:05"):
        client.get(address("mode", going))
        with django_assert_max_num_queries(45):
            client.get(address("mode", going))


def test_the_day_beside_the_first_page_says_which_meetings_are_today(planned):
    with on(f"{MONDAY}T09:00"):
        page = client_of(planned.rep).get("/today/").content.decode()
        assert address("meeting", meeting(MONDAY)) in page
    assert today_part(user_of(planned.executive), frozenset()) is None


def test_all_entries_of_others_are_excepted_for_one_reason(going, planned):
    post(client_of(planned.chair), "except", going, all="1", reason="棚卸し")
    assert {row.waive_reason for row in Obligation.objects.all()} == {"棚卸し"}
