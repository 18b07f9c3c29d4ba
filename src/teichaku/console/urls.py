"""Addresses of the pages that cross rooms."""

from __future__ import annotations

from django.urls import path

from teichaku.console import (
    campaign_views,
    company_views,
    edit_views,
    frame_views,
    list_views,
    views,
)

app_name = "console"
urlpatterns = [
    path("", frame_views.home, name="home"),
    path("search/", frame_views.search, name="search"),
    path("menu/", frame_views.menu, name="menu"),
    path("theme/", frame_views.theme, name="theme"),
    path("language/", frame_views.language, name="language"),
    path("leads/", views.lead_list, name="lead_list"),
    path("leads/views/", list_views.saved_view_new, name="saved_view_new"),
    path("leads/views/<uuid:uid>/", list_views.saved_view, name="saved_view"),
    path("leads/export/", list_views.leads_export, name="leads_export"),
    path("leads/sheet/", list_views.leads_sheet, name="leads_sheet"),
    path("leads/sheet/apply/", list_views.leads_sheet_apply, name="leads_sheet_apply"),
    path("leads/<uuid:uid>/", views.lead, name="lead"),
    path("leads/<uuid:uid>/fields/<str:name>/", edit_views.lead_field_edit, name="lead_field"),
    path("companies/", company_views.company_list, name="company_list"),
    path("companies/<uuid:uid>/", company_views.company, name="company"),
    path(
        "companies/<uuid:uid>/fields/<str:name>/",
        edit_views.company_field_edit,
        name="company_field",
    ),
    path(
        "companies/<uuid:uid>/merge/<uuid:other>/", company_views.company_join, name="company_join"
    ),
    path("duplicates/", company_views.duplicates, name="duplicates"),
    path("duplicates/decide/", company_views.duplicates_decide, name="duplicates_decide"),
    path("campaigns/", campaign_views.campaign_list, name="campaign_list"),
    path("campaigns/new/", campaign_views.campaign_edit, name="campaign_new"),
    path("campaigns/<uuid:uid>/", campaign_views.campaign_edit, name="campaign_edit"),
]
