"""Addresses of the pages about handovers."""

from __future__ import annotations

from django.urls import path

from teichaku.handover import page_views, views

app_name = "handover"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<uuid:uid>/", views.card, name="card"),
    path("inbox/<uuid:uid>/accept/", views.accept, name="accept"),
    path("inbox/<uuid:uid>/give/", views.give, name="give"),
    path("inbox/<uuid:uid>/answer/", views.answer, name="answer"),
    path("inbox/<uuid:uid>/return/", views.give_back, name="return"),
    path("inbox/<uuid:uid>/later/", views.later, name="later"),
    path("inbox/<uuid:uid>/undo/", views.undo, name="undo"),
    path("inbox/<uuid:uid>/contact/", views.contact, name="contact"),
    path("inbox/<uuid:uid>/verdict/", views.verdict, name="verdict"),
    path("inbox/<uuid:uid>/pass-on/", views.pass_on, name="pass_on"),
    path("inbox/<uuid:uid>/disqualify/", views.disqualify, name="disqualify"),
    path("moves/", page_views.moves, name="moves"),
    path("moves/<uuid:uid>/", page_views.move_contact, name="move_contact"),
    path("returns/", page_views.returns, name="returns"),
    path("returns/<uuid:uid>/", page_views.reply, name="reply"),
    path("handovers/", page_views.overview, name="overview"),
    path("handovers/held/", page_views.held, name="held"),
    path("handovers/held/choice/", page_views.held_choice, name="held_choice"),
    path("handovers/capacity/", page_views.capacity, name="capacity"),
]
