"""Tables point downward, name their constraints, and change by migrations named for meaning."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

import pytest
from django.db import models
from tests.contracts.source import ROOT, imported, migration_files, own_models, rooms

AUTOMATIC = re.compile(r"^\d{4}_(initial|auto|alter_|add_|remove_|rename_|delete_)|_and_more$")
MODELS = pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)


def rooms_from_top() -> list[str]:
    """The rooms in the order of the import contract, the highest first."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", encoding="utf-8")
    layers = contract["importlinter:contract:rooms"]["layers"]
    return re.findall(r"\w+", layers)


def _links(model: type[models.Model]) -> list[models.ForeignKey[models.Model, models.Model]]:
    return [field for field in model._meta.local_fields if isinstance(field, models.ForeignKey)]


@MODELS
def test_a_link_to_another_room_points_down_and_is_not_seen_from_there(
    model: type[models.Model],
) -> None:
    order = rooms_from_top()
    for link in _links(model):
        room, target = model._meta.app_label, link.related_model._meta.app_label
        if target == room:
            continue
        assert target in rooms(), f"{link} leads out of our tables"
        assert order.index(target) > order.index(room), f"{link} points up"
        assert link.remote_field.related_name == "+", f"{link} can be followed backwards"
        if not link.unique:  # a one-to-one row is a part of the other and may go with it
            assert link.remote_field.on_delete is models.PROTECT, f"{link} is deleted along"


@MODELS
def test_constraints_and_indexes_carry_their_table(model: type[models.Model]) -> None:
    if "auth" in model.__mro__[1].__module__:
        return  # the framework's own names
    prefix = f"{model._meta.app_label}_{model._meta.model_name}"
    named = [*model._meta.constraints, *model._meta.indexes]
    assert [item.name for item in named if not item.name.startswith(prefix)] == []


@MODELS
def test_no_column_fills_itself_with_the_time(model: type[models.Model]) -> None:
    automatic = [
        field.name
        for field in model._meta.local_fields
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ]
    assert automatic == []


def test_the_import_contract_knows_every_room() -> None:
    assert set(rooms()) <= set(rooms_from_top())


@pytest.mark.parametrize(
    "path", migration_files(), ids=lambda path: f"{path.parts[-3]}/{path.stem}"
)
def test_a_migration_says_what_it_means_and_stands_alone(path: Path) -> None:
    assert not AUTOMATIC.search(path.stem), "name it for what it brings"
    ours = {
        name for name in imported(ast.parse(path.read_text(encoding="utf-8"))) if "teichaku" in name
    }
    # What an index is built on is spelt once, where the queries that use it find it too.
    fixed = {"teichaku.core.ids", "teichaku.core.clock", "teichaku.leads.expressions"}
    assert ours <= fixed, "later code would change its past"
