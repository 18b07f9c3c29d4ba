"""Which map a file is read by when nobody hands one in."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core.errors import InvalidInput
from teichaku.intake.export_day import export_day
from teichaku.intake.field_words import KIND_WORDS
from teichaku.intake.fields import ENTITIES
from teichaku.intake.guess import Guess, guess_table
from teichaku.intake.mapping import FileMap, mapping_default, mapping_yaml
from teichaku.intake.mappings import mapping_saved
from teichaku.intake.tables import Table

MOSTLY = 0.5  # of the columns have to be named like our fields


@dataclass(frozen=True, slots=True)
class Choice:
    """A map and where it comes from: ``own`` names, ``saved``, or ``guess`` with its reasons."""

    file_map: FileMap
    origin: str
    guess: Guess | None = None


def map_choose(*, entity: str, table: Table) -> Choice:
    """The map: own names, else the one saved for these columns, else a guess that is certain.

    Otherwise ``InvalidInput`` says what was guessed and how to hand a map in.
    """
    kind = ENTITIES[entity]
    own = [name for name in table.header if kind.type_of(name.strip())]
    if len(own) >= MOSTLY * len(table.header):
        return Choice(mapping_default(entity, table.header), "own")
    saved = next((m for m in mapping_saved(table.header) if m.entity == entity), None)
    if saved is not None:
        return Choice(saved, "saved")
    guess = guess_table(
        table,
        file_name=table.path.stem,
        people=set(User.objects.exclude(name="").values_list("name", flat=True)),
        counted_on=export_day(table.path).isoformat(),
    )
    found = next((m for m in guess.file_maps if m.entity == entity), None)
    if found is None or not guess.certain:
        raise InvalidInput(_unsure(guess, entity, table))
    return Choice(found, "guess", guess)


def sheet_option(table: Table) -> str:
    """The option of the command line that names the table's sheet; blank where one is enough."""
    return f'--sheet "{table.shape.sheet}"' if len(table.sheets) > 1 else ""


def _unsure(guess: Guess, entity: str, table: Table) -> str:
    path = table.path
    said: dict[str, object] = {"file": path.name, "entity": entity}
    said["path"] = f"{path} {sheet}" if (sheet := sheet_option(table)) else path
    if guess.entity is None:
        text = _(
            "%(file)s: no kind of record was recognised in its columns. Write which column is"
            " which field into a mapping file and hand it in:"
            " teichaku import %(entity)s %(path)s --map MAP.yaml"
        )
        return text % said
    how = _(
        "Write the guess into a file, correct it, and hand it in: teichaku guess %(path)s >"
        " MAP.yaml, then teichaku import %(entity)s %(path)s --map MAP.yaml"
    )
    if any(file_map.entity == entity for file_map in guess.file_maps):
        text = _(
            "%(file)s may hold %(entity)s (confidence %(confidence)s), which is not sure enough to"
            " bring it in unasked."
        )
    else:
        text = _("%(file)s seems to hold %(guess)s and no %(entity)s.")
    kinds = {"guess": KIND_WORDS[guess.entity], "entity": KIND_WORDS[entity]}
    seems = {**kinds, "file": path.name, "confidence": f"{guess.confidence:.2f}"}
    lines = [text % seems, how % said, *(need.text for need in guess.needs)]
    return "\n".join([*lines, mapping_yaml(guess.file_maps)])
