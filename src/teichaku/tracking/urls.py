"""Addresses of sites, files and tokens, and of what visitors' browsers ask for."""

from __future__ import annotations

from django.urls import path

from teichaku.tracking import asset_views, public_views, token_views, views

app_name = "tracking"
urlpatterns = [
    path("c/<slug:key>/", public_views.collect, name="collect"),
    path("tag/<slug:key>.js", public_views.tag, name="tag"),
    path("notice/<slug:key>/", public_views.notice, name="notice"),
    path("sites/", views.site_list, name="site_list"),
    path("sites/new/", views.site_edit, name="site_new"),
    path("sites/filtered/", views.filtered, name="filtered"),
    path("sites/filtered/<int:number>/", views.visitor_is_person, name="visitor_is_person"),
    path("sites/tokens/", token_views.token_list, name="token_list"),
    path("sites/tokens/<uuid:uid>/", token_views.token_end, name="token_end"),
    path("assets/", asset_views.asset_list, name="asset_list"),
    path("assets/new/", asset_views.asset_new, name="asset_new"),
    path("assets/<uuid:uid>/", asset_views.asset_page, name="asset"),
    path("assets/<uuid:uid>/put-away/", asset_views.asset_put_away, name="asset_put_away"),
    path("a/<uuid:uid>/", asset_views.asset_offer, name="asset_offer"),
    path("sites/<uuid:uid>/", views.site_page, name="site"),
    path("sites/<uuid:uid>/edit/", views.site_edit, name="site_edit"),
    path("sites/<uuid:uid>/heard/", views.site_heard, name="site_heard"),
    path("sites/<uuid:uid>/put-away/", views.site_put_away, name="site_put_away"),
    path("sites/<uuid:uid>/parked/<int:number>/", views.beacon_again, name="beacon_again"),
]
