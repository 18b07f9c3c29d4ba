"""LINE WORKS, Chatwork and webhooks: what is posted is what the services ask for, checked there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.notify.http import web_service
from tests.notify.people import at, states, tell, work
from tests.notify.test_deliveries import choose

from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import InvalidInput
from teichaku.core.models import AuditValue
from teichaku.notify.access import access_end, access_write
from teichaku.notify.deliveries import deliveries_send
from teichaku.notify.models import Channel, Delivery, ServiceAccess, Via, Way
from teichaku.notify.preferences import channel_end, channel_write
from teichaku.notify.senders import line_works, webhook
from teichaku.notify.senders.webhook import webhook_checked

pytestmark = pytest.mark.django_db
YES = (201, b"")
TOKEN = json.dumps({"access_token": "token-1", "expires_in": "86400"}).encode()


@pytest.fixture(autouse=True)
def _monday():
    with clock.moved_to(at("2026-11-16T10:00")):
        yield


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def service(settings):
    with web_service() as running:
        settings.LINE_WORKS_API = f"{running.address}/v1.0"
        settings.LINE_WORKS_AUTH = f"{running.address}/oauth2/v2.0"
        settings.CHATWORK_API = f"{running.address}/v2"
        settings.SITE_ADDRESS = "https://teichaku.example.co.jp"
        yield running


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def by_line_works(people, key, service):
    secrets = {
        "client_id": "client",
        "client_secret": "s3cret",
        "service_account": "abc.serviceaccount@example",
        "private_key": pem(key),
        "bot_id": "2000001",
    }
    access_write(via=Via.LINE_WORKS, secrets=secrets, actor=SYSTEM)
    channel_write(user=people[0], via=Via.LINE_WORKS, address="ichiro@works", actor=SYSTEM)
    choose(people[0], "deals", Way.AT_ONCE, Via.LINE_WORKS)
    service.answers = {"/oauth2": [(200, TOKEN)], "/v1.0": [YES]}
    return people[0]


@pytest.fixture
def by_chatwork(people, service):
    access_write(via=Via.CHATWORK, secrets={"token": "chat-token"}, actor=SYSTEM)
    channel_write(user=people[0], via=Via.CHATWORK, address="123", actor=SYSTEM)
    choose(people[0], "deals", Way.AT_ONCE, Via.CHATWORK)
    service.answers = {"/v2": [(200, b'{"message_id":"1"}')]}
    return people[0]


def test_line_works_gets_a_signed_request_and_then_the_text(by_line_works, key, service):
    tell(by_line_works, "tests.deal", "A社", address="/deals/1/")
    assert deliveries_send() == 1
    asked, posted = service.posts
    assert asked.path == "/oauth2/v2.0/token"
    form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    claims = jwt.decode(
        form.pop("assertion"),
        key.public_key(),
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )
    now = int(clock.now().timestamp())
    assert claims == {
        "iss": "client",
        "sub": "abc.serviceaccount@example",
        "iat": now,
        "exp": now + 1800,
    }
    assert form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "client_id": "client",
        "client_secret": "s3cret",
        "scope": "bot",
    }
    assert posted.path == "/v1.0/bots/2000001/users/ichiro%40works/messages"
    assert posted.headers["authorization"] == "Bearer token-1"
    assert json.loads(posted.body) == {
        "content": {
            "type": "text",
            "text": "Deal A社 moved｜Teichaku\n\nDeal A社 moved\n"
            "https://teichaku.example.co.jp/deals/1/",
        }
    }


def test_a_token_of_line_works_is_used_until_it_ends_or_is_withdrawn(by_line_works, service):
    tell(by_line_works, "tests.deal", "A")
    deliveries_send()
    tell(by_line_works, "tests.deal", "B")
    deliveries_send()
    assert [post.path.split("/")[1] for post in service.posts] == ["oauth2", "v1.0", "v1.0"]
    service.answers["/v1.0"] = [(401, b"{}"), YES]
    tell(by_line_works, "tests.deal", "C")
    assert deliveries_send() == 1
    assert [post.path.split("/")[1] for post in service.posts[3:]] == ["v1.0", "oauth2", "v1.0"]
    with clock.moved_to(at("2026-11-17T10:00")):
        tell(by_line_works, "tests.deal", "D")
        deliveries_send()
    assert [post.path.split("/")[1] for post in service.posts[6:]] == ["oauth2", "v1.0"]


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ((403, b"{}"), "parked", "http 403"),
        ((404, b"{}"), "parked", "http 404"),
        ((302, b""), "parked", "http 302"),
        ((429, b"{}"), "waiting", "http 429"),
        ((503, b"{}"), "waiting", "http 503"),
    ],
)
def test_an_answer_decides_whether_it_is_tried_again(by_chatwork, service, answer, state, reason):
    service.answers = {"/v2": [answer]}
    tell(by_chatwork, "tests.deal")
    assert deliveries_send() == 0
    row = Delivery.objects.get()
    assert (row.state, row.reason) == (state, reason)


def test_without_an_answer_nobody_knows(by_chatwork, service):
    service.silent = True
    tell(by_chatwork, "tests.deal")
    deliveries_send()
    row = Delivery.objects.get()
    assert (row.state, row.reason) == ("parked", "no answer")


def test_no_token_means_not_sent(by_line_works, service):
    line_works._tokens.clear()
    service.silent = True
    tell(by_line_works, "tests.deal")
    deliveries_send()
    row = Delivery.objects.get()
    assert (row.state, row.reason) == ("waiting", "no token")


def test_chatwork_gets_the_text_for_the_room(by_chatwork, service):
    tell(by_chatwork, "tests.deal", "A社")
    assert deliveries_send() == 1
    [post] = service.posts
    assert post.path == "/v2/rooms/123/messages"
    assert post.headers["x-chatworktoken"] == "chat-token"
    [body] = parse_qs(post.body.decode())["body"]
    assert body.startswith("Deal A社 moved｜Teichaku\n\nDeal A社 moved\nhttps://teichaku.example")


@pytest.mark.parametrize(
    ("typed", "room"),
    [("１２３", "123"), (" https://www.chatwork.com/#!rid456 ", "456")],
)
def test_a_room_is_known_by_number_or_address(by_chatwork, service, typed, room):
    channel_write(user=by_chatwork, via=Via.CHATWORK, address=typed, actor=SYSTEM)
    tell(by_chatwork, "tests.deal")
    deliveries_send()
    assert service.posts[0].path == f"/v2/rooms/{room}/messages"


@pytest.mark.parametrize("typed", ["", "room", "../messages", "12/../3", "1" * 16])
def test_what_is_no_room_is_refused(by_chatwork, typed):
    with pytest.raises(InvalidInput):
        channel_write(user=by_chatwork, via=Via.CHATWORK, address=typed, actor=SYSTEM)


def test_a_service_that_is_not_set_up_cannot_be_chosen(people):
    with pytest.raises(InvalidInput, match="LINE WORKS is not set up"):
        channel_write(user=people[0], via=Via.LINE_WORKS, address="a@b", actor=SYSTEM)


def test_secrets_lie_encrypted_and_stand_in_no_record(by_chatwork):
    stored = ServiceAccess.objects.get().secrets + Channel.objects.get().address
    assert "chat-token" not in stored
    assert Channel.objects.get().address != "123"
    assert not any("token" in row.document for row in AuditValue.objects.all())


def test_another_secret_key_is_told_from_a_broken_service(by_chatwork, settings):
    settings.SECRET_KEY = "another" * 10
    tell(by_chatwork, "tests.deal")
    deliveries_send()
    assert Delivery.objects.get().reason == "other key"


def test_what_waits_for_a_chat_that_is_gone_goes_by_mail(by_chatwork, post_office):
    tell(by_chatwork, "tests.deal")
    channel_end(user=by_chatwork, via=Via.CHATWORK, actor=SYSTEM)
    work()
    assert deliveries_send() == 1
    assert len(post_office.mails) == 1
    access_end(via=Via.CHATWORK, actor=SYSTEM)
    assert ServiceAccess.objects.count() == 0


def certificate(folder, key):
    """The file of a certificate for this machine that signs itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    here, today = x509.IPAddress(ip_address("127.0.0.1")), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_text(made.public_bytes(serialization.Encoding.PEM).decode() + pem(key))
    return file


@pytest.fixture
def hook(people, key, tmp_path, monkeypatch):
    """A room of Teams, as apprise calls it, on this machine."""
    file = certificate(tmp_path, key)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    with web_service(file) as running:
        port = int(running.address.rpartition(":")[2])
        monkeypatch.setattr(webhook, "HOSTS", webhook.re.compile(r"127\.0\.0\.1"))
        monkeypatch.setattr(webhook, "PORTS", {port})
        address = f"{running.address}/workflows/abc/triggers/manual/paths/invoke?sig=xyz"
        channel_write(user=people[0], via=Via.WEBHOOK, address=address, actor=SYSTEM)
        choose(people[0], "deals", Way.AT_ONCE, Via.WEBHOOK)
        yield running


def test_a_webhook_gets_the_text(hook, people):
    hook.answers = {"/workflows/abc/": [(202, b"")]}
    tell(people[0], "tests.deal", "A社")
    assert deliveries_send() == 1
    [post] = hook.posts
    assert "sig=xyz" in post.path
    assert "A社" in json.dumps(json.loads(post.body), ensure_ascii=False)


@pytest.mark.parametrize(("status", "state"), [(400, "parked"), (500, "waiting"), (307, "parked")])
def test_the_answer_of_a_webhook_counts(hook, people, status, state):
    hook.answers = {"/workflows/abc/": [(status, b"{}")]}
    tell(people[0], "tests.deal")
    deliveries_send()
    row = Delivery.objects.get()
    assert (row.state, row.reason) == (state, f"http {status}")


def test_mails_are_written_as_ever_beside_webhooks(people, post_office):
    webhook_checked("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7")
    tell(people[0], "tests.deal", "A社")
    deliveries_send()
    # Had apprise its way, the subject would be spelt so long that it begins on a second line.
    assert post_office.mails[0].message["Subject"] == "Deal A社 moved｜Teichaku"


def test_a_webhook_without_an_answer_is_not_tried_again(hook, people):
    hook.silent = True
    tell(people[0], "tests.deal")
    deliveries_send()
    assert states() == ["parked"]
    assert len(hook.posts) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7",
        "https://discord.com/api/webhooks/417429632418316298/" + "a" * 43,
        "https://chat.googleapis.com/v1/spaces/AAAAk6lGXyM/messages?key=abc&token=def",
        "https://prod-01.japaneast.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=xyz",
    ],
)
def test_webhooks_of_the_known_services_are_taken(address):
    assert webhook_checked(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "slack",
        "http://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7",
        "https://hooks.slack.com.evil.example/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7",
        "https://evil.example/workflows/abc/triggers/manual/paths/invoke?sig=xyz",
        "https://127.0.0.1/workflows/abc/triggers/manual/paths/invoke?sig=xyz",
        "https://x.logic.azure.com:8443/workflows/abc/triggers/manual/paths/invoke?sig=xyz",
        "https://x.logic.azure.com@127.0.0.1/workflows/abc/triggers/manual/paths/invoke?sig=xyz",
        "https://u:p@x.logic.azure.com/workflows/abc/triggers/manual/paths/invoke?sig=xyz",
        "https://x.logic.azure.com/workflows/abc/triggers/manual/paths/invoke?sig=x&template=/etc/passwd",
        "https://x.logic.azure.com/workflows/abc/triggers/manual/paths/invoke?sig=x&redirect=yes",
        "https://x.logic.azure.com/workflows/abc/triggers/manual/paths/invoke?sig=x&verify=no",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7?footer=no",
        "workflows://127.0.0.1/abc/xyz",
        "json://127.0.0.1/",
        "mailto://user:pass@example.com",
        "file:///etc/passwd",
        "https://hooks.slack.com/elsewhere",
        "https://[::1/",
    ],
)
def test_any_other_address_is_refused(address):
    with pytest.raises(InvalidInput, match="no webhook address"):
        webhook_checked(address)
