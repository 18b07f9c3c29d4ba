"""What writing deals, their gates and exceptions registers at start."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.registry import (
    AuditAction,
    JobHandler,
    Topic,
    audit_actions,
    declared_settings,
    job_handlers,
    subscribe,
    topics,
)
from teichaku.deals.agreed_stages import ADOPT, adoption_job
from teichaku.deals.approach_again import approach_register
from teichaku.deals.asked_again import asking_register
from teichaku.deals.home import pipeline_home
from teichaku.deals.waiver_expiry import expiry_job

EVERY_FIVE_MINUTES = 300


def gates_register() -> None:
    """Nothing; audit actions, topics and jobs of hand-made writes and of gates are known."""
    for name, text in (
        ("deals.deal_create", _("Created a deal")),
        ("deals.deal_update", _("Changed a deal")),
        ("deals.deal_stage_move", _("Moved a deal to another stage")),
        ("deals.deal_close", _("Closed a deal")),
        ("deals.activity_record", _("Recorded an activity")),
        ("deals.activity_update", _("Changed an activity")),
        ("deals.gate_refuse", _("A check refused a deal")),
        ("deals.gates_record", _("Checks of imported deals")),
        ("deals.gate_review", _("Judged whether a check was right")),
        ("deals.waiver_request", _("Asked for an exception")),
        ("deals.waiver_answer", _("Answered an exception")),
        ("deals.waiver_settle", _("An exception was needed no longer")),
        ("deals.waiver_pass_on", _("Passed an exception on to the deputy")),
        ("deals.waiver_end", _("An exception came to its end")),
        ("deals.waiver_violate", _("A deal stayed unlinked after its exception")),
        ("deals.waivers_hand_over", _("Handed exceptions to answer over")),
        ("deals.targets_set", _("Set sales targets")),
        (ADOPT, _("Took the stages of the rulebook over")),
    ):
        audit_actions.register(name, AuditAction(text))
    for name, text in (
        ("deals.deal_created", _("A deal was created")),
        ("deals.stage_moved", _("A deal entered another stage")),
        ("deals.deal_won", _("A deal was won")),
        ("deals.deal_lost", _("A deal was lost")),
        ("deals.gate_refused", _("A check refused a deal")),
        ("deals.gate_reviewed", _("A check was judged")),
        ("deals.waiver_requested", _("An exception was asked for")),
        ("deals.waiver_answered", _("An exception was answered")),
        ("deals.waiver_settled", _("An exception was needed no longer")),
        ("deals.waiver_passed_on", _("An exception went to the deputy")),
        ("deals.waiver_ended", _("An exception came to its end")),
        ("deals.waiver_violated", _("A deal stayed unlinked after its exception")),
        ("deals.targets_set", _("Sales targets were set")),
    ):
        topics.register(name, Topic(text))
    declared_settings.register(pipeline_home.name, pipeline_home)
    job_handlers.register(
        ADOPT, JobHandler(adoption_job, text=_("Take over the stages that were agreed on"))
    )
    subscribe("rulebook.activated", ADOPT)
    approach_register()
    asking_register()
    job_handlers.register(
        "deals.waivers_expire",
        JobHandler(
            expiry_job,
            every_seconds=EVERY_FIVE_MINUTES,
            text=_("End exceptions whose time is over"),
        ),
    )
