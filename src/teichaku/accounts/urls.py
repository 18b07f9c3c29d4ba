"""Addresses for signing in and out."""

from __future__ import annotations

from django.urls import path

from teichaku.accounts import views

app_name = "accounts"
urlpatterns = [
    path("log-in/", views.log_in, name="log_in"),
    path("log-out/", views.log_out, name="log_out"),
]
