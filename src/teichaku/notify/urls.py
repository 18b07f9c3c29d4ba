"""Addresses of tasks and notifications, and of the ways by which people are told."""

from __future__ import annotations

from django.urls import path

from teichaku.notify import admin_views, letter_views, preference_views, views

app_name = "notify"
urlpatterns = [
    path("tasks/", views.task_list, name="task_list"),
    path("tasks/<uuid:uid>/", views.task_close, name="task_close"),
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/read/", views.notifications_all_read, name="notifications_all_read"),
    path("notifications/<uuid:uid>/", views.notification_read, name="notification_read"),
    path("notifications/<uuid:uid>/files/<int:number>/", views.file_download, name="file"),
    path("account/notifications/", preference_views.preferences, name="preferences"),
    path("account/notifications/<slug:via>/", preference_views.channel, name="channel"),
    path("account/notifications/<slug:via>/test/", preference_views.trial, name="trial"),
    path("settings/notifications/", admin_views.services, name="services"),
    path("settings/notifications/company/", admin_views.company_write, name="company"),
    path("settings/notifications/services/<slug:via>/", admin_views.access_write, name="access"),
    path(
        "settings/notifications/services/<slug:via>/test/",
        admin_views.trial,
        name="service_trial",
    ),
    path("settings/notifications/deliveries/", admin_views.delivery_list, name="delivery_list"),
    path("settings/notifications/letters/", letter_views.letter_list, name="letter_list"),
    path(
        "settings/notifications/letters/decide/",
        letter_views.letters_decide,
        name="letters_decide",
    ),
    path("settings/notifications/decide/", admin_views.deliveries_decide, name="decide"),
]
