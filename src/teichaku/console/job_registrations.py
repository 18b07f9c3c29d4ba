"""What the pages and the news about background work register."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVERY_FIVE_MINUTES = 300
RIGHT = "system.jobs"


def jobs_register() -> None:
    """Nothing; the page has its right and its places, and the watch its job."""
    from teichaku.console import job_news
    from teichaku.core.menus import Command, NavigationItem, commands, navigation
    from teichaku.core.parked_jobs import TOPIC
    from teichaku.core.registry import JobHandler, Right, job_handlers, rights, subscribe
    from teichaku.notify.kinds import Kind, notification_kinds, task_kinds

    administrators = frozenset({"administrator"})
    rights.register(
        RIGHT,
        Right(
            _("Look after background work"),
            _("What waits, what failed too often, and whether a worker runs."),
            roles=administrators,
        ),
    )
    label, view, icon = _("Background work"), "console:jobs", "server-cog"
    navigation.register(
        "jobs",
        NavigationItem(
            pgettext_lazy("navigation", "Background work"),
            view,
            icon,
            right=RIGHT,
            group=3,
            position=80,
            roles=administrators,
        ),
    )
    commands.register("jobs", Command(label, view, icon, RIGHT, words="worker jobs ジョブ 裏方"))
    for kind, text in (
        (job_news.PARKED, _("Background work failed too often: %(work)s")),
        (job_news.SILENT, _("Background work stands still: %(work)s")),
    ):
        task_kinds.register(kind, Kind(text, icon, "system"))
        notification_kinds.register(kind, Kind(text, icon, "system", "at_once"))
    job_handlers.register(
        "console.jobs_watch",
        JobHandler(
            job_news.news_job,
            every_seconds=EVERY_FIVE_MINUTES,
            text=_("Tell administrators of work that stands still"),
        ),
    )
    subscribe(TOPIC, "console.jobs_watch")
