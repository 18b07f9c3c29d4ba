"""What every test stands on: a real database file and plain static files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from django.utils import translation
from hypothesis import settings as generation

# the same quick cases on every run; CI adds --hypothesis-profile=thorough for new ones
generation.register_profile("quick", max_examples=80, deadline=None, derandomize=True)
generation.register_profile("thorough", max_examples=2_000, deadline=None)
generation.load_profile("quick")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """What is said directly is said in English; pages still follow the request."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite tests run on a file as the product does: several connections, and the real log."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(file)


@pytest.fixture(scope="session", autouse=True)
def plain_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No collected static files and no state folder but one that the run throws away."""
    state_dir: Path = tmp_path_factory.mktemp("state")
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # The slowness of the real one protects stored passwords, and only takes time here.
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with override_settings(
        STORAGES=storages,
        STATE_DIR=state_dir,
        WHITENOISE_AUTOREFRESH=True,
        CACHES=caches,
        PASSWORD_HASHERS=hashers,
    ):
        yield


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Attempts to sign in of one test are not counted in the next."""
    cache.clear()
