"""Events that other systems send: tokens, rows judged one by one, signatures, replays."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.test import Client
from tests.intake.importing import ACTOR

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core import clock
from teichaku.core.errors import Conflict
from teichaku.core.models import AuditEntry
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.scoring.models import DirtyLead
from teichaku.tracking import api
from teichaku.tracking.limits import Limit
from teichaku.tracking.models import Event, Token
from teichaku.tracking.tokens import READ, WRITE, TokenValues, token_issue, token_revoke

pytestmark = pytest.mark.django_db
AT = "2026-11-20T10:00:00+09:00"


def issued(kind=Token.Kind.API, scopes=(WRITE, READ), **more):
    values = TokenValues(kind, "ウェビナー", "webinar", scopes, **more)
    return token_issue(values=values, actor=ACTOR)


def row(name="e1", **more):
    return {"external_id": name, "type": "seminar_attend", "at": AT, "lead": "p1", **more}


def send(secret, *rows, body=None):
    return Client().post(
        "/api/v1/events",
        {"events": list(rows)} if body is None else body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


def test_rows_are_judged_one_by_one_and_recorded_once():
    _, secret = issued()
    known = lead_create(lead=NewLead(name="青木", email="aoki@example.jp"), actor=ACTOR)
    rows = [
        row(form="夏のセミナー", attributes={"minutes": 45}),
        row("e2", lead="", email="Aoki@example.jp", path="/seminar/"),
        row("e3", lead="", email="nobody@example.jp"),
        row("e4", type="deal_won"),
        row("e5", at="2026-11-20T10:00:00"),
        row("e6", colour="red"),
        row("e7", email="aoki@example.jp"),
        row("e8", at=(clock.now() + timedelta(hours=1)).isoformat()),
        "e9",
        row(),
    ]
    answer = send(secret, *rows)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["created"], told["duplicates"], told["refused"]) == (2, 1, 7)
    found = [(one["external_id"], one["status"]) for one in told["results"]]
    assert found == [
        ("e1", "created"), ("e2", "created"), ("e3", "refused"), ("e4", "refused"),
        ("e5", "refused"), ("e6", "refused"), ("e7", "refused"), ("e8", "refused"),
        ("", "refused"), ("e1", "duplicate"),
    ]  # fmt: skip
    reasons = [one["reason"] for one in told["results"]]
    for place, word in ((2, "address"), (3, "Teichaku"), (4, "timezone"), (5, "colour"),
                        (6, "either"), (7, "future")):  # fmt: skip
        assert word in reasons[place]
    first, second = Event.objects.order_by("external_id").select_related("signature")
    assert (first.source, first.signature.form, first.attributes) == (
        "api:webinar", "夏のセミナー", {"minutes": 45},
    )  # fmt: skip
    assert (second.lead, second.signature.path) == (known, "/seminar")
    assert set(DirtyLead.objects.values_list("lead_id", flat=True)) == {first.lead_id, known.pk}
    again = send(secret, *rows).json()
    assert (again["created"], again["duplicates"]) == (0, 3)
    assert (Event.objects.count(), Lead.objects.count()) == (2, 2)
    entry = AuditEntry.objects.filter(action="tracking.events_write").get()
    assert (entry.actor_kind, entry.actor_name) == ("integration", "ウェビナー")


def test_an_event_can_be_looked_up_by_the_system_that_sent_it():
    _, secret = issued()
    send(secret, row())
    headers = {"Authorization": f"Bearer {secret}"}
    found = Client().get("/api/v1/events/e1", headers=headers).json()
    assert (found["type"], found["external_id"]) == ("seminar_attend", "e1")
    missing = Client().get("/api/v1/events/e9", headers=headers)
    assert (missing.status_code, missing["Content-Type"]) == (404, "application/problem+json")
    other = TokenValues(Token.Kind.API, "別", "other", (READ,))
    _, secret = token_issue(values=other, actor=ACTOR)
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/events/e1", headers=headers).status_code == 404


def test_only_a_token_in_force_with_the_scope_gets_in(monkeypatch):
    token, secret = issued(scopes=(WRITE,))
    for wrong in ("", "tk_x_y", secret[:-1], f"{secret}x", secret.replace("tk_", "tk-")):
        answer = send(wrong, row())
        assert (answer.status_code, answer.json()["title"]) == (401, "Not signed in")
    headers = {"Authorization": f"Bearer {secret}"}
    lacking = Client().get("/api/v1/events/e1", headers=headers)
    assert (lacking.status_code, "events:read" in lacking.json()["detail"]) == (403, True)
    assert send(secret, row()).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert secret not in json.dumps(list(Token.objects.values("digest", "sealed", "prefix")))
    token_revoke(token=token, actor=ACTOR)
    assert send(secret, row()).status_code == 401
    with pytest.raises(Conflict):
        token_revoke(token=token, actor=ACTOR)
    _, ended = issued(expires_at=clock.now() - timedelta(seconds=1))
    assert send(ended, row()).status_code == 401
    _, fresh = issued()
    monkeypatch.setattr(api, "_per_token", Limit(1))
    assert [send(fresh, row()).status_code for _ in range(2)] == [200, 429]


def test_what_is_no_request_is_a_problem_with_its_reason():
    _, secret = issued()
    for body in ("{", {"events": []}, {"events": [row()] * 1_001}, {}, {"events": {}}):
        answer = send(secret, body=body)
        assert answer.status_code in (400, 422), body
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert not Event.objects.exists()


def test_the_description_is_openapi_and_says_what_a_row_holds():
    document = Client().get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/api/v1/events", "/api/v1/events/{external_id}", "/api/v1/webhooks/{uid}",
    }  # fmt: skip
    rows = document["components"]["schemas"]["EventsIn"]["properties"]["events"]
    assert rows["maxItems"] == 1_000
    assert {"external_id", "type", "at", "lead", "email"} <= set(rows["items"]["properties"])


def test_a_webhook_is_believed_by_its_signature_and_only_for_some_minutes():
    token, secret = issued(Token.Kind.WEBHOOK)
    body = json.dumps({"events": [row()]}).encode()

    def posted(at=None, key=secret, text=body, signed=body):
        stamp = str(int((at or clock.now()).timestamp()))
        told = hmac.new(key.encode(), stamp.encode() + b"." + signed, hashlib.sha256).hexdigest()
        headers = {"X-Teichaku-Timestamp": stamp, "X-Teichaku-Signature": f"v1={told}"}
        return Client().post(
            f"/api/v1/webhooks/{token.uid}", text, content_type="application/json", headers=headers
        )

    assert posted().json()["created"] == 1
    assert posted().json()["duplicates"] == 1  # what somebody kept and sent again says nothing new
    for wrong in (
        posted(key="other"),
        posted(text=body.replace(b"e1", b"e2")),
        posted(at=clock.now() - timedelta(minutes=6)),
        posted(at=clock.now() + timedelta(minutes=6)),
        Client().post(f"/api/v1/webhooks/{token.uid}", body, content_type="application/json"),
        send(secret, row()),
    ):
        assert wrong.status_code == 401
    assert posted(text=b"[]", signed=b"[]").status_code == 400
    token_revoke(token=token, actor=ACTOR)
    assert posted().status_code == 401
    assert Event.objects.count() == 1


def test_an_administrator_issues_a_token_that_is_shown_once_and_revokes_it():
    user = user_create(name="管理", email="a@example.jp", actor=ACTOR)
    role_grant(user=user, role=Role.ADMINISTRATOR, actor=ACTOR)
    client = Client(headers={"Accept-Language": "ja"})
    client.force_login(user)
    assert "連携しているシステムはありません" in client.get("/sites/tokens/").content.decode()
    data = {
        "name": "EC",
        "source": "shop",
        "kind": "api",
        "scopes": [WRITE],
        "ends_on": "2020-01-01",
    }
    wrong = client.post("/sites/tokens/", data)
    assert (wrong.status_code, "過去の日付" in wrong.content.decode()) == (422, True)
    page = client.post("/sites/tokens/", data | {"ends_on": "2099-12-31"}).content.decode()
    token = Token.objects.get()
    assert f"tk_{token.prefix}_" in page
    assert "再表示はできません" in page
    assert f"tk_{token.prefix}_" not in client.get("/sites/tokens/").content.decode()
    client.post(f"/sites/tokens/{token.uid}/")
    assert "失効済み" in client.get("/sites/tokens/").content.decode()
    hook = client.post("/sites/tokens/", data | {"kind": "webhook", "ends_on": ""})
    assert "/api/v1/webhooks/" in hook.content.decode()
