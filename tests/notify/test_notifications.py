"""A notification reaches each person once per key, with the files that go with it."""

from __future__ import annotations

import pytest
from django.db import transaction
from tests.notify.people import told

from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.errors import InvalidInput
from teichaku.notify.attachments import MOST_BYTES, Attachment
from teichaku.notify.models import AttachedFile, Notification
from teichaku.notify.services import notifications_create

pytestmark = pytest.mark.django_db
INVITATION = Attachment("teirei.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR")


def create(people, **more):
    return notifications_create(
        users=people, kind="tests.call", params={"name": "x"}, actor=SYSTEM, **more
    )


def test_a_key_tells_each_person_once_and_answers_who_is_new(people):
    ichiro, hanako = people
    assert told(create([ichiro], key="meeting 1")) == ["ichiro"]
    assert told(create(people, key="meeting 1")) == ["hanako"]
    assert told(create(people, key="meeting 1")) == []
    assert told(create(people, key="meeting 2")) == ["ichiro", "hanako"]
    assert Notification.objects.filter(user=hanako).count() == 2


def test_without_a_key_everything_is_told_again(people):
    assert len(create(people)) == 2
    assert len(create(people)) == 2
    assert Notification.objects.count() == 4


def test_whoever_did_it_is_not_told(people):
    doer = Actor(kind="human", name="ichiro", user_id=people[0].pk)
    new = notifications_create(users=people, kind="tests.call", key="own", actor=doer)
    assert told(new) == ["hanako"]


def test_a_file_is_kept_once_for_everybody(people):
    first, second = create(people, key="a", body="1行目\n2行目", attachments=[INVITATION])
    assert first.body == "1行目\n2行目"
    [file] = AttachedFile.objects.all()
    assert list(first.files.all()) == list(second.files.all()) == [file]
    assert (file.name, file.content_type) == ("teirei.ics", "text/calendar; method=REQUEST")
    assert bytes(file.content) == b"BEGIN:VCALENDAR"
    create(people, key="a", attachments=[INVITATION])
    assert AttachedFile.objects.count() == 1


def test_files_have_five_megabytes_in_all(people):
    half = Attachment("half.pdf", "application/pdf", b"x" * (MOST_BYTES // 2))
    create(people[:1], attachments=[half, half])
    with (
        pytest.raises(InvalidInput, match=r"7\.5 MB in all, and at most 5 MB"),
        transaction.atomic(),
    ):
        create(people[:1], attachments=[half, half, half])
    assert Notification.objects.count() == 1
