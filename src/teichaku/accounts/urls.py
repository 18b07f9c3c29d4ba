"""Addresses for signing in and out."""

from __future__ import annotations

from django.urls import path

from teichaku.accounts import views

app_name = "accounts"
urlpatterns = [
    path("log-in/", views.LogInView.as_view(), name="log_in"),
    path("log-out/", views.LogOutView.as_view(), name="log_out"),
]
