"""The pages: served here, and filled with a made-up company for a first look."""

from __future__ import annotations

import ipaddress
import sys
import time
from io import TextIOWrapper

import click
from django.conf import settings
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.cli.data import migrate
from teichaku.cli.output import Bar
from teichaku.cli.worker import worker_beside
from teichaku.config.environment import choose_demo
from teichaku.console.demo import demo_load
from teichaku.console.demo_logins import demo_logins
from teichaku.console.demo_reset import demo_reset
from teichaku.console.demo_staff import COMPANY, ROLES_SHOWN
from teichaku.console.demo_state import LOADING, demo_made_up_to
from teichaku.core.errors import InvalidInput
from teichaku.leads.models import Lead
from teichaku.rulebook.models import Revision


def serve(host: str, port: int) -> None:
    """The pages, until interrupted. Those of a made-up company open on this machine alone."""
    import waitress

    if demo_made_up_to() and not _is_loopback(host):
        raise InvalidInput(
            _(
                "The database holds the made-up company, whose passwords are printed on the"
                " screen, so it is served on this machine alone. Use --host 127.0.0.1, or another"
                " database: --db FILE"
            )
        )
    from teichaku.config.wsgi import application

    click.echo(f"http://{host}:{port}/")
    waitress.serve(application, host=host, port=port, threads=8, ident=None)


def demo(port: int, *, reset: bool) -> None:
    """A made-up company with a log-in for each role, on this machine only."""
    _print_anyhow()
    migrate()
    _refuse_other_data()
    if reset:
        demo_reset()
        click.echo(_("The made-up company was taken away. Make it anew: teichaku demo"))
        return
    _company_ensure()
    _logins_print()
    choose_demo(port, settings.STATE_DIR / "mails")
    with worker_beside():
        serve("127.0.0.1", port)


def _company_ensure() -> None:
    """Nothing; the company is there and whole."""
    state = demo_made_up_to()
    if state and state != LOADING:
        return
    if state == LOADING:
        demo_reset()  # making it up was interrupted
    started = time.monotonic()
    click.echo(_("Making up %s with fourteen months of history …") % COMPANY)
    with Bar(_("weeks"), "") as bar:
        demo_load(progress=bar.update_to)
    click.echo(_("Done in %d seconds.") % (time.monotonic() - started))


def _logins_print() -> None:
    passwords = demo_logins()
    click.echo(_("\n%s, its people and their data are made up.") % COMPANY)
    click.echo(_("Made up to %s. To take it away: teichaku demo --reset") % demo_made_up_to())
    click.echo(_("Log-ins (kept in %s):") % (settings.STATE_DIR / "demo-logins"))
    for member in ROLES_SHOWN:
        click.echo(f"  {member.email:<42}{passwords[member.email]}  {member.roles[0].label}")
    click.echo("")


def _refuse_other_data() -> None:
    """A demo log-in has no place beside real data, and a reset would take that away."""
    if demo_made_up_to():
        return
    if any(model.objects.exists() for model in (User, Lead, Revision)):
        raise InvalidInput(
            _(
                "The database %s holds data that are not the demo's, so nothing is made up in it."
                " Use another one: teichaku demo --db FILE"
            )
            % settings.DATABASES["default"]["NAME"]
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _print_anyhow() -> None:
    """Nothing; a console that lacks a character shows a stand-in for it, and goes on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
