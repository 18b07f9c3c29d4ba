"""The log-ins of the made-up company: random passwords, kept where only this account reads them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from teichaku.accounts.models import User
from teichaku.accounts.services import user_set_password
from teichaku.console.demo_staff import ROLES_SHOWN, password_fresh
from teichaku.core.actors import SYSTEM

NAME = "demo-logins"


def demo_logins() -> Mapping[str, str]:
    """The password by e-mail address, one for each role; new ones when those kept are lost."""
    wanted = [member.email for member in ROLES_SHOWN]
    known = _kept()
    if list(known) == wanted:
        return known
    users = User.objects.in_bulk(wanted, field_name="email")
    passwords = {email: password_fresh() for email in wanted}
    _keep(passwords)
    for email, password in passwords.items():
        user_set_password(user=users[email], password=password, actor=SYSTEM)
    return passwords


def demo_logins_forget() -> None:
    """Nothing; the kept passwords are gone."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    return Path(settings.STATE_DIR) / NAME


def _kept() -> dict[str, str]:
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(passwords: Mapping[str, str]) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # Made with its rights, so that nobody reads it before they are set.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1)
