"""A file name tells what is inside: one word per kind of code, no drawer for the rest."""

from __future__ import annotations

import ast
import configparser

import pytest
from tests.contracts.source import PACKAGE, ROOT, modules, rooms

DRAWERS = {"util", "utils", "misc", "helper", "helpers", "common", "shared", "tools", "stuff"}
# The word used elsewhere → the one word used here.
ONE_WORD = {
    "actions": "services",
    "managers": "selectors",
    "queries": "selectors",
    "tasks": "jobs",
    "handlers": "jobs",
    "signals": "events",
    "exceptions": "errors",
    "constants": "the domain word of what it lists",
    "serializers": "api",
    "endpoints": "api",
    "routes": "urls",
    "rights": "permissions",
}


def test_no_module_or_folder_is_a_drawer() -> None:
    parts = {part for path in modules() for part in path.removesuffix(".py").split("/")}
    assert parts & DRAWERS == set()


def test_each_kind_of_code_has_one_word() -> None:
    wrong = {
        path: f"call it {ONE_WORD[word]}"
        for path in modules()
        if (word := path.rsplit("/", 1)[-1].removesuffix(".py")) in ONE_WORD
    }
    assert wrong == {}


def test_a_file_exists_only_with_content() -> None:
    empty = [
        path
        for path, tree in modules().items()
        if not path.endswith("__init__.py") and not _statements(tree)
    ]
    assert empty == []


def _statements(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in tree.body if not isinstance(node, ast.Expr | ast.ImportFrom)]


def test_every_package_is_a_room_or_known() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders == {*rooms(), "cli", "config", "engine"}


def test_the_import_contract_looks_inside_every_room() -> None:
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", encoding="utf-8")
    containers = contract["importlinter:contract:inside-rooms"]["containers"].split()
    assert containers == [f"teichaku.{room}" for room in rooms()]


@pytest.mark.parametrize("room", rooms())
def test_tests_of_a_room_lie_under_its_name(room: str) -> None:
    folder = PACKAGE.parents[1] / "tests" / room
    assert any(folder.glob("test_*.py")), f"no tests/{room}/test_*.py"
