"""Addresses of the pages about consent, and of the page that every mail leads to."""

from __future__ import annotations

from django.urls import path

from teichaku.consent import lead_views, privacy_views, public_views, retention_views, views

app_name = "consent"
urlpatterns = [
    path("mail-settings/<str:token>/", public_views.preferences, name="preferences"),
    path("consent/", views.home, name="home"),
    path("consent/people/", views.people, name="people"),
    path("consent/people/basis/", views.bases, name="bases"),
    path("consent/refusals/", views.refusals, name="refusals"),
    path("consent/refusals/import/", views.refusals_in, name="refusals_in"),
    path("consent/refusals/export/", views.refusals_out, name="refusals_out"),
    path("consent/refusals/<uuid:uid>/lift/", views.lift, name="lift"),
    path("consent/evidence/<slug:kind>/", views.evidence, name="evidence"),
    path("consent/leads/<uuid:uid>/basis/", lead_views.basis, name="lead_basis"),
    path("consent/leads/<uuid:uid>/refusal/", lead_views.refusal, name="lead_refusal"),
    path("consent/leads/<uuid:uid>/evidence/", lead_views.evidence, name="lead_evidence"),
    path("privacy/", privacy_views.erasures, name="erasures"),
    path("privacy/retention/", retention_views.retention, name="retention"),
    path("privacy/erasures/<uuid:uid>/", privacy_views.decide, name="erasure_decide"),
    path("privacy/leads/<uuid:uid>/", privacy_views.person, name="person"),
    path("privacy/leads/<uuid:uid>/export/", privacy_views.person_export, name="person_export"),
    path("consent/bases/<uuid:uid>/withdraw/", lead_views.withdraw, name="withdraw"),
    path("consent/bases/<uuid:uid>/document/", lead_views.document, name="document"),
]
