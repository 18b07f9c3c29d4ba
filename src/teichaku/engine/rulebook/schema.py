"""The grammar as JSON Schema, for editors and other programs."""

from __future__ import annotations

from typing import Any

from teichaku.engine.rulebook.model import Rulebook

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a rulebook document."""
    body = Rulebook.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": DIALECT,
        **_closed(body),
        "title": "Teichaku rulebook",
        "description": "Operating rules that marketing and sales agree to, grammar version 1.",
    }


def _closed(part: Any) -> Any:
    """The same schema without generated titles, with maps closed to keys that fit their pattern."""
    if isinstance(part, list):
        return [_closed(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    closed = {
        key: {name: _closed(inner) for name, inner in value.items()}
        if key in {"properties", "$defs", "patternProperties"}
        else _closed(value)
        for key, value in part.items()
        if key != "title"
    }
    if "gt" in closed:  # what pydantic writes for a bound outside the number's own type
        closed["exclusiveMinimum"] = closed.pop("gt")
    if "patternProperties" in closed:
        closed["additionalProperties"] = False
    return closed
