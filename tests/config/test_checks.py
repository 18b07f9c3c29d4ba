"""Each wrong configuration has a numbered check with a hint; the shipped one has none."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.checks import run_checks
from django.db import connections

from teichaku.core import checks

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ["teichaku.example.co.jp"]


def ids(*, databases=None):
    found = run_checks(databases=databases)
    assert all(message.hint for message in found)
    return [m.id for m in found if m.id is not None and m.id.startswith("teichaku.")]


@pytest.fixture(autouse=True)
def loopback(settings):
    """The test runner itself allows one more host."""
    settings.ALLOWED_HOSTS = list(settings.LOOPBACK_HOSTS)


@pytest.fixture
def environment(settings):
    def put(**values):
        settings.ENVIRONMENT = dataclasses.replace(configured.ENVIRONMENT, **values)

    return put


@pytest.mark.django_db
def test_the_shipped_configuration_is_sound():
    assert ids(databases=["default"]) == []


def test_debug_pages_for_others(settings, environment):
    environment(secret_key_generated=False)
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.SECRET_KEY = True, PUBLIC, "k" * 50
    assert ids() == ["teichaku.E001"]


def test_any_host_name(settings, environment):
    environment(secret_key_generated=False)
    settings.ALLOWED_HOSTS, settings.SECRET_KEY = ["*"], "k" * 50
    assert ids() == ["teichaku.E002"]


@pytest.mark.parametrize(("generated", "key"), [(True, "k" * 64), (False, "k" * 49)])
def test_a_weak_secret_where_others_reach(settings, environment, generated, key):
    environment(secret_key_generated=generated)
    settings.ALLOWED_HOSTS, settings.SECRET_KEY = PUBLIC, key
    assert ids() == ["teichaku.E003"]


def test_a_state_folder_that_cannot_be_written(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.STATE_DIR = tmp_path / "file" / "below"
    assert ids() == ["teichaku.E004"]


def test_an_old_sqlite(settings, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    expected = ["teichaku.E005"] if connections["default"].vendor == "sqlite" else []
    assert ids() == expected


def test_a_misspelt_variable(environment):
    environment(unknown=("TEICHAKU_DEBUGG",))
    (warning,) = checks.check_unknown(None)
    assert warning.id == "teichaku.W001"
    assert warning.hint.startswith("Did you mean TEICHAKU_DEBUG?")


class Answering:
    """A connection that answers any question with one value."""

    def __init__(self, vendor, answer):
        self.vendor, self.answer = vendor, answer

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def execute(self, sql):
        pass

    def fetchone(self):
        return (self.answer,)


@pytest.mark.parametrize(
    ("vendor", "answer", "expected"),
    [
        ("postgresql", "SQL_ASCII", ["teichaku.E006"]),
        ("postgresql", "UTF8", []),
        ("sqlite", "delete", ["teichaku.E007"]),
        ("sqlite", "wal", []),
    ],
)
def test_a_database_that_loses_characters_or_blocks(monkeypatch, vendor, answer, expected):
    monkeypatch.setattr(checks, "connections", {"default": Answering(vendor, answer)})
    found = checks.check_encoding(None, ["default"]) + checks.check_journal(None, ["default"])
    assert [message.id for message in found] == expected


def test_every_check_is_documented():
    source = (ROOT / "src/teichaku/core/checks.py").read_text(encoding="utf-8")
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    numbers = set(re.findall(r'id="(teichaku\.[EW]\d{3})"', source))
    assert len(numbers) == 8
    assert set(re.findall(r"teichaku\.[EW]\d{3}", page)) == numbers
