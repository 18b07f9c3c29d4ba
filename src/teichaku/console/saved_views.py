"""Conditions of a list that people keep under a name."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.console.models import SavedView
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, NotFound


def views_for_user(user: User, page: str) -> QuerySet[SavedView]:
    """The person's views of the page, and those that others share, by name."""
    mine = Q(user=user) | Q(shared=True)
    return SavedView.objects.filter(mine, page=page).select_related("user").order_by("name", "pk")


def view_save(
    *, user: User, page: str, name: str, query: str, shared: bool, actor: Actor
) -> SavedView:
    """The person's new view of the page."""
    view = SavedView(user=user, page=page, name=name.strip(), query=query, shared=shared)
    return _stored(view, "console.view_save", actor)


def view_change(*, user: User, uid: UUID, name: str, shared: bool, actor: Actor) -> SavedView:
    """The person's view under its new name."""
    view = _own(user, uid)
    view.name, view.shared = name.strip(), shared
    return _stored(view, "console.view_save", actor)


def view_delete(*, user: User, uid: UUID, actor: Actor) -> None:
    """Nothing; the person's view is gone."""
    view = _own(user, uid)
    with transaction.atomic():
        _note(view, "console.view_delete", actor)
        view.delete()


def _own(user: User, uid: UUID) -> SavedView:
    view = SavedView.objects.filter(user=user, uid=uid).first()
    if view is None:
        raise NotFound(_("There is no such view among your own."))
    return view


def _stored(view: SavedView, action: str, actor: Actor) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
            _note(view, action, actor)
    except IntegrityError as error:
        raise Conflict(
            _("You have a view of the name %(name)s already. Choose another name.")
            % {"name": view.name}
        ) from error
    return view


def _note(view: SavedView, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="console.savedview", object_id=view.pk)
