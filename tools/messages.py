"""Finds every text that the code lets be translated, without any program but Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent / "src" / "teichaku"
# Where each call has its text; a plural stands in the catalogue under its singular.
PLACES = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), 0),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), 0),
    **dict.fromkeys(("pgettext", "pgettext_lazy", "npgettext"), 1),
}
_CALL = re.compile(r"\b(?:n|p|np)?gettext\(")


def messages() -> Iterator[tuple[str, str]]:
    """Each text with the file that holds it."""
    for path in sorted(ROOT.rglob("*.py")):
        for text in _in_python(path.read_text(encoding="utf-8")):
            yield text, str(path.relative_to(ROOT))
    for path in sorted(ROOT.rglob("templates/**/*.*")):
        for text in _in_template(path.read_text(encoding="utf-8")):
            yield text, str(path.relative_to(ROOT))


def _in_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _text(node)


def _in_template(source: str) -> Iterator[str]:
    code = templatize(source)
    for found in _CALL.finditer(code):
        end = code.index(")", found.end())
        while True:
            try:
                call = ast.parse(code[found.start() : end + 1], mode="eval").body
                break
            except SyntaxError:
                end = code.index(")", end + 1)
        assert isinstance(call, ast.Call)
        yield from _text(call)


def _text(call: ast.Call) -> Iterator[str]:
    place = PLACES.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if place is not None and place < len(call.args):
        value = call.args[place]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
