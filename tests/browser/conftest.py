"""A real browser against a real server; without a Chromium these tests say so and are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Response,
    ViewportSize,
    sync_playwright,
)

from teichaku.accounts.models import Role, User
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import SYSTEM

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=375, height=740)
PASSWORD = "a long pass phrase of tests"
# A page that is not found is a test's own doing (what pages ask for is noted as responses), and a
# question that a newer one overtakes is given up by the command menu.
MEANT = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort")

# The browser's own loop runs in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker drives the browser; tests of several would fight for the processor."""
    for item in items:
        if "browser" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine; install one to run the browser tests")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Problems(list[str]):
    """What the browser complained of: scripts that failed, files missing, policy broken."""


@pytest.fixture
def problems() -> Problems:
    return Problems()


@pytest.fixture
def open_page(chromium: Browser, live_server, problems: Problems) -> Iterator[Callable[..., Page]]:
    """Opens a window of a size, of its own person; afterwards nothing may have gone wrong in it."""
    contexts = []

    def opened(size: ViewportSize = DESK, locale: str = "ja-JP", dark: bool = False) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=size,
            locale=locale,
            timezone_id="Asia/Tokyo",
            color_scheme="dark" if dark else "light",
            has_touch=size["width"] <= PHONE["width"],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(f"script: {error}"))
        page.on("console", lambda said: _note_console(problems, said))
        page.on("response", lambda answer: _note_response(problems, answer))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


def _note_console(problems: Problems, said: ConsoleMessage) -> None:
    if said.type == "error" and not said.text.startswith(MEANT):
        problems.append(said.text)


def _note_response(problems: Problems, answer: Response) -> None:
    if answer.status >= 400 and answer.request.resource_type not in ("document", "fetch", "xhr"):
        problems.append(f"{answer.status} {answer.url}")


@pytest.fixture
def person(transactional_db) -> Callable[..., User]:
    """Makes people with roles who can sign in with ``PASSWORD``."""

    def made(name: str, email: str, *roles: Role) -> User:
        user = user_create(name=name, email=email, password=PASSWORD, actor=SYSTEM)
        for role in roles:
            role_grant(user=user, role=role, actor=SYSTEM)
        return user

    return made


def sign_in(page: Page, email: str) -> None:
    """Signs in through the form, as people do."""
    page.goto("/accounts/log-in/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/log-in/" not in url)


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def axe_findings(page: Page) -> list[str]:
    """What the accessibility engine finds wrong on the page, in short."""
    response = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [
        f"{found['id']}: {node['target']}"
        for found in response["violations"]
        for node in found["nodes"]
    ]
