"""Addresses of the pages that cross rooms."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from teichaku.console import views

app_name = "console"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="console:lead_list"), name="home"),
    path("language/", set_language, name="language"),
    path("leads/", views.lead_list, name="lead_list"),
    path("leads/<uuid:uid>/", views.lead, name="lead"),
]
