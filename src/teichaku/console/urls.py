"""Addresses of the pages that cross rooms."""

from __future__ import annotations

from django.urls import path

from teichaku.console import frame_views, views

app_name = "console"
urlpatterns = [
    path("", frame_views.home, name="home"),
    path("search/", frame_views.search, name="search"),
    path("menu/", frame_views.menu, name="menu"),
    path("theme/", frame_views.theme, name="theme"),
    path("language/", frame_views.language, name="language"),
    path("leads/", views.lead_list, name="lead_list"),
    path("leads/<uuid:uid>/", views.lead, name="lead"),
]
