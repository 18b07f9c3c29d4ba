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
        from teichaku.inputs.facts import facts_register

        for name, text in (
            ("inputs.obligations_refresh", _("Brought input tasks up to date")),
            ("inputs.obligation_waive", _("Excepted an input task")),
        ):
            audit_actions.register(name, AuditAction(text, frozenset({"reason"})))
        topics.register("inputs.obligations_changed", Topic(_("Input tasks changed")))
        job_handlers.register("inputs.follow", JobHandler(passes.follow_job))
        job_handlers.register("inputs.people", JobHandler(passes.people_job))
        job_handlers.register("inputs.pass", JobHandler(passes.pass_job))
        job_handlers.register(
            "inputs.daily_pass", JobHandler(passes.daily_job, every_seconds=EVERY_HOUR)
        )
        for topic in passes.RECORD_TOPICS:
            subscribe(topic, "inputs.follow")
        for topic in passes.PEOPLE_TOPICS:
            subscribe(topic, "inputs.people")
        for topic in passes.RULE_TOPICS:
            subscribe(topic, "inputs.pass")
        facts_register()
