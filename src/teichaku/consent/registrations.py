"""What the consent room registers at start: actions, topics, jobs, rights, pages, the gate."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import (
    AuditAction,
    JobHandler,
    Right,
    Topic,
    audit_actions,
    job_handlers,
    rights,
    subscribe,
    topics,
)

AN_HOUR = 3_600
MARKETING = frozenset({"marketer", "marketing_manager"})
SALES = frozenset({"inside_sales", "sales_rep", "sales_manager"})


def ledger_register() -> None:
    """Nothing; what is recorded and told of grounds and refusals is known."""
    for name, text in (
        ("text_keep", _("Kept a text that people agree to")),
        ("basis_record", _("Recorded a ground for mail")),
        ("bases_record", _("Recorded a ground for mail for many leads")),
        ("basis_withdraw", _("Withdrew a ground for mail")),
        ("refusals_record", _("Recorded refusals of mail")),
        ("refusal_lift", _("Lifted a refusal of mail")),
        ("evidence_export", _("Took evidence of consent out")),
        ("refusals_export", _("Took the list of refusals out")),
        ("erasure_ask", _("Asked for the erasure of personal data")),
        ("erasure_approve", _("Approved the erasure of personal data")),
        ("erasure_reject", _("Did not approve the erasure of personal data")),
        ("erasure_done", _("Erased personal data")),
        ("person_export", _("Took the data of one person out")),
    ):
        audit_actions.register(f"consent.{name}", AuditAction(text))
    topics.register("consent.text_kept", Topic(_("A text that people agree to was kept")))
    topics.register("consent.changed", Topic(_("Grounds for mail changed")))
    topics.register("consent.erasure_changed", Topic(_("An erasure went a step further")))
    topics.register("consent.refused", Topic(_("Refusals of mail changed")))


def jobs_register() -> None:
    """Nothing; each lead's status follows what is recorded, and pauses end by themselves."""
    from teichaku.consent import erasures, statuses

    erasing = JobHandler(erasures.erase_job, text=_("Erase personal data"))
    job_handlers.register(erasures.JOB, erasing)
    text = _("Note to whom mail may be sent")
    job_handlers.register(
        "consent.statuses",
        JobHandler(statuses.statuses_job, together=statuses.statuses_jobs, text=text),
    )
    job_handlers.register(
        "consent.refused",
        JobHandler(statuses.refused_job, together=statuses.refused_jobs, text=text),
    )
    job_handlers.register(
        "consent.pauses",
        JobHandler(statuses.pauses_job, every_seconds=AN_HOUR, text=_("End pauses of mail")),
    )
    subscribe("leads.written", "consent.statuses")
    subscribe("consent.changed", "consent.statuses")
    subscribe("consent.refused", "consent.refused")


def gate_register() -> None:
    """Nothing; letters are asked about before they leave."""
    from teichaku.consent.preferences import letters_refused, way_out
    from teichaku.consent.words import CODES
    from teichaku.notify.letter_gates import LetterGate, letter_gates

    letter_gates.register("consent", LetterGate(letters_refused, way_out, CODES))


def pages_register() -> None:
    """Nothing; who may do what with grounds and refusals is known, and where their pages are."""
    from teichaku.consent.erasure_lists import erasures_waiting

    for name, right in (
        ("view", Right(_("See consent"), _("Whether somebody may be mailed, and the evidence."))),
        (
            "manage",
            Right(
                _("Record consent and refusals"), _("Grounds with their evidence, and refusals."),
                roles=MARKETING | SALES | {"administrator"},
            ),
        ),
        (
            "export",
            Right(
                _("Take evidence of consent out"), _("As Excel or CSV, with addresses."),
                roles=frozenset({"marketing_manager", "administrator"}),
            ),
        ),
    ):  # fmt: skip
        rights.register(f"consent.{name}", right)
    for name, right in (
        (
            "ask",
            Right(
                _("Ask for erasure"), _("See what is held about a person and have it erased."),
                roles=frozenset({"marketing_manager", "sales_manager", "administrator"}),
            ),
        ),
        (
            "decide",
            Right(
                _("Approve erasures"), _("Decide on erasures that others asked for."),
                roles=frozenset({"marketing_manager", "executive", "administrator"}),
            ),
        ),
        (
            "export",
            Right(
                _("Take a person's data out"), _("For somebody who asks what is held about them."),
                roles=frozenset({"marketing_manager", "administrator"}),
            ),
        ),
    ):  # fmt: skip
        rights.register(f"privacy.{name}", right)
    navigation.register(
        "privacy",
        NavigationItem(
            _("Personal data"), "consent:erasures", "shield-check", "privacy.decide", 3, 61,
            roles=frozenset({"marketing_manager", "administrator"}), count=erasures_waiting,
        ),
    )  # fmt: skip
    navigation.register(
        "consent",
        NavigationItem(
            _("Consent and refusals"), "consent:home", "mail-check", "consent.view", 3, 60,
            roles=MARKETING | {"administrator"},
        ),
    )  # fmt: skip
    commands.register(
        "refusals",
        Command(
            _("Refusals"), "consent:refusals", "ban", "consent.view",
            words="配信停止 拒否 オプトアウト unsubscribe opt-out suppression",
        ),
    )  # fmt: skip
