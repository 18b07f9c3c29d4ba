"""Addresses of people, roles and rights, and of one's own pages."""

from __future__ import annotations

from django.urls import path

from teichaku.accounts import profile_views, sign_in_urls, sign_in_views, views

app_name = "accounts"
urlpatterns = [
    # The same two pages as in sign_in_urls, under names that belong to us.
    path("log-in/", sign_in_urls.log_in, name="log_in"),
    path("log-out/", sign_in_urls.log_out, name="log_out"),
    path("invitation/<str:token>/", sign_in_views.invitation, name="invitation"),
    path("security/devices/others/", sign_in_views.session_end_others, name="session_end_others"),
    path("security/devices/<int:number>/", sign_in_views.session_end_one, name="session_end"),
    path("me/", profile_views.profile, name="profile"),
    path("me/<slug:part>/", profile_views.profile_write, name="profile_write"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<uuid:uid>/", views.person, name="person"),
    path("people/<uuid:uid>/leaving/", views.leaving, name="leaving"),
    path("people/<uuid:uid>/<slug:part>/", views.person_write, name="person_write"),
    path("rights/", views.rights, name="rights"),
    path("rights/reset/", views.rights_reset, name="rights_reset"),
]
