"""Writes are functions that name their actor; pages write and read through functions alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.contracts.source import modules


def _public_functions(file_name: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for path, tree in modules().items():
        if path.endswith(f"/{file_name}"):
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield f"{path}: {node.name}", node


def test_services_take_keywords_only() -> None:
    positional = [
        name
        for name, function in _public_functions("services.py")
        if function.args.args or function.args.posonlyargs or function.args.vararg
    ]
    assert positional == []


def test_services_name_their_actor() -> None:
    nameless = [
        name
        for name, function in _public_functions("services.py")
        if "actor" not in {argument.arg for argument in function.args.kwonlyargs}
    ]
    assert nameless == []


def test_services_are_named_for_what_and_then_what_is_done() -> None:
    one_word = [name for name, f in _public_functions("services.py") if "_" not in f.name]
    assert one_word == []


def test_pages_reach_tables_through_selectors_and_services() -> None:
    direct = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path.endswith("/views.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    ]
    assert direct == []


def test_services_wait_for_nobody_outside() -> None:
    clients = {"httpx", "requests", "urllib", "smtplib", "socket"}
    calling = [
        path
        for path, tree in modules().items()
        if path.endswith("/services.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and {_module(node).split(".")[0]} & clients
    ]
    assert calling == []


def _module(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
