"""The meetings room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Registers the meetings room."""

    name = "teichaku.meetings"
    label = "meetings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records, sends, shows and does by itself is registered."""
        from teichaku.meetings.agenda_register import points_register
        from teichaku.meetings.departures import departures_register
        from teichaku.meetings.facts import facts_register
        from teichaku.meetings.home_part import home_part_register
        from teichaku.meetings.registrations import pages_register, work_register

        points_register()
        work_register()
        pages_register()
        facts_register()
        departures_register()
        home_part_register()
