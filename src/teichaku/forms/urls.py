"""Addresses of forms: the pages for people outside, and those on which forms are made."""

from __future__ import annotations

from django.urls import path

from teichaku.forms import builder_views, public_views, submission_views, views

app_name = "forms"
urlpatterns = [
    path("f/<slug:slug>/", public_views.form_page, name="page"),
    path("f/<slug:slug>/inside/", public_views.form_inside, name="inside"),
    path("form-sent/<str:token>/", public_views.sent, name="sent"),
    path("form-sent/<str:token>/inside/", public_views.sent_inside, name="sent_inside"),
    path("confirm/<str:token>/", public_views.confirm, name="confirm"),
    path("forms/", views.form_list, name="form_list"),
    path("forms/new/", views.form_new, name="form_new"),
    path("forms/review/", submission_views.review, name="review"),
    path("forms/blocked/", submission_views.blocked, name="blocked"),
    path("forms/submissions/<uuid:uid>/", submission_views.submission, name="submission"),
    path("forms/submissions/<uuid:uid>/decide/", submission_views.decide, name="decide"),
    path("forms/suggestions/<uuid:uid>/", submission_views.suggestion, name="suggestion"),
    path("forms/<uuid:uid>/", builder_views.edit, name="edit"),
    path("forms/<uuid:uid>/settings/", builder_views.settings_save, name="settings"),
    path("forms/<uuid:uid>/fields/", builder_views.field_new, name="fields"),
    path("forms/<uuid:uid>/order/", builder_views.fields_sort, name="order"),
    path("forms/<uuid:uid>/fields/<slug:name>/", builder_views.field_change, name="field"),
    path("forms/<uuid:uid>/publish/", views.publish, name="publish"),
    path("forms/<uuid:uid>/copy/", views.copy, name="copy"),
    path("forms/<uuid:uid>/archive/", views.archive, name="archive"),
    path("forms/<uuid:uid>/preview/", views.preview, name="preview"),
    path("forms/<uuid:uid>/editions/", views.editions, name="editions"),
    path("forms/<uuid:uid>/editions/<int:number>/", views.edition, name="edition"),
    path("forms/<uuid:uid>/submissions/", submission_views.submission_list, name="submissions"),
]
