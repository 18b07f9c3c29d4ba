"""A site, a browser as the tag makes it act, and what came of it."""

from __future__ import annotations

import json
from itertools import count
from uuid import UUID, uuid4

from django.test import Client
from tests.intake.importing import ACTOR

from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.tracking.cookies import COOKIE
from teichaku.tracking.models import Site, Visitor
from teichaku.tracking.sites import SiteValues, site_save
from teichaku.tracking.turning import beacons_turn

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
HOST = "https://www.example.co.jp"
_numbers = count(1)


def site_made(hosts=("www.example.co.jp",), **more) -> Site:
    """A site of its own."""
    values = SiteValues(f"サイト {next(_numbers)}", tuple(hosts), **more)
    return site_save(values=values, actor=ACTOR)


def view(path="/", ago_ms=0, **more):
    """A page view as the tag tells it."""
    return {"i": str(uuid4()), "n": "view", "a": ago_ms, "u": HOST + path, **more}


def packed(*events, sent=None, **more):
    """A beacon's text."""
    now = int(clock.now().timestamp() * 1_000)
    return json.dumps({"s": now if sent is None else sent, "w": 0, "e": list(events), **more})


class Browser:
    """A browser with a cookie jar."""

    def __init__(self, site: Site, agent: str = AGENT) -> None:
        self.site, self.client, self.agent = site, Client(), agent

    def send(self, *events, body=None, origin=HOST, **headers):
        """The collector's answer."""
        return self.client.post(
            f"/c/{self.site.key}/",
            data=packed(*events) if body is None else body,
            content_type="text/plain",
            headers={"Origin": origin, "User-Agent": self.agent, **headers},
        )

    @property
    def uid(self) -> UUID:
        """What its cookie says."""
        return UUID(self.client.cookies[COOKIE].value)

    @property
    def visitor(self) -> Visitor:
        """The browser as it is known, after all that came was turned into events."""
        turned()
        return Visitor.objects.select_related("lead").get(uid=self.uid)


def turned() -> None:
    """All that came is events."""
    while beacons_turn(actor=SYSTEM):
        pass
