"""Addresses of the pages about what people have to enter."""

from __future__ import annotations

from django.urls import path

from teichaku.inputs import follow_up_views, rate_views

app_name = "inputs"
urlpatterns = [
    path("inputs/rates/", rate_views.rates, name="rates"),
    path("inputs/rates/file/", rate_views.rates_file, name="rates_file"),
    path("inputs/rates/<uuid:uid>/", rate_views.rate_tasks, name="rate_tasks"),
    path("inputs/rates/<uuid:uid>/ask/", rate_views.rate_ask, name="rate_ask"),
    path("inputs/rules/", rate_views.rules, name="rules"),
    path("inputs/rules/<str:rule>/review/", rate_views.rule_review, name="rule_review"),
    path("inputs/follow-ups/", follow_up_views.follow_ups, name="follow_ups"),
    path("inputs/follow-ups/mine/", follow_up_views.own_follow_ups, name="own_follow_ups"),
    path("inputs/follow-ups/mine/<uuid:uid>/", follow_up_views.later, name="later"),
    path("inputs/follow-ups/<uuid:uid>/", follow_up_views.inquiry, name="inquiry"),
    path("inputs/follow-ups/<uuid:uid>/stop/", follow_up_views.inquiry_stop, name="inquiry_stop"),
    path("inputs/rule-defects/", follow_up_views.rule_defects, name="rule_defects"),
    path("inputs/stock/", rate_views.stock, name="stock"),
    path("about-my-data/", rate_views.about_me, name="about_me"),
]
