"""Which room answers which address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("teichaku.accounts.urls")),
    path("", include("teichaku.console.urls")),
]
