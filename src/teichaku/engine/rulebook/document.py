"""YAML 1.2 text to plain data with the position of every node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from teichaku.engine.errors import Problem, RulebookError

LIMIT_BYTES = 1_000_000
LIMIT_DEPTH = 60
Path = tuple[str | int, ...]
_ODD_TEXT = re.compile("^[:?]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_ODD_KEYS = frozenset(
    {"", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "<<"}
)


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data and where each path of it stands (1-based line and column)."""

    data: Any
    places: Mapping[Path, tuple[int, int]]

    def place(self, path: Path) -> tuple[int, int]:
        """The position of the path, or of its nearest known parent."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read(text: str) -> Document:
    """The document of a text; refuses over 1 MB, duplicate keys, aliases, tags, broken YAML."""
    if len(text.encode(errors="surrogatepass")) > LIMIT_BYTES:
        raise _refusal(1, 1, "too_large", "1 MBを超えています。", "The document is over 1 MB.")
    places: dict[Path, tuple[int, int]] = {}
    try:
        _refuse_indirection(text)
        root = YAML(typ="safe", pure=True).compose(StringIO(text))
        if root is not None:
            _locate(root, (), places)
        data = YAML(typ="safe", pure=True).load(StringIO(text))
    except DuplicateKeyError as error:
        raise _twice(error) from None
    except ReaderError as error:
        raise _unreadable(text, error) from None
    except MarkedYAMLError as error:
        raise _marked(error, "yaml", "YAMLとして読めません", "This is not YAML") from None
    except YAMLError as error:
        raise _refusal(
            1, 1, "yaml", f"YAMLとして読めません: {error}", f"Not YAML: {error}"
        ) from None
    except ValueError as error:
        raise _impossible(root, error) from None
    return Document(data, places)


def write(data: object) -> str:
    """YAML 1.2 text that ``read`` gives back as the same data."""
    writer = YAML(typ="rt", pure=True)
    writer.width = 110
    writer.default_flow_style = None
    writer.allow_unicode = True
    writer.representer.ignore_aliases = lambda _data: True  # one object may stand in two places
    out = StringIO()
    writer.dump(_escaped(data), out)
    return out.getvalue()


def _escaped(data: Any) -> Any:
    """The data with texts that the writer would leave bare by mistake marked for quotes."""
    if isinstance(data, dict):
        return {_escaped(key): _escaped(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_escaped(value) for value in data]
    odd = isinstance(data, str) and _ODD_TEXT.search(data)
    return DoubleQuotedScalarString(data) if odd else data


def written(path: Path) -> str:
    """A path as people read it: ``inputs[2].why``, counted from one."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".") or "-"


def _refuse_indirection(text: str) -> None:
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(StringIO(text)):
        mark = event.start_mark
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _refusal(
                mark.line + 1, mark.column + 1, "alias",
                "別名（& と *）は使えません。値をそのまま書いてください。",
                "Aliases (& and *) are refused; write the value out.",
            )  # fmt: skip
        if getattr(event, "tag", None):
            raise _refusal(
                mark.line + 1, mark.column + 1, "tag",
                "タグ（!）は使えません。", "Tags (!) are refused.",
            )  # fmt: skip
        depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
        depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        if depth > LIMIT_DEPTH:
            raise _refusal(
                mark.line + 1, mark.column + 1, "too_deep",
                f"入れ子は{LIMIT_DEPTH}段までです。", f"Nested deeper than {LIMIT_DEPTH} levels.",
            )  # fmt: skip


def _locate(node: Node, path: Path, places: dict[Path, tuple[int, int]]) -> None:
    places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, MappingNode):
        for key, value in node.value:
            _refuse_odd_key(key)
            inner = (*path, str(key.value))
            places[inner] = (key.start_mark.line + 1, key.start_mark.column + 1)
            _locate(value, inner, places)
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            _locate(value, (*path, index), places)


def _refuse_odd_key(key: Node) -> None:
    line, column = key.start_mark.line + 1, key.start_mark.column + 1
    plain = isinstance(key, ScalarNode) and key.style is None
    if not isinstance(key, ScalarNode) or (plain and key.value in _ODD_KEYS):
        raise _refusal(
            line, column, "key",
            "キーには文字か数字を書いてください。", "Expected a key that is a word or a number.",
        )  # fmt: skip


def _twice(error: DuplicateKeyError) -> RulebookError:
    found = re.search(r'duplicate key "(.*?)"', error.problem or "")
    key, mark = found[1] if found else "", error.problem_mark or error.context_mark
    return RulebookError(
        [
            Problem(
                mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, key or "-",
                "duplicate_key",
                f"「{key}」が同じ場所に二度あります。どちらか1つにしてください。",
                f"The key “{key}” stands twice in one place; expected it once.", key=key,
            )
        ]
    )  # fmt: skip


def _unreadable(text: str, error: ReaderError) -> RulebookError:
    before = text[: error.position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    code = f"U+{ord(text[error.position]):04X}"
    return _refusal(
        line, column, "control_character",
        f"使えない文字（{code}）があります。取り除いてください。",
        f"The character {code} is not possible here; expected text without control characters.",
    )  # fmt: skip


def _impossible(root: Node | None, error: ValueError) -> RulebookError:
    """A value that looks like a date or number and is none (30 February), at its place."""
    for node in _scalars(root):
        if node.style is not None:
            continue
        try:
            YAML(typ="safe", pure=True).load(StringIO(node.value))
        except (YAMLError, ValueError):
            mark, given = node.start_mark, node.value[:40]
            return _refusal(
                mark.line + 1, mark.column + 1, "impossible_value",
                f"「{given}」という日付や数値はありません。",
                f"There is no date or number “{given}”; expected one that exists.",
            )  # fmt: skip
    return _refusal(1, 1, "yaml", f"YAMLとして読めません: {error}", f"Not YAML: {error}")


def _scalars(node: Node | None) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, MappingNode):
        for pair in node.value:
            for inner in pair:
                yield from _scalars(inner)
    elif isinstance(node, SequenceNode):
        for inner in node.value:
            yield from _scalars(inner)


def _marked(error: MarkedYAMLError, code: str, ja: str, en: str) -> RulebookError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    detail = (error.problem or error.context or "").strip().splitlines()
    first = detail[0] if detail else ""
    return _refusal(line, column, code, f"{ja}（{first}）。", f"{en}: {first}.")


def _refusal(line: int, column: int, code: str, ja: str, en: str) -> RulebookError:
    return RulebookError([Problem(line, column, "-", code, ja, en)])
