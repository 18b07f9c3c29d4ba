"""Addresses of the pages about exhibitions."""

from __future__ import annotations

from django.urls import path

from teichaku.exhibitions import call_views, sheet_views, views

app_name = "exhibitions"
urlpatterns = [
    path("", views.exhibition_list, name="list"),
    path("new/", views.exhibition_new, name="new"),
    path("calls/", call_views.my_calls, name="my_calls"),
    path("calls/<uuid:uid>/result/", call_views.call_result, name="call_result"),
    path("calls/<uuid:uid>/give/", call_views.call_given, name="call_give"),
    path("calls/<uuid:uid>/again/", call_views.call_again, name="call_again"),
    path("<uuid:uid>/", views.exhibition, name="exhibition"),
    path("<uuid:uid>/edit/", views.exhibition_edit, name="edit"),
    path("<uuid:uid>/visitors/", views.visitors, name="visitors"),
    path("<uuid:uid>/follow-up/", views.follow_up, name="follow_up"),
    path("<uuid:uid>/mails/stop/", views.mails_stopped, name="mails_stop"),
    path("<uuid:uid>/calls/", call_views.calls, name="calls"),
    path("<uuid:uid>/calls.xlsx", call_views.calls_file, name="calls_file"),
    path("<uuid:uid>/sheets/", sheet_views.sheet_new, name="sheet_new"),
    path("<uuid:uid>/sheets/<uuid:sheet>/", sheet_views.sheet, name="sheet"),
    path("<uuid:uid>/sheets/<uuid:sheet>/progress/", sheet_views.progress, name="progress"),
    path("<uuid:uid>/sheets/<uuid:sheet>/back/", sheet_views.take_back, name="take_back"),
]
