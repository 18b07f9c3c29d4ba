"""System checks: no page without a right, no right or menu line that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.urls import URLPattern, URLResolver, get_resolver

from teichaku.accounts.access import OPEN, SIGNED_IN
from teichaku.accounts.models import Role
from teichaku.core.menus import commands, navigation, searches
from teichaku.core.registry import rights


def views_by_address(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site with what answers it."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views_by_address(entry, address)
        else:
            yield address, entry


def check_rights(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """E201 for a page without a right, E202 for an undeclared one, E203 for an unknown role."""
    known = {*rights, OPEN, SIGNED_IN}
    wanted = {
        f"the address {address!r}": getattr(entry.callback, "right", None)
        for address, entry in views_by_address()
    }
    for what, registry in (("navigation", navigation), ("command", commands), ("search", searches)):
        wanted |= {f"the {what} {name!r}": item.right for name, item in registry.items()}
    return [
        *(_right_missing(what, right) for what, right in wanted.items() if right not in known),
        *(
            Error(
                f"The right {name!r} is given to roles that do not exist: {', '.join(unknown)}.",
                hint=f"The roles are {', '.join(Role.values)}.",
                id="teichaku.E203",
            )
            for name, right in rights.items()
            if (unknown := sorted(right.roles - set(Role.values)))
        ),
    ]


def check_company_accounts(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """E204 for a company account of which some but not all variables are set."""
    google, microsoft = settings.ENVIRONMENT.google, settings.ENVIRONMENT.microsoft
    wanted = {
        "GOOGLE": {"CLIENT_ID": google.client_id, "CLIENT_SECRET": google.client_secret},
        "MICROSOFT": {
            "CLIENT_ID": microsoft.client_id,
            "CLIENT_SECRET": microsoft.client_secret,
            "TENANT": microsoft.tenant,
        },
    }
    return [
        Error(
            f"Signing in by {kind.capitalize()} is configured half: {', '.join(missing)} missing.",
            hint="Set them too or unset the others; docs/people-and-rights.md tells what they are.",
            id="teichaku.E204",
        )
        for kind, values in wanted.items()
        if (missing := [f"TEICHAKU_{kind}_{name}" for name, given in values.items() if not given])
        and len(missing) < len(values)
    ]


def check_mail(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """W201 when others reach the site but its mail is only printed."""
    if not settings.PUBLIC or settings.ENVIRONMENT.email.kind != "console":
        return []
    return [
        CheckWarning(
            "Invitations and new passwords cannot be mailed: no mail server is configured.",
            hint="Set TEICHAKU_EMAIL_URL; docs/people-and-rights.md shows how.",
            id="teichaku.W201",
        )
    ]


def _right_missing(what: str, right: str | None) -> CheckMessage:
    if right is None:
        return Error(
            f"Anybody could use {what}: it names no right.",
            hint="Put @needs(RIGHT), @signed_in or @open_to_all on its view.",
            id="teichaku.E201",
        )
    return Error(
        f"{what.capitalize()} needs the right {right!r}, which nobody has declared.",
        hint="Register it in core.registry.rights in the ready() of the room that owns the page.",
        id="teichaku.E202",
    )
