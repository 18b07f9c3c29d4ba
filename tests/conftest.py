"""What every test stands on: a real database file and plain static files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
import pytest_django
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models.signals import post_migrate
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


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> None:
    """PostgreSQL tests do not wait for the disk: processes are killed in them, machines are not."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit TO off")
            cursor.execute("SET synchronous_commit TO off")


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """What stands between two tests that commit takes no longer than they do.

    PostgreSQL takes seconds to truncate every table, and milliseconds to empty the few that hold
    anything. The permissions of Django's own admin site, which nobody asks for, stay away.
    """
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    if connection.vendor != "postgresql":
        yield
        return
    with patch.object(type(connection.ops), "sql_flush", _emptying):
        yield


def _emptying(
    ops: BaseDatabaseOperations, style: object, tables: list[str], **_: bool
) -> list[str]:
    quoted = [ops.quote_name(table) for table in tables]
    told = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in quoted]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(told))
        filled = [table for (table,) in cursor.fetchall()]
    return ["SET CONSTRAINTS ALL DEFERRED", *(f"DELETE FROM {table}" for table in filled)]


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
