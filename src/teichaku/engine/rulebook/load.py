"""A rulebook from its text, or every problem of the text at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from teichaku.engine.errors import Problem, RulebookError, nearest
from teichaku.engine.rulebook.document import Document, Path, read, write, written
from teichaku.engine.rulebook.messages import explain
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import AnyPredicate, Predicate
from teichaku.engine.rulebook.references import Misreference, misreferences

_CONDITION: TypeAdapter[AnyPredicate] = TypeAdapter(Predicate)


def load(text: str, *, event_types: Iterable[str] | None = None) -> Rulebook:
    """The rulebook a text says, or RulebookError with all its problems.

    ``event_types``: the company's own, beside the built-in ones; None accepts any.
    """
    document = read(text)
    if not isinstance(document.data, dict):
        raise RulebookError([_problem(document, (), "not_mapping", {})])
    try:
        rulebook = Rulebook.model_validate(document.data)
    except ValidationError as error:
        found = [_from_validation(document, details) for details in error.errors()]
        raise RulebookError(_without_echoes(found)) from None
    known = None if event_types is None else frozenset(event_types)
    wrong = [_from_reference(document, item) for item in misreferences(rulebook, known)]
    if wrong:
        raise RulebookError(wrong)
    return rulebook


def load_condition(text: str) -> AnyPredicate:
    """The condition that a text says on its own, or RulebookError with all its problems."""
    document = read(text)
    if not isinstance(document.data, dict):
        raise RulebookError([_problem(document, (), "not_mapping", {})])
    try:
        return _CONDITION.validate_python(document.data)
    except ValidationError as error:
        found = [_from_validation(document, details) for details in error.errors()]
        raise RulebookError(_without_echoes(found)) from None


def dump(part: Rulebook | AnyPredicate) -> str:
    """YAML 1.2 that loads as an equal rulebook or condition; what is at its default is left out."""
    return write(plain(part))


def plain(part: Any) -> Any:
    """A part as plain data in document words, defaults left out."""
    data = part.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
    if isinstance(part, Rulebook):
        data = {"rulebook": part.rulebook, "title": part.title, **data}
    return _lists(data)


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(inner) for inner in value]
    return value


def _from_validation(document: Document, details: ErrorDetails) -> Problem:
    path = _real_path(document.data, details["loc"])
    context = {key: value for key, value in (details.get("ctx") or {}).items() if key != "error"}
    code, given = details["type"], details.get("input")
    if code == "unknown_key":
        key, valid = str(context["key"]), context["valid"]
        return _problem(document, (*path, key), code, {"key": key, "valid": valid}, key, valid)
    if code == "missing":
        key = str(details["loc"][-1])
        return _problem(document, path, code, {"key": key}, key)
    if code in {"literal_error", "enum"}:
        expected = str(context.get("expected", ""))
        valid = re.findall(r"'([^']*)'", expected) or [expected]
        return _problem(document, path, code, {"given": given, "valid": valid}, given, valid)
    return _problem(document, path, code, {**context, "given": given, "says": details["msg"]})


def _from_reference(document: Document, item: Misreference) -> Problem:
    context = {"given": item.given, "valid": item.valid}
    return _problem(document, item.path, item.code, context, item.given, item.valid)


def _problem(
    document: Document,
    path: Path,
    code: str,
    context: dict[str, Any],
    word: object = "",
    valid: Sequence[str] = (),
) -> Problem:
    line, column = document.place(path)
    message_ja, message_en = explain(code, context)
    return Problem(
        line, column, written(path), code, message_ja, message_en,
        key=str(path[-1]) if path else "",
        nearest=nearest(str(word), list(valid)) if valid else "",
    )  # fmt: skip


def _real_path(data: Any, loc: Iterable[str | int]) -> Path:
    """The part of pydantic's location that stands in the document (tags of unions do not)."""
    path: list[str | int] = []
    for step in loc:
        if isinstance(data, dict):
            key = next((key for key in data if str(key) == str(step)), None)
            if key is None:
                continue
            data = data[key]
            path.append(str(step))
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
            path.append(step)
    return tuple(path)


def _without_echoes(problems: list[Problem]) -> list[Problem]:
    """One problem per place: a union reports the same value once per alternative."""
    seen: dict[tuple[int, int, str], Problem] = {}
    for problem in problems:
        seen.setdefault((problem.line, problem.column, problem.path), problem)
    return list(seen.values())
