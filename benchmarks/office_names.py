"""How well the search for duplicate companies finds other spellings of their names.

Every office of ``JIGYOSYO.CSV`` is compared with a copy of it, written differently in one of
several ways, always the same ones. ``python -m benchmarks.office_names FILE`` prints the tables of
docs/algorithms/duplicate-companies.md.
"""

from __future__ import annotations

import csv
import os
import random
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teichaku.leads.alike import Pair

SEED = 20_261_122
NAME = 2  # the column of the file
FORMS = {"株式会社": "(株)", "有限会社": "(有)", "合資会社": "(資)"}
OLD = {
    "高": "髙",
    "崎": "﨑",
    "浜": "濱",
    "沢": "澤",
    "広": "廣",
    "国": "國",
    "斉": "齋",
    "辺": "邊",
}
BRANCHES = ("東京支店", "大阪営業所", "九州支社", "本社", "第一工場")
WRONG = "田中井川木林本村谷原野島電工機器産業商事精密"
_FORM = re.compile(r"\w+法人|\w+組合|相互会社|" + "|".join(FORMS) + r"|[(（][株有資][)）]|㈱")
_TRIVIAL = re.compile(r"[\s\u3000・.,\-_'’()]+")

Change = Callable[[str, random.Random], str]


def offices(path: Path) -> list[str]:
    """The names of the offices, each once, in the order of the file."""
    with path.open(encoding="cp932", newline="") as file:
        return list(dict.fromkeys(row[NAME].strip() for row in csv.reader(file)))


def bare(name: str) -> str:
    """The name without legal form, width and signs: what tells whether two offices are one name.

    Written apart from the product, whose own folding is what is measured.
    """
    folded = unicodedata.normalize("NFKC", name).lower()
    for long, short in FORMS.items():
        folded = folded.replace(long, "").replace(short, "")
    return _TRIVIAL.sub("", folded)


def _moved(name: str, chance: random.Random) -> str:
    for form in FORMS:
        if name.startswith(form):
            return f"{name.removeprefix(form).strip()}　{form}"
        if name.endswith(form):
            return f"{form}　{name.removesuffix(form).strip()}"
    return name


def _shortened(name: str, chance: random.Random) -> str:
    for form, short in FORMS.items():
        if form in name:
            return name.replace(form, chance.choice((short, "㈱" if form == "株式会社" else short)))
    return name


def _dropped(name: str, chance: random.Random) -> str:
    for form in FORMS:
        if form in name:
            return name.replace(form, "").strip("　")
    return name


def _narrow(name: str, chance: random.Random) -> str:
    letters = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
    kana = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF66, 0xFF9F)}
    spread = "".join(letters.get(letter, letter) for letter in name.replace("　", " "))
    parts = unicodedata.normalize("NFD", spread)
    marks = {"\u3099": "ﾞ", "\u309a": "ﾟ"}
    return "".join(marks.get(letter, kana.get(letter, letter)) for letter in parts)


def _old_kanji(name: str, chance: random.Random) -> str:
    return "".join(OLD.get(letter, letter) for letter in name)


def _spaced(name: str, chance: random.Random) -> str:
    if "　" in name:
        return name.replace("　", chance.choice(("", " ", "  ")))
    place = chance.randrange(1, max(len(name), 2))
    return f"{name[:place]}　{name[place:]}"


def _kana(name: str, chance: random.Random) -> str:
    small = dict(zip("ァィゥェォッャュョ", "アイウエオツヤユヨ", strict=True))
    changed = "".join(small.get(letter, letter) for letter in name)
    if changed != name:
        return changed
    if re.search(r"[ァ-ヴ]ー(?:　|$)", name):
        return re.sub(r"([ァ-ヴ])ー(?=　|$)", r"\1", name)
    hiragana = "".join(chr(ord(x) - 0x60) if "ァ" <= x <= "ヶ" else x for x in name)
    return hiragana if "ー" not in name else name


def _branch(name: str, chance: random.Random) -> str:
    return f"{name}　{chance.choice(BRANCHES)}"


def _letters(name: str) -> list[int]:
    """Where a slip may happen: not in the legal form, and in no digit or sign."""
    spans = [match.span() for match in _FORM.finditer(name)]
    return [
        place
        for place, letter in enumerate(name)
        if letter.isalpha() and not any(start <= place < end for start, end in spans)
    ]


def _replaced(name: str, chance: random.Random) -> str:
    places = _letters(name)
    place = chance.choice(places) if places else 0
    other = chance.choice([letter for letter in WRONG if letter != name[place]])
    return name[:place] + other + name[place + 1 :] if places else name


def _lost(name: str, chance: random.Random) -> str:
    places = _letters(name)
    place = chance.choice(places) if places else 0
    return name[:place] + name[place + 1 :] if places else name


def _doubled(name: str, chance: random.Random) -> str:
    places = _letters(name)
    place = chance.choice(places) if places else 0
    return name[:place] + name[place] + name[place:] if places else name


def _swapped(name: str, chance: random.Random) -> str:
    places = [p for p in _letters(name) if p + 1 in _letters(name) and name[p] != name[p + 1]]
    place = chance.choice(places) if places else 0
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :] if places else name


CERTAIN = ("name", "spelling")  # reasons by which names are one
KINDS: Mapping[str, Change] = {
    "legal form before or after": _moved,
    "legal form abbreviated": _shortened,
    "legal form left out": _dropped,
    "half width": _narrow,
    "older kanji": _old_kanji,
    "spaces": _spaced,
    "kana": _kana,
    "branch added": _branch,
    "letter replaced": _replaced,
    "letter lost": _lost,
    "letter doubled": _doubled,
    "neighbours swapped": _swapped,
}
SPELLINGS = frozenset(list(KINDS)[:7])  # other spellings of one name; the rest are other names


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of an office: which one, how it was changed, and its name."""

    office: int
    kind: str
    name: str


@dataclass(slots=True)
class Said:
    """Pairs that were said, and how many of them are one office, or offices of one name."""

    pairs: int = 0
    right: int = 0

    def add(self, right: bool) -> None:
        """Nothing; the pair is counted."""
        self.pairs += 1
        self.right += right


@dataclass(slots=True)
class Found:
    """Of the copies of a kind: how many there are, were found for certain, and at all; and the
    pairs that were said of them, for certain and at all.
    """

    copies: int = 0
    certain: int = 0
    at_all: int = 0
    said_certain: Said = field(default_factory=Said)
    said: Said = field(default_factory=Said)


def copies(names: Sequence[str]) -> list[Copy]:
    """A copy of each office, changed in the next of the ways that change it at all."""
    chance = random.Random(SEED)
    kinds = list(KINDS.items())
    found = []
    for office, name in enumerate(names):
        for turn in range(len(kinds)):
            kind, change = kinds[(office + turn) % len(kinds)]
            changed = change(name, chance)
            if changed != name:
                found.append(Copy(office, kind, changed))
                break
    return found


def measured(
    names: Sequence[str], changed: Sequence[Copy], pairs: Sequence[Pair]
) -> tuple[dict[str, Found], dict[str, Said]]:
    """What was found by kind of change, and said by reason; records are offices, then copies.

    A pair is right when both are one office, or offices of one name. Two offices of one name are
    not counted: they are in the file itself.
    """
    of = [*range(len(names)), *(copy.office for copy in changed)]
    identity = [bare(names[office]) for office in of]
    certain, at_all = _Joined(len(of)), _Joined(len(of))
    kinds: dict[str, Found] = {kind: Found() for kind in KINDS}
    said: dict[str, Said] = {}
    for one, other in dict.fromkeys(pair[:2] for pair in pairs if pair.reason in CERTAIN):
        certain.join(one, other)
    for pair in {pair[:2]: pair for pair in reversed(pairs)}.values():
        at_all.join(pair.one, pair.other)
        right = identity[pair.one] == identity[pair.other]
        if right and max(pair.one, pair.other) < len(names):
            continue
        said.setdefault(pair.reason, Said()).add(right)
        for place in (pair.one, pair.other):
            if place >= len(names):
                found = kinds[changed[place - len(names)].kind]
                found.said.add(right)
                if pair.reason in CERTAIN:
                    found.said_certain.add(right)
    for place, copy in enumerate(changed, start=len(names)):
        found = kinds[copy.kind]
        found.copies += 1
        found.certain += certain.head(copy.office) == certain.head(place)
        found.at_all += at_all.head(copy.office) == at_all.head(place)
    return kinds, said


class _Joined:
    def __init__(self, count: int) -> None:
        self._to = list(range(count))

    def head(self, one: int) -> int:
        while self._to[one] != one:
            one = self._to[one]
        return one

    def join(self, one: int, other: int) -> None:
        first, last = sorted((self.head(one), self.head(other)))
        self._to[last] = first


def main(path: Path) -> None:
    """Nothing; the table is printed."""
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    os.environ.setdefault("TEICHAKU_SECRET_KEY", "office-names")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teichaku.config.settings")
    import django

    django.setup()
    from teichaku.leads.duplicates import CompanyRow, company_pairs
    from teichaku.leads.names import company_name_key, company_spelling_key

    names = offices(path)
    changed = copies(names)
    keys = [company_name_key(name) for name in (*names, *(copy.name for copy in changed))]
    rows = [CompanyRow(n, key, "", "", company_spelling_key(key)) for n, key in enumerate(keys)]
    begun = time.perf_counter()
    pairs = list(company_pairs(rows, lambda done, whole: None))
    seconds = time.perf_counter() - begun
    kinds, said = measured(names, changed, pairs)
    print("\n".join(tables(kinds, said)))
    print(f"\n{len(rows):,} companies compared in {seconds:.1f} s")


def tables(kinds: Mapping[str, Found], said: Mapping[str, Said]) -> list[str]:
    """The lines of the documentation's tables."""
    head = "| {} | Copies | Found for certain | of these right | Found at all | of these right |"
    lines: list[str] = []
    for title, wanted in (("Other spelling", True), ("Other name", False)):
        lines += [head.format(title), "|---|---:|---:|---:|---:|---:|"]
        for kind, found in kinds.items():
            if (kind in SPELLINGS) is wanted:
                shown = (
                    _rate(found.certain, found.copies),
                    _rate(found.said_certain.right, found.said_certain.pairs),
                    _rate(found.at_all, found.copies),
                    _rate(found.said.right, found.said.pairs),
                )
                lines.append(f"| {kind} | {found.copies:,} | {' | '.join(shown)} |")
        lines.append("")
    lines += ["| Reason | Pairs | Right |", "|---|---:|---:|"]
    for reason, told in said.items():
        lines.append(f"| {reason} | {told.pairs:,} | {_rate(told.right, told.pairs)} |")
    return lines


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.4f}" if whole else "–"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
