"""Settings of the installation that people change while it runs."""

from __future__ import annotations

from typing import TypeVar, cast

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import InvalidInput
from teichaku.core.models import Setting
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import SettingDeclaration, declared_settings

S = TypeVar("S", bool, int, float, str)


def setting_read(declaration: SettingDeclaration[S]) -> S:
    """The value in force: the one that was set, else the declared default."""
    declared_settings.get(declaration.name)
    row = Setting.objects.filter(key=declaration.name).first()
    return declaration.default if row is None else cast("S", row.value)


def setting_write(*, declaration: SettingDeclaration[S], value: S, actor: Actor) -> None:
    """Nothing; the value is in force from now on. One of another type raises ``InvalidInput``."""
    declared_settings.get(declaration.name)
    if type(value) is not type(declaration.default):
        expected = type(declaration.default).__name__
        raise InvalidInput(
            _("The setting %(name)s cannot be %(value)s. Enter a value of type %(type)s.")
            % {"name": declaration.name, "value": repr(value), "type": expected},
            setting=declaration.name,
        )
    with transaction.atomic():
        before = setting_read(declaration)
        row, _created = Setting.objects.update_or_create(
            key=declaration.name, defaults={"value": value}
        )
        audit_record(
            actor=actor,
            action="core.setting_write",
            object_type="core.setting",
            object_id=row.pk,
            values={"setting": declaration.name, "old": before, "new": value},
        )
        outbox_emit(topic="core.setting_written", payload={"setting": row.pk})
