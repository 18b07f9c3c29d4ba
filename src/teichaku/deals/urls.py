"""Addresses of the pages about deals."""

from __future__ import annotations

from django.urls import path

from teichaku.deals import (
    deal_field_views,
    deal_list_views,
    deal_views,
    forecast_views,
    gate_views,
)

app_name = "deals"
urlpatterns = [
    path("", deal_list_views.deal_list, name="list"),
    path("board/", deal_list_views.board, name="board"),
    path("daily/", deal_list_views.daily, name="daily"),
    path("new/", deal_views.new, name="new"),
    path("new/lead/", deal_views.lead_preview, name="lead_preview"),
    path("new/companies/", deal_views.companies, name="companies"),
    path("exceptions/", gate_views.exceptions, name="exceptions"),
    path("exceptions/<uuid:uid>/", gate_views.exception_answer, name="exception_answer"),
    path("gates/", gate_views.gates, name="gates"),
    path("gates/decisions/<uuid:uid>/", gate_views.decision_review, name="decision_review"),
    path("forecast/", forecast_views.forecast_page, name="forecast"),
    path("forecast/file/", forecast_views.forecast_file, name="forecast_file"),
    path("forecast/targets/", forecast_views.targets, name="targets"),
    path("<uuid:uid>/", deal_views.detail, name="detail"),
    path("<uuid:uid>/field/<str:name>/", deal_field_views.field, name="field"),
    path("<uuid:uid>/activity/", deal_views.activity, name="activity"),
    path("<uuid:uid>/stage/", deal_views.stage, name="stage"),
    path("<uuid:uid>/close/<str:outcome>/", deal_views.close, name="close"),
    path("<uuid:uid>/exception/", deal_views.exception_ask, name="exception_ask"),
    path("<uuid:uid>/link/", deal_views.link, name="link"),
]
