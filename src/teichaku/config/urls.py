"""Which room answers which address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("teichaku.accounts.sign_in_urls")),
    path("accounts/", include("teichaku.accounts.urls")),
    path("settings/monitoring/", include("teichaku.accounts.monitoring_urls")),
    path("", include("teichaku.notify.urls")),
    path("import/", include("teichaku.intake.urls")),
    path("", include("teichaku.consent.urls")),
    path("", include("teichaku.forms.urls")),
    path("", include("teichaku.tracking.urls")),
    path("api/v1/", include("teichaku.tracking.api_urls")),
    path("", include("teichaku.checklist.urls")),
    path("deals/", include("teichaku.deals.urls")),
    path("exhibitions/", include("teichaku.exhibitions.urls")),
    path("", include("teichaku.handover.urls")),
    path("", include("teichaku.meetings.urls")),
    path("", include("teichaku.inputs.urls")),
    path("", include("teichaku.console.urls")),
]
