"""Sites whose visits are caught: made, changed, put away."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.leads.names import email_is_free
from teichaku.tracking.hosts import host_fits
from teichaku.tracking.models import Site
from teichaku.tracking.site_cache import sites

KEY_BYTES = 9


@dataclass(frozen=True, slots=True)
class SiteValues:
    """What is said of a site; ``cookie_domain`` '' keeps the cookie to the server's own name."""

    name: str
    hosts: tuple[str, ...]
    cookie_domain: str = ""
    mode: Site.Mode = Site.Mode.NOTICE


def site_save(*, values: SiteValues, actor: Actor, site: Site | None = None) -> Site:
    """The site as it is now; without ``site`` a new one under a key of its own."""
    _check(values)
    row = site or Site(key=secrets.token_urlsafe(KEY_BYTES), created_at=clock.now())
    new: dict[str, object] = {
        "name": values.name.strip(),
        "hosts": list(values.hosts),
        "cookie_domain": values.cookie_domain,
        "mode": values.mode.value,
    }
    old = {name: getattr(row, name) for name in new} if row.pk else {}
    for name, value in new.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
            _record(row, old, new, actor)
    except IntegrityError as error:
        raise Conflict(
            _("There is a site of the name %(name)s already. Change that one instead.")
            % {"name": row.name}
        ) from error
    sites.forget()
    return row


def site_archive(*, site: Site, actor: Actor) -> None:
    """Nothing; the site takes nothing in any more. What it brought stays."""
    with transaction.atomic():
        if not Site.objects.filter(pk=site.pk, archived_at=None).update(archived_at=clock.now()):
            raise Conflict(_("This site was put away before."))
        _tell(site, "tracking.site_archive", actor)
    sites.forget()


def _check(values: SiteValues) -> None:
    if not values.name.strip():
        raise InvalidInput(_("A site needs a name that people know it by. Enter one."))
    if not values.cookie_domain:
        return
    within = [
        host_fits(f"*.{values.cookie_domain}", f"https://{host}") or host == values.cookie_domain
        for host in (host.removeprefix("*.") for host in values.hosts)
    ]
    if "." not in values.cookie_domain or email_is_free(values.cookie_domain) or not all(within):
        raise InvalidInput(
            _(
                "The domain %(domain)s does not hold all hosts of the site. Enter the part that"
                " they share, such as example.co.jp, or leave it blank."
            )
            % {"domain": values.cookie_domain}
        )


def _record(row: Site, old: dict[str, object], new: dict[str, object], actor: Actor) -> None:
    changes_record(
        [
            FieldChange("tracking.site", row.pk, name, _plain(old.get(name)), _plain(value))
            for name, value in new.items()
            if old.get(name) != value
        ],
        actor=actor,
        at=clock.now(),
        source="manual",
    )
    _tell(row, "tracking.site_save", actor)


def _plain(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return None if value is None else str(value)


def _tell(site: Site, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="tracking.site", object_id=site.pk)
    outbox_emit(topic="tracking.sites_changed", payload={"site": site.pk})
