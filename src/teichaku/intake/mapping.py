"""The mapping file: which column fills which field, one YAML document per kind of file."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

from teichaku.core.errors import InvalidInput
from teichaku.intake.fields import ATTRIBUTE, ENTITIES, Entity, nearest

DEFAULT_SYSTEM = "default"


def _plain_text(value: object) -> object:
    # People write 1, true or 2026-11-22 without quotes and mean the text in the file.
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return ""
    return value if isinstance(value, str | list | dict) else str(value)


Plain = Annotated[str, BeforeValidator(_plain_text)]
Name = Annotated[str, BeforeValidator(_plain_text), Field(min_length=1)]


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


NameList = Annotated[tuple[Name, ...], BeforeValidator(_as_list)]
# A field may be put together from several columns, such as 姓 and 名.
Names = Annotated[tuple[Name, ...], BeforeValidator(_as_list), Field(min_length=1)]
Texts = Annotated[tuple[Plain, ...], BeforeValidator(_as_list), Field(min_length=1)]


class FileMap(BaseModel):
    """How the files of one entity are read.

    The texts of several ``columns`` are joined by a blank. ``scale`` multiplies (千円: 1000).
    ``filled`` names columns without which a row is left out; ``only`` keeps a field to rows where
    another field has one of some values. With ``continued_by``, a row whose cell in that column is
    blank belongs to the record above, whose ``carried`` columns it takes over.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    entity: str
    columns: Mapping[str, Names] = {}
    constants: Mapping[str, Plain] = {}
    values: Mapping[str, Mapping[Plain, Plain]] = {}
    where: Mapping[str, Texts] = {}
    filled: NameList = ()
    only: Mapping[str, Mapping[str, Texts]] = {}
    dates: Mapping[str, Name] = {}
    scale: Mapping[str, Annotated[int, Field(ge=1, le=1_000_000_000)]] = {}
    continued_by: str | None = None
    carried: NameList = ()
    timezone: str | None = None
    key: str | None = None
    system: Annotated[Name, Field(max_length=60)] = DEFAULT_SYSTEM

    @cached_property
    def kind(self) -> Entity:
        """The entity with its fields."""
        return ENTITIES[self.entity]

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The zone of naive times, when the map names one."""
        return ZoneInfo(self.timezone) if self.timezone else None


def mapping_default(entity: str, header: Sequence[str]) -> FileMap:
    """The map without a mapping file: columns that are named like our fields."""
    kind = ENTITIES[entity]
    columns = {name: (name,) for name in map(str.strip, header) if kind.type_of(name)}
    file_map = FileMap(entity=entity, columns=columns)
    _check_required(file_map, _("the file"))
    return file_map


def mapping_for(text: str, entity: str) -> FileMap:
    """The one document for the entity; anything wrong raises ``InvalidInput``."""
    found = [file_map for file_map in mapping_parse(text) if file_map.entity == entity]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(
            _("The mapping file has %(n)s documents for %(entity)s; keep one of them.")
            % {"n": len(found), "entity": entity}
        )
    raise InvalidInput(
        _(
            "The mapping file has no document for %(entity)s. Add one that starts with"
            ' "entity: %(entity)s"; documents are separated by a line "---".'
        )
        % {"entity": entity}
    )


def mapping_parse(text: str) -> list[FileMap]:
    """Every document of the mapping file; anything wrong raises ``InvalidInput``."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    try:
        documents = list(yaml.load_all(io.StringIO(text)))
    except YAMLError as error:
        raise InvalidInput(
            _("The mapping file is not valid YAML: %(error)s")
            % {"error": " ".join(str(error).split())}
        ) from error
    return [
        _document(document, position)
        for position, document in enumerate(documents, start=1)
        if document is not None
    ]


class _Representer(SafeRepresenter):
    """Writes odd characters of headers so that they are read back as they were."""

    def represent_str(self, data: str) -> ScalarNode:
        """The text, escaped where it would not survive."""
        style = None if data.isprintable() else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Representer.add_representer(str, _Representer.represent_str)


def mapping_yaml(file_maps: Sequence[FileMap]) -> str:
    """The mapping file that says the same, for people to read, correct and hand in."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 100
    text = io.StringIO()
    yaml.dump_all([_as_written(file_map) for file_map in file_maps], text)
    return text.getvalue()


def _as_written(file_map: FileMap) -> dict[str, object]:
    said = file_map.model_dump(mode="json", exclude_defaults=True)
    for key in ("columns", "where"):
        if key in said:
            said[key] = {name: _as_one(texts) for name, texts in said[key].items()}
    return {key: said[key] for key in FileMap.model_fields if key in said}


def _as_one(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts


def _document(document: object, position: int) -> FileMap:
    where = _("Document %(n)s of the mapping file") % {"n": position}
    if not isinstance(document, dict):
        raise InvalidInput(_('%(where)s is not a list of "key: value" lines.') % {"where": where})
    _check_name(str(document.get("entity", "")), list(ENTITIES), where, "entity")
    where = f"{where} ({document['entity']})"
    for key in document:
        _check_name(str(key), list(FileMap.model_fields), where, "")
    try:
        file_map = FileMap.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(
            _("%(where)s, %(key)s: %(problem)s")
            % {"where": where, "key": ".".join(map(str, first["loc"])), "problem": first["msg"]}
        ) from error
    _check_fields(file_map, where)
    _check_required(file_map, where)
    return file_map


def _check_fields(file_map: FileMap, where: str) -> None:
    known = [*file_map.kind.fields, ATTRIBUTE + "*"]
    for key in ("columns", "constants", "values", "dates", "scale", "only"):
        for name in getattr(file_map, key):
            if file_map.kind.type_of(name) is None:
                _check_name(name, known, where, key)
    if file_map.key and file_map.kind.type_of(file_map.key) is None:
        _check_name(file_map.key, known, where, "key")
    both = sorted(file_map.columns.keys() & file_map.constants.keys())
    if both:
        raise InvalidInput(
            _("%(where)s: %(field)s is both a column and a constant; keep one.")
            % {"where": where, "field": both[0]}
        )
    _check_only(file_map, where)
    if bool(file_map.continued_by) != bool(file_map.carried):
        raise InvalidInput(
            _("%(where)s: continued_by and carried belong together; write both or neither.")
            % {"where": where}
        )
    try:
        file_map.zone  # noqa: B018 - reading it is the check
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(
            _("%(where)s, timezone: %(name)s is no time zone; write one such as Asia/Tokyo.")
            % {"where": where, "name": file_map.timezone}
        ) from error


def _check_only(file_map: FileMap, where: str) -> None:
    for name, others in file_map.only.items():
        for other in (name, *others):
            if other not in file_map.columns and other not in file_map.constants:
                _check_name(other, [*file_map.columns, *file_map.constants], where, "only")


def _check_required(file_map: FileMap, where: str) -> None:
    given = file_map.columns.keys() | file_map.constants.keys()
    missing = [name for name in file_map.kind.required if name not in given]
    if missing:
        raise InvalidInput(
            _("%(where)s gives no column for %(field)s, which %(entity)s cannot do without.")
            % {"where": where, "field": ", ".join(missing), "entity": file_map.entity}
        )
    if file_map.kind.any_of and not given & set(file_map.kind.any_of):
        raise InvalidInput(
            _("%(where)s gives no column for any of %(fields)s; %(entity)s need at least one.")
            % {
                "where": where,
                "fields": ", ".join(file_map.kind.any_of),
                "entity": file_map.entity,
            }
        )


def _check_name(name: str, known: list[str], where: str, key: str) -> None:
    if name in known:
        return
    near = nearest(name, known)
    hint = (
        _("did you mean %(near)s?") % {"near": near}
        if near
        else _("possible are %(known)s.") % {"known": ", ".join(known)}
    )
    place = f"{where}, {key}" if key else where
    raise InvalidInput(
        _("%(place)s: %(name)s is not known; %(hint)s")
        % {"place": place, "name": name or "''", "hint": hint},
        name=name,
        nearest=near,
    )
