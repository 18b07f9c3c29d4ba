"""Addresses of the API; every one of them asks for a token or a signature itself."""

from __future__ import annotations

from teichaku.accounts.access import open_to_all
from teichaku.tracking.api import api

app_name = "api-1"
urlpatterns, _app, _namespace = api.urls
for pattern in urlpatterns:
    assert pattern.callback is not None
    open_to_all(pattern.callback)
