"""Addresses of tasks and notifications."""

from __future__ import annotations

from django.urls import path

from teichaku.notify import views

app_name = "notify"
urlpatterns = [
    path("tasks/", views.task_list, name="task_list"),
    path("tasks/<uuid:uid>/", views.task_close, name="task_close"),
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/read/", views.notifications_all_read, name="notifications_all_read"),
    path("notifications/<uuid:uid>/", views.notification_read, name="notification_read"),
]
