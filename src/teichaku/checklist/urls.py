"""Addresses of the diagnosis."""

from __future__ import annotations

from django.urls import path

from teichaku.checklist import diagnosis_views

app_name = "checklist"
urlpatterns = [
    path("diagnosis/", diagnosis_views.diagnosis_new, name="diagnosis_new"),
    path("diagnosis/<uuid:uid>/", diagnosis_views.diagnosis, name="diagnosis"),
    path(
        "diagnosis/<uuid:uid>/progress/",
        diagnosis_views.diagnosis_progress,
        name="diagnosis_progress",
    ),
    path(
        "diagnosis/<uuid:uid>/report.<str:kind>",
        diagnosis_views.diagnosis_file,
        name="diagnosis_file",
    ),
    path("diagnosis/<uuid:uid>/drop/", diagnosis_views.diagnosis_drop, name="diagnosis_drop"),
]
