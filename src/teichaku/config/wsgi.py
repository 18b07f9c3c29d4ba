"""The entry point for a WSGI server."""

from __future__ import annotations

import os

import django
from django.core.wsgi import get_wsgi_application

from teichaku.config.static_files import static_files_collect

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teichaku.config.settings")

django.setup(set_prefix=False)

from teichaku.console.demo_state import demo_note  # noqa: E402 - needs Django set up

# Before the application looks for them: what it does not find when it starts it never serves.
static_files_collect()
application = get_wsgi_application()
demo_note()
