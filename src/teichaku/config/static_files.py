"""Style sheets and pictures under names that change with their content."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command


def static_files_collect() -> None:
    """Nothing; every static file is in the state folder, named by its content and compressed.

    Debug mode serves the originals instead, so that a change shows at once.
    """
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
