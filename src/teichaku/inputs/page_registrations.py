"""Rights, navigation and commands of the pages about input rates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import (
    EVERY_ROLE,
    JobHandler,
    Right,
    job_handlers,
    rights,
    subscribe,
)
from teichaku.inputs.policy_news import POLICY_CHANGED, policy_job
from teichaku.notify.kinds import Kind, notification_kinds


def rates_register() -> None:
    """Nothing; who may see input rates is known, and where their pages are."""
    rights.register(
        "inputs.rates",
        Right(
            _("See input rates"),
            _("One's own; those of the people one leads under a recorded policy; rules."),
        ),
    )
    rights.register(
        "inputs.rules_review",
        Right(
            _("Ask for input rules to be reviewed"),
            _("Where most people miss a rule."),
            roles=EVERY_ROLE - {"coach"},
        ),
    )
    navigation.register(
        "input_rates",
        NavigationItem(
            _("Input rates"), "inputs:rates", "grid-3x3", "inputs.rates", group=2, position=40
        ),
    )
    for name, label, view, icon, words in (
        ("input_rules", _("Input rules"), "inputs:rules", "flag", "burden"),
        ("stock", _("Stock-taking"), "inputs:stock", "archive", "tanaoroshi"),
        ("about_me", _("What is recorded about me"), "inputs:about_me", "eye", "privacy"),
    ):
        commands.register(name, Command(label, view, icon, "inputs.rates", words))
    notification_kinds.register(
        POLICY_CHANGED,
        Kind(
            _("What is measured about each of us has changed. Read what holds and from when."),
            icon="eye",
            group="system",
        ),
    )
    job_handlers.register(
        "inputs.policy_told",
        JobHandler(policy_job, text=_("Tell people that the monitoring policy changed")),
    )
    subscribe("accounts.monitoring_changed", "inputs.policy_told")
