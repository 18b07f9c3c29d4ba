"""Addresses for bringing files in."""

from __future__ import annotations

from django.urls import path

from teichaku.intake import views

app_name = "intake"
urlpatterns = [
    path("", views.import_list, name="import_list"),
    path("files/<uuid:uid>/", views.upload, name="upload"),
    path("files/<uuid:uid>/progress/", views.upload_progress, name="upload_progress"),
    path("<uuid:uid>/", views.run, name="run"),
    path("<uuid:uid>/rows.<str:kind>", views.run_corrections, name="run_corrections"),
    path("<uuid:uid>/undo/", views.run_undo, name="run_undo"),
    path("<uuid:uid>/progress/", views.run_progress, name="run_progress"),
]
