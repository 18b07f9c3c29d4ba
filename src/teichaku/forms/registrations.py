"""What the forms room registers at start: actions, topics, kinds of news, rights, pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import (
    AuditAction,
    JobHandler,
    Right,
    Topic,
    audit_actions,
    declared_settings,
    job_handlers,
    rights,
    topics,
)
from teichaku.forms.retention import refused_days, sweep_job
from teichaku.forms.selectors import waiting_count
from teichaku.notify.kinds import Kind, notification_kinds, task_kinds

A_DAY = 86_400
MARKETING = frozenset({"marketer", "marketing_manager"})
SALES = frozenset({"inside_sales", "sales_rep", "sales_manager"})


def ledger_register() -> None:
    """Nothing; what is recorded and told of forms is known."""
    for name, text in (
        ("form_create", _("Made a form")),
        ("form_edit", _("Edited the draft of a form")),
        ("form_publish", _("Published a form")),
        ("form_archive", _("Archived a form")),
        ("form_restore", _("Brought an archived form back")),
        ("blocked_write", _("Changed which addresses forms do not take")),
        ("submission_receive", _("Took a form in")),
        ("submission_accept", _("Accepted a form that looked wrong")),
        ("submission_discard", _("Discarded a form that looked wrong")),
        ("submissions_sweep", _("Removed forms that nobody accepted")),
        ("suggestion_use", _("Used what a form says of a lead")),
        ("suggestion_leave", _("Left a lead as it is, against a form")),
        ("confirmation_ask_again", _("Asked once more to confirm an address")),
        ("confirmation_confirm", _("An address was confirmed")),
    ):
        audit_actions.register(f"forms.{name}", AuditAction(text))
    topics.register("forms.changed", Topic(_("Forms changed")))
    topics.register("forms.submitted", Topic(_("A form was handed in or decided on")))
    topics.register("forms.removed", Topic(_("Forms that nobody accepted were removed")))
    topics.register("forms.decided", Topic(_("What a form says of a lead was decided on")))
    topics.register("forms.confirmed", Topic(_("An address was confirmed or asked for again")))
    declared_settings.register(refused_days.name, refused_days)
    job_handlers.register(
        "forms.sweep",
        JobHandler(
            sweep_job, every_seconds=A_DAY, text=_("Remove forms that nobody accepted in time")
        ),
    )
    notification_kinds.register(
        "forms.submitted", Kind(_("Form handed in: %(form)s"), "file-text", group="handover")
    )
    task_kinds.register(
        "forms.review",
        Kind(_("Look at forms that may be from machines"), "shield", group="system"),
    )


def pages_register() -> None:
    """Nothing; who may do what with forms is known, and where their pages are."""
    rights.register(
        "forms.manage",
        Right(
            _("Manage forms"),
            _("Make and publish forms, decide on what looks wrong."),
            roles=MARKETING | {"administrator"},
        ),
    )
    rights.register(
        "forms.view",
        Right(
            _("See what was handed in"),
            _("Single forms of leads, with the text that was shown."),
            roles=MARKETING | SALES | {"administrator"},
        ),
    )
    navigation.register(
        "forms",
        NavigationItem(
            _("Forms"),
            "forms:form_list",
            "file-text",
            "forms.manage",
            1,
            45,
            count=lambda user: waiting_count(),
        ),
    )
    for name, command in (
        ("form_new", Command(_("New form"), "forms:form_new", "file-text", "forms.manage")),
        (
            "form_review",
            Command(_("Forms to be looked at"), "forms:review", "shield", "forms.manage"),
        ),
    ):
        commands.register(name, command)
