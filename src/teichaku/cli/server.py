"""The pages: served here, and filled with a made-up company for a first look."""

from __future__ import annotations

import secrets
from importlib.resources import files

import click
from django.conf import settings

from teichaku.accounts.models import Role, User
from teichaku.accounts.services import role_grant, user_create, user_set_password
from teichaku.cli.data import COMMAND_LINE, migrate, simulate
from teichaku.core.errors import InvalidInput
from teichaku.engine.rulebook.load import load
from teichaku.leads.models import Lead
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.rulebook.services import revision_activate, revision_save
from teichaku.scoring.services import scores_refresh

DEMO_LEADS, DEMO_EVENTS, DEMO_SEED = 2_000, 40_000, 120
DEMO_EMAIL = "admin@teichaku.example"


def serve(host: str, port: int) -> None:
    """The pages, until interrupted."""
    import waitress

    from teichaku.config.wsgi import application

    click.echo(f"http://{host}:{port}/")
    waitress.serve(application, host=host, port=port, threads=8, ident=None)


def demo(port: int) -> None:
    """A made-up company behind a log-in with a fresh random password, on this machine only."""
    migrate()
    _refuse_real_data()
    password = _fresh_password()
    if not Lead.objects.exists():
        click.echo("Making up a company …")
        simulate(DEMO_LEADS, DEMO_EVENTS, DEMO_SEED, None, as_json=False)
    if rulebook_in_force() is None:
        _activate_demo_rulebook()
    scores_refresh(actor=COMMAND_LINE)
    click.echo(f"\nThe company, its people and their data are made up.\n  {DEMO_EMAIL}")
    click.echo(f"  {password}\n")
    serve("127.0.0.1", port)


def _refuse_real_data() -> None:
    """A demo log-in has no place beside real leads."""
    if Lead.objects.exists() and not User.objects.filter(email=DEMO_EMAIL).exists():
        raise InvalidInput(
            f"The database {settings.DATABASES['default']['NAME']} holds leads that are not the"
            " demo's, so no demo log-in is made in it. Use another one: teichaku demo --db FILE"
        )


def _activate_demo_rulebook() -> None:
    document = (files("teichaku.console") / "demo-rulebook.yaml").read_text(encoding="utf-8")
    revision = revision_save(rulebook=load(document), document=document, actor=COMMAND_LINE)
    revision_activate(revision=revision, actor=COMMAND_LINE)


def _fresh_password() -> str:
    password = secrets.token_urlsafe(12)
    user = User.objects.filter(email=DEMO_EMAIL).first()
    if user is None:
        user = user_create(
            email=DEMO_EMAIL, name="デモ 管理者", password=password, actor=COMMAND_LINE
        )
        role_grant(user=user, role=Role.ADMINISTRATOR, actor=COMMAND_LINE)
    else:
        user_set_password(user=user, password=password, actor=COMMAND_LINE)
    return password
