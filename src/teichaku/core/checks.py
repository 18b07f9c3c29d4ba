"""System checks: a wrong configuration is said at start, by number, with the way out."""

from __future__ import annotations

import difflib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags
from django.db import connections

SHORTEST_SECRET = 50
OLDEST_SQLITE = (3, 35, 0)


def public_hosts() -> list[str]:
    """The allowed hosts by which another machine can reach the site."""
    return [host for host in settings.ALLOWED_HOSTS if host not in settings.LOOPBACK_HOSTS]


def check_debug(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """E001 when debug pages could be seen from another machine."""
    if not (settings.DEBUG and public_hosts()):
        return []
    return [
        Error(
            f"Debug pages show data and secrets, and {', '.join(public_hosts())} can reach them.",
            hint="Unset TEICHAKU_DEBUG, or allow only loopback hosts in TEICHAKU_ALLOWED_HOSTS.",
            id="teichaku.E001",
        )
    ]


def check_hosts(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """E002 when any host name is accepted."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "Every host name is accepted, so a forged one can end up in links that are mailed.",
            hint="Name the hosts in TEICHAKU_ALLOWED_HOSTS instead of '*'.",
            id="teichaku.E002",
        )
    ]


def check_secret(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """E003 when a site that others reach has a short secret or one nobody chose."""
    if not public_hosts():
        return []
    if settings.ENVIRONMENT.secret_key_generated:
        problem = "The secret key was generated for use on this machine only"
    elif len(settings.SECRET_KEY) < SHORTEST_SECRET:
        problem = f"The secret key has fewer than {SHORTEST_SECRET} characters"
    else:
        return []
    return [
        Error(
            f"{problem}, but {', '.join(public_hosts())} can be reached by others.",
            hint=(
                "Set TEICHAKU_SECRET_KEY or TEICHAKU_SECRET_KEY_FILE to at least"
                f" {SHORTEST_SECRET} random characters."
            ),
            id="teichaku.E003",
        )
    ]


def check_state_dir(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """E004 when the folder of rebuildable files cannot be written."""
    folder = Path(settings.STATE_DIR)
    nearest = next(p for p in (folder, *folder.parents) if p.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"The state folder {folder} cannot be written.",
            hint="Point TEICHAKU_STATE_DIR to a folder that this account may write.",
            id="teichaku.E004",
        )
    ]


def check_unknown(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """W001 for each variable with our prefix that nothing reads: most likely a misspelling."""
    return [
        checks.Warning(
            f"{name} is set, but no variable of that name is read.",
            hint=_nearest(name) + "docs/configuration.md lists every variable.",
            id="teichaku.W001",
        )
        for name in settings.ENVIRONMENT.unknown
    ]


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, settings.KNOWN_VARIABLES, n=1)
    return f"Did you mean {near[0]}? " if near else ""


def check_sqlite_version(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """E005 when SQLite is too old to return the rows that it writes."""
    used = any(connection.vendor == "sqlite" for connection in connections.all())
    if not used or sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return []
    return [
        Error(
            f"SQLite is {sqlite3.sqlite_version}; 3.35 or newer is needed.",
            hint="Use a Python built with a newer SQLite, or PostgreSQL through DATABASE_URL.",
            id="teichaku.E005",
        )
    ]


def check_encoding(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: object,
) -> list[CheckMessage]:
    """E006 when a PostgreSQL database cannot hold every character."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor != "postgresql":
            continue
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            encoding = cursor.fetchone()[0]
        if encoding != "UTF8":
            found.append(
                Error(
                    f"The database stores text as {encoding}, which loses characters.",
                    hint="Create it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
                    id="teichaku.E006",
                )
            )
    return found


def check_journal(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: object,
) -> list[CheckMessage]:
    """E007 when an SQLite file cannot use its write-ahead log, as on network file systems."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor != "sqlite":
            continue
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
        if mode not in {"wal", "memory"}:
            found.append(
                Error(
                    f"SQLite journals in mode {mode!r}, so that readers and writers block.",
                    hint="Keep the file on a local disk, or use PostgreSQL through DATABASE_URL.",
                    id="teichaku.E007",
                )
            )
    return found


def register_all() -> None:
    """Nothing; every check of this file is known to Django."""
    for check in (check_debug, check_hosts, check_secret):
        checks.register(check, Tags.security)
    for check in (check_state_dir, check_unknown, check_sqlite_version):
        checks.register(check, Tags.compatibility)
    for database_check in (check_encoding, check_journal):
        checks.register(database_check, Tags.database)
