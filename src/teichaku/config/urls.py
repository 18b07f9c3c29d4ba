"""Which room answers which address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("teichaku.accounts.sign_in_urls")),
    path("accounts/", include("teichaku.accounts.urls")),
    path("", include("teichaku.notify.urls")),
    path("import/", include("teichaku.intake.urls")),
    path("", include("teichaku.checklist.urls")),
    path("deals/", include("teichaku.deals.urls")),
    path("", include("teichaku.console.urls")),
]
