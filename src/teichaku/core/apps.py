"""The core room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Registers the core room."""

    name = "teichaku.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the core's own checks, actions, topics and jobs are registered."""
        from teichaku.core import audit, checks, registry
        from teichaku.core.reading import reading_followed

        checks.register_all()
        registry.declared_settings.register(reading_followed.name, reading_followed)
        registry.audit_actions.register(
            "core.setting_write", registry.AuditAction(_("Changed a setting"))
        )
        registry.topics.register("core.setting_written", registry.Topic(_("A setting changed")))
        registry.job_handlers.register(
            "core.audit_seal", registry.JobHandler(audit.audit_seal_all, every_seconds=60)
        )
