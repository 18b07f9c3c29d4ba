"""Files to hand out: the button counts, the link does not; who got what, and by whose link."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.deals.pipeline import lead
from tests.intake.importing import ACTOR
from tests.tracking.beacons import AGENT

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.leads.models import MergeEntry
from teichaku.tracking.assets import asset_path, asset_save
from teichaku.tracking.cookies import COOKIE
from teichaku.tracking.downloads import asset_newest, asset_url, downloads_counted
from teichaku.tracking.models import Asset, Event, SameDevice, Visitor

pytestmark = pytest.mark.django_db
OWN = {"Origin": "http://testserver", "User-Agent": AGENT}


def sent(name="カタログ.pdf", content=b"%PDF-1.7"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def asset(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    return asset_save(title="カタログ", sent=sent(), actor=ACTOR)


def address(url):
    return url.partition("//")[2].partition("/")[2].join(("/", ""))


def press(client, url, **headers):
    once = re.search(r'name="once" value="([^"]+)"', client.get(url).content.decode())[1]
    return posted(client, url, once, **headers), once


def posted(client, url, once, **headers):
    answer = client.post(url, {"once": once}, headers=OWN | headers)
    answer.body = b"".join(answer.streaming_content)  # read to the end, which closes the file
    return answer


def test_opening_the_link_records_nothing_and_the_button_once(asset):
    client, url = Client(), address(asset_url(asset))
    assert client.get(url).status_code == client.head(url).status_code == 200
    assert not client.cookies
    answer, once = press(client, url)
    assert answer.body == b"%PDF-1.7"
    assert answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]
    posted(client, url, once)  # pressed twice
    [event] = Event.objects.select_related("signature")
    assert (event.signature.type, event.signature.asset) == ("download", "カタログ")
    assert event.lead == Visitor.objects.get(uid=UUID(client.cookies[COOKIE].value)).lead
    assert downloads_counted([asset]) == {asset.pk: (1, 0)}
    press(client, url)
    assert downloads_counted([asset]) == {asset.pk: (2, 0)}
    assert Visitor.objects.count() == 1


def test_programs_get_the_file_but_do_not_count_and_unwilling_browsers_leave_nothing(asset):
    url = address(asset_url(asset))
    press(Client(), url, **{"User-Agent": "python-httpx/0.28"})
    press(Client(), url, Origin="")
    press(Client(), url, DNT="1")
    assert downloads_counted([asset]) == {asset.pk: (0, 2)}
    assert set(Visitor.objects.values_list("reason", flat=True)) == {"crawler", "no_script"}


def test_a_link_made_for_a_lead_is_a_hint_and_no_more(asset):
    known, client = lead("青木"), Client()
    url = address(asset_url(asset, known))
    client.get(url)
    assert not SameDevice.objects.exists()
    press(client, url)
    assert SameDevice.objects.get().lead == known
    assert not MergeEntry.objects.exists()
    assert not Event.objects.filter(lead__root=known.pk, signature__type="download").exists()
    press(Client(), url.replace("?k=", "?k=x"))
    assert SameDevice.objects.count() == 1
    assert str(known.uid) not in client.get(url).content.decode()


def test_a_file_is_renewed_under_its_title_and_kept_privately(asset):
    asset_save(title="カタログ", sent=sent("new.pdf", b"new"), actor=ACTOR, asset=asset)
    version = asset_newest(asset)
    assert (version.number, version.name) == (2, "new.pdf")
    path = asset_path(version)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    answer, _ = press(Client(), address(asset_url(asset)))
    assert answer.body == b"new"
    with pytest.raises(Conflict):
        asset_save(title="カタログ", sent=sent(), actor=ACTOR)
    for wrong in (sent("page.html"), sent("empty.pdf", b"")):
        with pytest.raises(InvalidInput):
            asset_save(title="他", sent=wrong, actor=ACTOR)


def test_pages_add_show_and_put_away(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    user = user_create(name="青木", email="m@example.jp", actor=ACTOR)
    role_grant(user=user, role=Role.MARKETER, actor=ACTOR)
    client = Client(headers={"Accept-Language": "ja"})
    client.force_login(user)
    assert "資料はまだありません" in client.get("/assets/").content.decode()
    wrong = client.post("/assets/new/", {"title": "資料", "file": sent("x.exe")})
    assert (wrong.status_code, "配布できない種類" in wrong.content.decode()) == (422, True)
    added = client.post("/assets/new/", {"title": "導入事例集", "file": sent()})
    page = client.get(added.url).content.decode()
    one = Asset.objects.get()
    assert f"/a/{one.uid}/" in page
    assert client.post(added.url, {"file": sent("b.pdf")}).url == added.url
    assert "第2版" in client.get(added.url).content.decode()
    assert "導入事例集" in client.get("/assets/").content.decode()
    assert client.post(f"{added.url}put-away/").url == "/assets/"
    assert Client().get(f"/a/{one.uid}/").status_code == 404
