"""Addresses of the pages about meetings."""

from __future__ import annotations

from django.urls import path

from teichaku.meetings import views

app_name = "meetings"
urlpatterns = [
    path("meetings/", views.meeting_list, name="list"),
    path("meetings/calendar/", views.feed, name="feed"),
    path("meetings/series/<uuid:uid>/", views.series, name="series"),
    path("meetings/decisions/<uuid:uid>/", views.decision, name="decision"),
    path("meetings/<uuid:uid>/", views.meeting, name="meeting"),
    path("meetings/<uuid:uid>/open/", views.open_meeting, name="open"),
    path("meetings/<uuid:uid>/mode/", views.mode, name="mode"),
    path("meetings/<uuid:uid>/unentered/", views.unentered, name="unentered"),
    path("meetings/<uuid:uid>/check-in/", views.check_in, name="check_in"),
    path("meetings/<uuid:uid>/outcome/", views.outcome, name="outcome"),
    path("meetings/<uuid:uid>/except/", views.except_inputs, name="except"),
    path("meetings/<uuid:uid>/decide/", views.decide, name="decide"),
    path("meetings/<uuid:uid>/close/", views.close, name="close"),
    path("meetings/<uuid:uid>/minutes/", views.minutes, name="minutes"),
    path("meetings/<uuid:uid>/move/", views.move, name="move"),
    path("meetings/<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("calendar/<str:token>.ics", views.feed_ics, name="feed_file"),
]
