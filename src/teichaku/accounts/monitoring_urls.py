"""Addresses of what is measured about people, and what they were told of it."""

from __future__ import annotations

from django.urls import path

from teichaku.accounts import monitoring_views

app_name = "monitoring"
urlpatterns = [
    path("", monitoring_views.policy, name="policy"),
    path("end/", monitoring_views.end, name="end"),
]
