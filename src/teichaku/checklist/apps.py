"""The checklist room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

DIAGNOSERS = frozenset(
    {"marketing_manager", "sales_manager", "executive", "administrator", "coach"}
)


class ChecklistConfig(AppConfig):
    """Registers the checklist room."""

    name = "teichaku.checklist"
    label = "checklist"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records and does every day is registered."""
        from teichaku.checklist.jobs import checklist_compute_daily
        from teichaku.core.registry import (
            AuditAction,
            JobHandler,
            Topic,
            audit_actions,
            job_handlers,
            topics,
        )

        audit_actions.register(
            "checklist.findings_compute", AuditAction(_("Computed the checklist"))
        )
        topics.register("checklist.computed", Topic(_("Findings of the checklist changed")))
        job_handlers.register(
            "checklist.compute",
            JobHandler(
                checklist_compute_daily,
                every_seconds=86_400,
                text=_("Compute the adoption checklist"),
            ),
        )
        _diagnosis_page()


def _diagnosis_page() -> None:
    from teichaku.checklist.diagnosis_uploads import KIND, upload_diagnose
    from teichaku.core.menus import Command, NavigationItem, commands, navigation
    from teichaku.core.registry import JobHandler, Right, job_handlers, rights

    job_handlers.register(
        KIND, JobHandler(upload_diagnose, text=_("Diagnose files that were handed in"))
    )
    rights.register(
        "checklist.diagnose",
        Right(
            _("Diagnose from files"),
            _("Exports in, a report out; nothing of them is stored."),
            roles=DIAGNOSERS,
        ),
    )
    view, icon = "checklist:diagnosis_new", "stethoscope"
    navigation.register(
        "diagnosis",
        NavigationItem(
            _("Diagnosis"), view, icon, right="checklist.diagnose", group=3, position=30
        ),
    )
    commands.register(
        "diagnosis",
        Command(
            _("Diagnose from files"), view, icon, "checklist.diagnose", words="diagnosis report"
        ),
    )
