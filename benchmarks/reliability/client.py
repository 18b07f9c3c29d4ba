"""A person at a browser: signs in and makes entries, and notes which were acknowledged."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import httpx

from benchmarks.reliability.company import PASSWORD

LOG_IN = "/accounts/log-in/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
AGAIN_S = 0.5


class Entry(NamedTuple):
    """Something that was entered, known by a text that nothing else has."""

    kind: str
    text: str
    acknowledged: bool


class Person(threading.Thread):
    """One rep, entering at a steady rate until told to stop."""

    def __init__(
        self, address: str, email: str, deals: Sequence[UUID], lead: UUID, *, every_s: float
    ) -> None:
        super().__init__(name=email, daemon=True)
        self.entries: list[Entry] = []
        self.answers: dict[int, int] = {}
        self._client = httpx.Client(base_url=address, timeout=30)
        self._email, self._deals, self._lead = email, deals, lead
        self._every_s, self._over = every_s, threading.Event()
        self._chance = random.Random(email)
        self._in_a_week = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
        self.signed_in = threading.Event()

    def stop(self) -> None:
        """Nothing; the entry under way is the last one."""
        self._over.set()

    def run(self) -> None:
        """Nothing; entries are made one after the other."""
        self._sign_in()
        kinds: tuple[tuple[str, Callable[[str], httpx.Response]], ...] = (
            ("activity", self._activity),
            ("activity", self._activity),
            ("field", self._field),
            ("deal", self._deal),
            ("exception", self._exception),
        )
        number = 0
        while not self._over.wait(self._every_s):
            kind, enter = self._chance.choice(kinds)
            text, number = f"{kind} {self._email} {number}", number + 1
            try:
                status = enter(text).status_code
            except httpx.TransportError:
                status = 0  # nobody can say whether it was kept
                self._over.wait(AGAIN_S)
            self.answers[status] = self.answers.get(status, 0) + 1
            self.entries.append(Entry(kind, text, status == 302))

    def _sign_in(self) -> None:
        while not self._over.is_set():
            try:
                page = self._client.get(LOG_IN)
                found = TOKEN.search(page.text)
                assert found, page.text
                answer = self._client.post(
                    LOG_IN,
                    data={
                        "login": self._email,
                        "password": PASSWORD,
                        "csrfmiddlewaretoken": found[1],
                    },
                )
                assert answer.status_code == 302, answer.text
                self.signed_in.set()
                return
            except httpx.TransportError:
                self._over.wait(AGAIN_S)

    def _post(self, path: str, data: dict[str, str]) -> httpx.Response:
        token = self._client.cookies.get("csrftoken") or ""
        return self._client.post(path, data=data, headers={"X-CSRFToken": token})

    def _activity(self, text: str) -> httpx.Response:
        data = {"kind": "visit", "outcome": "前進", "note": text}
        if self._chance.random() < 0.5:
            data |= {"next_action": "訪問", "next_on": "other", "next_day": self._in_a_week}
        return self._post(f"/deals/{self._any_deal()}/activity/", data)

    def _field(self, text: str) -> httpx.Response:
        return self._post(f"/deals/{self._any_deal()}/field/next_action/", {"value": text})

    def _deal(self, text: str) -> httpx.Response:
        return self._post(
            "/deals/new/",
            {"company": "株式会社 確認", "name": text, "asked_at": "1", "lead": str(self._lead)},
        )

    def _exception(self, text: str) -> httpx.Response:
        return self._post(
            "/deals/new/",
            {
                "company": "株式会社 確認", "name": text, "asked_at": "1", "ask_exception": "1",
                "wish_reason": "referral", "wish_note": text,
            },
        )  # fmt: skip

    def _any_deal(self) -> UUID:
        return self._chance.choice(self._deals)
