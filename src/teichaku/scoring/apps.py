"""The scoring room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    """Registers the scoring room."""

    name = "teichaku.scoring"
    label = "scoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room hears of changed leads and declares what it records."""
        from teichaku.core.registry import (
            AuditAction,
            JobHandler,
            Topic,
            audit_actions,
            job_handlers,
            leads_changed,
            leads_qualified,
            leads_regrouped,
            subscribe,
            topics,
        )
        from teichaku.scoring.dirty import evaluations_void, leads_mark, qualifications_import
        from teichaku.scoring.distribution import kinds_register
        from teichaku.scoring.facts import facts_register
        from teichaku.scoring.jobs import (
            CHANGED,
            NIGHT_SECONDS,
            NIGHTLY,
            NOTE,
            REFRESH_SECONDS,
            changed_job,
            changed_jobs,
            nightly_job,
            refresh_job,
        )
        from teichaku.scoring.score_days import note_job, note_jobs
        from teichaku.scoring.segment_builds import build_job
        from teichaku.scoring.segments import BUILD
        from teichaku.scoring.selectors import REFRESH
        from teichaku.scoring.undo import undo_register

        leads_changed.register("scoring", leads_mark)
        leads_regrouped.register("scoring", evaluations_void)
        leads_qualified.register("scoring", qualifications_import)
        audit_actions.register("scoring.scores_refresh", AuditAction(_("Scored leads")))
        audit_actions.register("scoring.leads_qualify", AuditAction(_("Recorded MQLs")))
        for action, text in (
            ("memberships_write", _("Brought a segment up to date")),
            ("segment_save", _("Saved a segment")),
            ("segment_archive", _("Archived a segment")),
            ("segment_restore", _("Brought a segment back")),
            ("segment_delete", _("Deleted a segment")),
            ("alarms_raise", _("Noticed that grades or MQLs moved")),
            ("alarm_acknowledge", _("Answered why grades or MQLs moved")),
        ):
            audit_actions.register(f"scoring.{action}", AuditAction(text))
        topics.register(
            "scoring.memberships_changed", Topic(_("Leads came into a segment or left it"))
        )
        topics.register("scoring.scored", Topic(_("Leads were scored")))
        topics.register("scoring.qualified", Topic(_("A lead qualified")))
        job_handlers.register(
            CHANGED,
            JobHandler(changed_job, together=changed_jobs, text=_("Notice that leads changed")),
        )
        job_handlers.register(
            NOTE, JobHandler(note_job, together=note_jobs, text=_("Keep scores day by day"))
        )
        subscribe("scoring.scored", NOTE)
        kinds_register()
        job_handlers.register(BUILD, JobHandler(build_job, text=_("Find the leads of a segment")))
        job_handlers.register(
            REFRESH,
            JobHandler(refresh_job, every_seconds=REFRESH_SECONDS, text=_("Score what changed")),
        )
        job_handlers.register(
            NIGHTLY,
            JobHandler(nightly_job, every_seconds=NIGHT_SECONDS, text=_("Score every lead")),
        )
        facts_register()
        undo_register()
