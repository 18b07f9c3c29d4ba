from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from teichaku.engine.rulebook.document import read
from teichaku.engine.rulebook.schema import schema

ROOT = Path(__file__).parents[3]
EXAMPLES = [
    ROOT / "tests/data/rulebook-example.yaml",
    ROOT.parent / "shared/design/rulebook-example.yaml",
]
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
KNOWN = {
    "$ref",
    "anyOf",
    "oneOf",
    "const",
    "enum",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "items",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "minLength",
    "maxLength",
    "minItems",
    "default",
    "description",
    "$defs",
    "$schema",
    "title",
    "format",
}


def _problems(
    part: dict[str, Any], value: Any, root: dict[str, Any], place: str = ""
) -> Iterator[str]:
    """Where a value breaks a schema, for the keywords that ours uses."""
    assert part.keys() <= KNOWN, part.keys() - KNOWN
    if "$ref" in part:
        target = root["$defs"][part["$ref"].removeprefix("#/$defs/")]
        yield from _problems(target, value, root, place)
    for choice, most in (("anyOf", 99), ("oneOf", 1)):
        if choice in part:
            matching = sum(not list(_problems(inner, value, root, place)) for inner in part[choice])
            if not 1 <= matching <= most:
                yield f"{place}: {matching} of {choice}"
    if value not in part.get("enum", [part.get("const", value)]):
        yield f"{place}: not one of the words"
    kinds = TYPES.get(part.get("type", ""), (object,))
    if not isinstance(value, kinds) or (isinstance(value, bool) and {int, float} & set(kinds)):
        yield f"{place}: not {part['type']}"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _problems(part.get("items", {}), item, root, f"{place}[{index}]")
    elif isinstance(value, dict):
        yield from _object(part, value, root, place)
    else:
        yield from _scalar(part, value, place)


def _scalar(part: dict[str, Any], value: Any, place: str) -> Iterator[str]:
    if isinstance(value, str):
        if not re.search(part.get("pattern", ""), value):
            yield f"{place}: not {part['pattern']}"
        if not part.get("minLength", 0) <= len(value) <= part.get("maxLength", len(value)):
            yield f"{place}: length"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        inside = part.get("minimum", value) <= value <= part.get("maximum", value)
        if not inside or value <= part.get("exclusiveMinimum", value - 1):
            yield f"{place}: out of bounds"


def _object(part: dict[str, Any], value: Any, root: dict[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place}.{key}: missing" for key in part.get("required", ()) if key not in value)
    for key, inner in value.items():
        patterns = part.get("patternProperties", {})
        fitting = next(
            (found for name, found in patterns.items() if re.search(name, str(key))), None
        )
        found = part.get("properties", {}).get(key, fitting)
        if found is None:
            extra = part.get("additionalProperties", {})
            if extra is False:
                yield f"{place}.{key}: unknown"
                continue
            found = extra if isinstance(extra, dict) else {}
        yield from _problems(found, inner, root, f"{place}.{key}")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for inner in part.values():
            yield from _objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _objects(inner)


@pytest.mark.parametrize("path", EXAMPLES, ids=["own", "shared"])
def test_the_examples_conform(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"{path} is not here")
    document = _plain(read(path.read_text(encoding="utf-8")).data)
    assert list(_problems(schema(), document, schema())) == []


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("purpos", "x"),
        ("rulebook", 2),
        ("title", ""),
        ("reviews", {"scoring": "soon"}),
        (
            "scoring",
            {
                "behaviour": [
                    {
                        "group": "g",
                        "rules": [
                            {"id": "S", "when": {"event": "x"}, "points": 1, "cap": {"points": 0}}
                        ],
                    }
                ]
            },
        ),
        ("mql", {"label": "x"}),
        ("mql", {"when": {"count": {"event": "x", "page": "/"}, "at_least": 1}}),
        ("mql", {"when": {"count": {"event": "x", "path": [1]}, "at_least": 1}}),
        ("kpis", {"1st": {"target": 1, "owner": "coach", "by": "2027-01-01"}}),
        ("scoring", {"grades": {"fit": {"AA": 1}, "behaviour": {"1": 1}}}),
    ],
)
def test_what_the_grammar_refuses_breaks_the_schema(section: str, value: object) -> None:
    document = {"rulebook": 1, "title": "t", section: value}
    assert list(_problems(schema(), document, schema()))


def test_every_mapping_is_closed_but_the_cases_of_a_test() -> None:
    found = schema()
    open_ones = [part for part in _objects(found) if part.get("additionalProperties") is not False]
    assert open_ones == [found["$defs"]["RuleTest"]["properties"]["given"]]


def test_every_part_is_described_and_the_dialect_named() -> None:
    found = schema()
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["title"]
    assert found["description"]
    assert all(part.get("description") for part in found["$defs"].values())
    assert json.loads(json.dumps(found)) == found
