"""The core room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

TEN_MINUTES, A_DAY = 600, 86_400


class CoreConfig(AppConfig):
    """Registers the core room."""

    name = "teichaku.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the core's own checks, actions, topics and jobs are registered."""
        from teichaku.core import (
            audit,
            checks,
            ledger_cleaning,
            parked_jobs,
            registry,
            table_samples,
        )

        checks.register_all()
        for name, text in (
            ("core.setting_write", _("Changed a setting")),
            ("core.job_retry", _("Tried parked work again")),
            ("core.job_drop", _("Dropped parked work")),
        ):
            registry.audit_actions.register(name, registry.AuditAction(text))
        registry.topics.register("core.setting_written", registry.Topic(_("A setting changed")))
        registry.topics.register(
            parked_jobs.TOPIC, registry.Topic(_("Somebody decided about parked work"))
        )
        registry.job_handlers.register(
            "core.audit_seal",
            registry.JobHandler(
                audit.audit_seal_all, every_seconds=60, text=_("Seal the audit trail")
            ),
        )
        registry.job_handlers.register(
            "core.ledgers_clean",
            registry.JobHandler(
                ledger_cleaning.ledgers_clean,
                every_seconds=A_DAY,
                text=_("Remove finished jobs and messages of more than 30 days ago"),
            ),
        )
        registry.job_handlers.register(
            table_samples.SAMPLE,
            registry.JobHandler(
                table_samples.sample_job,
                every_seconds=TEN_MINUTES,
                text=_("Count what is in tables that changed much"),
            ),
        )
        # Each room tells there what it holds about people; the tables of all rooms exist by now.
        autodiscover_modules("personal_data", "ledger_people")
