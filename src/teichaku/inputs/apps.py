"""The inputs room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

EVERY_HOUR = 3_600


class InputsConfig(AppConfig):
    """Registers the inputs room."""

    name = "teichaku.inputs"
    label = "inputs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records and follows is registered."""
        from teichaku.core.entry_times import entry_times
        from teichaku.core.registry import (
            AuditAction,
            JobHandler,
            Topic,
            audit_actions,
            job_handlers,
            subscribe,
            topics,
        )
        from teichaku.inputs import passes
        from teichaku.inputs.exception_wishes import wishes_register
        from teichaku.inputs.facts import facts_register
        from teichaku.inputs.ladder_registrations import ladder_register
        from teichaku.inputs.page_registrations import rates_register
        from teichaku.inputs.timing import entry_timing_keep

        for name, text in (
            ("inputs.obligations_refresh", _("Brought input tasks up to date")),
            ("inputs.obligation_waive", _("Excepted an input task")),
        ):
            audit_actions.register(name, AuditAction(text, frozenset({"reason"})))
        topics.register("inputs.obligations_changed", Topic(_("Input tasks changed")))
        job_handlers.register(
            "inputs.follow",
            JobHandler(
                passes.follow_job,
                together=passes.follow_jobs,
                text=_("Bring input tasks up to date with entries"),
            ),
        )
        job_handlers.register(
            "inputs.people", JobHandler(passes.people_job, text=_("Let input tasks follow people"))
        )
        job_handlers.register(
            "inputs.pass",
            JobHandler(passes.pass_job, text=_("Let input tasks follow the rulebook")),
        )
        job_handlers.register(
            "inputs.daily_pass",
            JobHandler(
                passes.daily_job,
                every_seconds=EVERY_HOUR,
                text=_("Go through all input tasks once a day"),
            ),
        )
        for topic in passes.RECORD_TOPICS:
            subscribe(topic, "inputs.follow")
        for topic in passes.PEOPLE_TOPICS:
            subscribe(topic, "inputs.people")
        for topic in passes.RULE_TOPICS:
            subscribe(topic, "inputs.pass")
        entry_times.register("inputs", entry_timing_keep)
        facts_register()
        wishes_register()
        ladder_register()
        rates_register()
