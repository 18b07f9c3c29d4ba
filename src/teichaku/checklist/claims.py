"""Which of the items a person ticked: a file of item numbers, YAML or CSV."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from teichaku.core.errors import InvalidInput
from teichaku.engine.checklist.items import FORMULAS

LARGEST = 100_000  # bytes; twenty lines are far below
YES = frozenset({"yes", "y", "true", "1", "はい", "○", "〇", "◯", "✓", "✔", "済"})
NO = frozenset({"no", "n", "false", "0", "いいえ", "×", "✗", "-", "", "未", "none"})


def claims_read(path: Path) -> Mapping[int, bool]:
    """Item to ticked or not; what cannot be read raises ``InvalidInput`` with the way out."""
    if path.stat().st_size > LARGEST:
        raise InvalidInput(
            _("%(file)s is too large for a list of 20 answers. Check which file it is.")
            % {"file": path.name}
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("cp932", errors="replace")
    found: dict[int, bool] = {}
    for item, answer in _pairs(path, text):
        number = _number(item)
        folded = unicodedata.normalize("NFKC", str(answer)).strip().lower()
        if number is None or number in found or folded not in YES | NO:
            raise InvalidInput(
                _(
                    "%(file)s cannot be read at “%(item)s: %(answer)s”. Write each item number"
                    " from 1 to 20 once, with yes or no."
                )
                % {"file": path.name, "item": item, "answer": answer}
            )
        found[number] = folded in YES
    return found


def _pairs(path: Path, text: str) -> Iterable[tuple[object, object]]:
    if path.suffix.lower() in {".yaml", ".yml"}:
        return _from_yaml(path, text)
    rows = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
    if rows and _number(rows[0][0]) is None:
        rows = rows[1:]  # the headings
    return [(row[0], row[1] if len(row) > 1 else "") for row in rows]


def _from_yaml(path: Path, text: str) -> Iterable[tuple[object, object]]:
    try:
        data = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        data = None
    if not isinstance(data, dict):
        raise InvalidInput(
            _("%(file)s is no list of answers. Write one line per item, such as “1: yes”.")
            % {"file": path.name}
        )
    return list(data.items())


def _number(item: object) -> int | None:
    text = unicodedata.normalize("NFKC", str(item)).strip()
    return int(text) if text.isdecimal() and int(text) in FORMULAS else None
