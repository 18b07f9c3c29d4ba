"""What the handover room registers at start: actions, topics, jobs, rights, pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import (
    EVERY_ROLE,
    AuditAction,
    JobHandler,
    Right,
    Topic,
    audit_actions,
    declared_settings,
    job_handlers,
    rights,
    subscribe,
    topics,
)

EVERY_FIVE_MINUTES, EVERY_QUARTER, EVERY_HOUR = 300, 900, 3_600
SALES = frozenset({"inside_sales", "sales_rep", "sales_manager"})
MARKETING = frozenset({"marketer", "marketing_manager"})


def ledger_register() -> None:
    """Nothing; what is recorded and told of handovers is known."""
    for name, text in (
        ("handovers_release", _("Handed MQLs over to sales")),
        ("handovers_withdraw", _("Took handovers back that were no MQLs")),
        ("handover_accept", _("Accepted a handover")),
        ("handover_return", _("Returned a handover to marketing")),
        ("handover_later", _("Put a handover off")),
        ("handover_assign", _("Gave a handover to somebody")),
        ("handover_offer", _("Asked a colleague to take a handover")),
        ("offer_answer", _("Answered a colleague about a handover")),
        ("handover_pass_on", _("Passed a handover on to field sales")),
        ("handover_disqualify", _("Sent a lead back to nurturing")),
        ("handover_undo", _("Took a decision on a handover back")),
        ("touches_recognise", _("Recognised first contacts")),
        ("deadlines_move", _("Moved deadlines of handovers for absences")),
        ("verdict_set", _("Judged an MQL")),
        ("reply_add", _("Answered a returned handover")),
        ("capacity_set", _("Changed how many leads a person takes")),
        ("running_hand_over", _("Handed running handovers to a successor")),
    ):
        audit_actions.register(f"handover.{name}", AuditAction(text))
    topics.register("handover.released", Topic(_("MQLs were handed over")))
    topics.register("handover.passed_on", Topic(_("A lead was passed on to field sales")))
    topics.register("handover.changed", Topic(_("Handovers changed")))


def jobs_register() -> None:
    """Nothing; what follows from messages and from time is done."""
    from teichaku.handover import breaches, deadlines, moves, news, release, touches

    news.news_register()
    moves.moves_register()
    job_handlers.register(
        "handover.release",
        JobHandler(
            release.release_job, together=release.release_jobs, text=_("Hand MQLs over to sales")
        ),
    )
    for name, run, every, text in (
        (
            "release_held", release.held_job, EVERY_HOUR,
            _("Hand over leads that met the definition all along"),
        ),
        ("pass_on", release.passed_on_job, None, _("Pass leads on to field sales")),
        ("tell_released", news.released_job, None, _("Tell owners of their handovers")),
        ("tidy_tasks", news.changed_job, None, _("Drop tasks about settled handovers")),
        ("touches", touches.touches_job, None, _("Recognise first contacts")),
        ("absences", deadlines.absences_job, None, _("Move deadlines for absences")),
        (
            "breaches", breaches.breaches_job, EVERY_FIVE_MINUTES,
            _("Act on missed deadlines of handovers"),
        ),
        ("moves", moves.moves_job, EVERY_QUARTER, _("Tell what moved at people's accounts")),
        ("tell_returned", news.returned_job, None, _("Tell marketing of returned leads")),
    ):  # fmt: skip
        handler = JobHandler(run, every_seconds=every, text=text)
        job_handlers.register(f"handover.{name}", handler)
    for topic, kind in (
        ("scoring.qualified", "release"),
        ("handover.passed_on", "pass_on"),
        ("handover.released", "tell_released"),
        ("handover.changed", "tidy_tasks"),
        ("deals.activities_written", "touches"),
        ("accounts.absences_changed", "absences"),
    ):
        subscribe(topic, f"handover.{kind}")


def pages_register() -> None:
    """Nothing; who may do what with handovers is known, and where their pages are."""
    from teichaku.handover.feedback import returns_waiting
    from teichaku.handover.held import held_release
    from teichaku.handover.inbox import inbox_waiting

    declared_settings.register(held_release.name, held_release)

    for name, right in (
        ("view", Right(_("See handovers"), _("One's own; managers and marketing see all."))),
        (
            "decide",
            Right(
                _("Decide on handovers"), _("Accept, return, give away, record contact."),
                roles=SALES | {"administrator"},
            ),
        ),
        (
            "manage",
            Right(
                _("Manage handovers"),
                _("Missed deadlines, giving leads to others, weekly numbers."),
                roles=frozenset({"sales_manager", "administrator"}),
            ),
        ),
        (
            "answer",
            Right(
                _("Answer returns"), _("What marketing says to leads that sales returned."),
                roles=MARKETING | {"administrator"},
            ),
        ),
    ):  # fmt: skip
        rights.register(f"handover.{name}", right)
    for name, item in (
        (
            "inbox",
            NavigationItem(
                _("Inbox"), "handover:inbox", "inbox", "handover.decide", 1, 10,
                roles=SALES, count=inbox_waiting,
            ),
        ),
        (
            "returns",
            NavigationItem(
                _("Returns"), "handover:returns", "undo-2", "handover.answer", 1, 47,
                roles=MARKETING | {"administrator"}, count=returns_waiting,
            ),
        ),
        (
            "handovers",
            NavigationItem(
                _("Handovers"), "handover:overview", "arrow-right-left", "handover.manage", 3, 15,
                roles=EVERY_ROLE,
            ),
        ),
    ):  # fmt: skip
        navigation.register(name, item)
    commands.register(
        "moves",
        Command(_("What moved at my accounts"), "handover:moves", "activity", "handover.decide"),
    )
    commands.register(
        "held",
        Command(
            _("Leads that met the definition all along"), "handover:held", "list-ordered",
            "handover.answer",
        ),
    )  # fmt: skip
