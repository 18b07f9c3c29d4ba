"""The intake room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

IMPORTERS = frozenset({"marketer", "marketing_manager", "sales_manager", "administrator"})


class IntakeConfig(AppConfig):
    """Registers the intake room."""

    name = "teichaku.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's audit actions, topics and the writer of people are registered."""
        from teichaku.core.registry import (
            AuditAction,
            Topic,
            audit_actions,
            declared_settings,
            subscribe,
            topics,
        )
        from teichaku.core.table_samples import SAMPLE
        from teichaku.intake.limits import max_file_mb
        from teichaku.intake.people import users_write
        from teichaku.intake.quarantine_sweep import quarantine_days
        from teichaku.intake.undo_people import undo_register
        from teichaku.intake.writers import writers

        audit_actions.register("intake.import_started", AuditAction(_("Started an import")))
        audit_actions.register("intake.import_finished", AuditAction(_("Finished an import")))
        declared_settings.register(max_file_mb.name, max_file_mb)
        declared_settings.register(quarantine_days.name, quarantine_days)
        audit_actions.register("intake.mapping_saved", AuditAction(_("Saved a mapping")))
        audit_actions.register("intake.files_uploaded", AuditAction(_("Handed files in")))
        topics.register("intake.uploaded", Topic(_("Files were handed in")))
        audit_actions.register("intake.import_undone", AuditAction(_("Took an import back")))
        audit_actions.register("intake.rows_undone", AuditAction(_("Took rows of an import back")))
        topics.register("intake.import_finished", Topic(_("An import finished")))
        topics.register("intake.mapping_saved", Topic(_("A mapping was saved")))
        topics.register("intake.import_undone", Topic(_("An import was taken back")))
        subscribe("intake.import_finished", SAMPLE)
        writers.register("users", users_write)
        _pages()
        _jobs()
        undo_register()


def _jobs() -> None:
    from teichaku.core.registry import JobHandler, job_handlers
    from teichaku.intake.upload_jobs import intake_sweep, run_undo, upload_import

    job_handlers.register("intake.import", JobHandler(upload_import, text=_("Bring in files")))
    job_handlers.register("intake.undo", JobHandler(run_undo, text=_("Take imports back")))
    job_handlers.register(
        "intake.sweep",
        JobHandler(
            intake_sweep, every_seconds=3_600, text=_("Clear away files that were handed in")
        ),
    )


def _pages() -> None:
    from teichaku.core.menus import Command, NavigationItem, commands, navigation
    from teichaku.core.registry import Right, rights

    rights.register(
        "intake.import",
        Right(
            _("Bring files in"),
            _("Exports of other tools, and taking them back for 30 days."),
            roles=IMPORTERS,
        ),
    )
    navigation.register(
        "import",
        NavigationItem(
            _("Import"), "intake:import_list", "file-up", right="intake.import", group=3,
            position=40,
        ),
    )  # fmt: skip
    commands.register(
        "import",
        Command(
            _("Bring files in"), "intake:import_list", "file-up", "intake.import",
            words="import csv excel upload",
        ),
    )  # fmt: skip
