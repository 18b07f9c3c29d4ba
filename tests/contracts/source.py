"""The project's own text, as the contracts read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "teichaku"
DOCS = ROOT / "docs"


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package but migrations, by its path inside it."""
    paths = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }


def rooms() -> list[str]:
    """The rooms that exist, as their apps are labelled."""
    return sorted(app.label for app in apps.get_app_configs() if app.name.startswith("teichaku."))


def own_models() -> list[type[models.Model]]:
    """Every table of ours."""
    return [model for model in apps.get_models() if model._meta.app_label in rooms()]


def migration_files() -> list[Path]:
    """Every migration of ours."""
    return sorted(PACKAGE.glob("*/migrations/[0-9]*.py"))


def calls(tree: ast.AST) -> Iterator[str]:
    """Every dotted name that is used, such as ``datetime.now``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def imported(tree: ast.AST) -> Iterator[str]:
    """The full name of every module and member that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def page(name: str) -> str:
    """A page of the documentation."""
    return (DOCS / name).read_text(encoding="utf-8")
