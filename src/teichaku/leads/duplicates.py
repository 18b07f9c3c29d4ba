"""Companies that stand in the data more than once, and what gives them away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Count, F
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from teichaku.leads.alike import (
    Duplicate,
    Groups,
    Pair,
    Progress,
    by_key,
    chained,
    one_letter_apart,
)
from teichaku.leads.models import Company, CompanyIdentity
from teichaku.leads.names import company_spelling_key, email_is_free

SPELLING, BRANCH = 99.0, 80.0
SIMILAR = 87.0  # of 100, letters that agree in order: one wrong letter in eight
SHORTEST = 4  # letters of a name without its legal form; shorter ones agree by chance
PLACE_LONGEST = 8  # letters of a place before 支店 and the like
_SITE = (
    "支店|支社|支部|支所|支局|営業所|出張所|事業所|事業部|事務所|工場|製作所|研究所|本社|本店|本部"
    "|総局|分室|センタ|オフイス|店"
)
_SITE_END = re.compile(f"(?:{_SITE})$")
_SITE_WHOLE = re.compile(rf"\w{{0,{PLACE_LONGEST}}}(?:{_SITE})")
# Names that end so differ by where they are, not by a slip of the pen.
_PLACED = re.compile(
    "(?:支店|支社|支部|支局|工場|本社|本部|センタ|(?<!商)店|(?<!製作)(?<!研究)所|校|大学|学部|園|院|館|署"
    "|局|庁|舎|役場|(?<!商)会|会議|組合|隊|駐屯地|部|室|課)$"
)
_PUBLIC = re.compile(
    "(?:安定所|監督署|税務署|警察署|消防署|法務局|保険事務所|役所|役場|裁判所|検察庁|学校|大学|連合会|組合"
    "|委員会|会議所|支払基金|駐屯地)$"
)
_CONTRASTS = (
    *("東西南北中", "上中下", "大中小", "新旧", "第一二三四五六七八九十", "甲乙丙"),
    *("男女", "左右", "内外", "前後", "春夏秋冬", "本元総"),
)


class CompanyRow(NamedTuple):
    """A company as it is compared."""

    company: int
    name_key: str
    number: str
    domain: str
    spelling: str


def company_duplicates(*, with_branches: bool = False) -> list[Duplicate]:
    """Companies under several ids of one system, with one key, or with nearly the same name.

    Two different corporate numbers say that two companies are not one, whatever else is alike.
    """
    rows = company_rows()
    pairs = company_pairs(rows, lambda done, companies: None)
    wanted = (pair for pair in pairs if with_branches or pair.reason != "branch")
    return company_groups_of(rows, wanted)


def company_rows() -> list[CompanyRow]:
    """The root companies as they are compared."""
    columns = ("pk", "name_key", "corporate_number", "domain")
    roots = Company.objects.filter(root=F("pk")).order_by("pk").values_list(*columns)
    return [
        CompanyRow(company, name, number, domain, company_spelling_key(name))
        for company, name, number, domain in roots.iterator(chunk_size=5_000)
    ]


def company_pairs(rows: Sequence[CompanyRow], progress: Progress) -> Iterator[Pair]:
    """Pairs that look like one, the surest first; ``progress`` hears how many were compared."""
    domains = ((r.company, "" if email_is_free(r.domain) else r.domain) for r in rows)
    exact: tuple[tuple[str, Iterable[tuple[int, str]]], ...] = (
        ("corporate_number", ((row.company, row.number) for row in rows)),
        ("domain", domains),
        ("name", ((row.company, row.name_key) for row in rows)),
    )
    for reason, keyed in exact:
        for key, found in by_key(keyed).items():
            yield from chained(found, reason, str(key))
    for found in by_key((row.company, row.spelling) for row in rows).values():
        yield from chained(found, "spelling", "", SPELLING)
    yield from sorted(_similar(rows, progress), key=lambda pair: (-pair.similarity, pair))
    yield from _branches(rows)


def company_groups_of(rows: Iterable[CompanyRow], pairs: Iterable[Pair]) -> list[Duplicate]:
    """The companies that hang together by these pairs, and single ones with several ids."""
    numbers = {row.company: row.number for row in rows if row.number}
    groups = Groups(lambda members: len({numbers.get(m, "") for m in members} - {""}) > 1)
    for pair in pairs:
        groups.join(pair)
    records = _records()
    found = [
        Duplicate((company,), "several_ids", "", 100.0, count)
        for company, count in records.items()
        if count > 1
    ]
    found += [
        Duplicate(ids, why.reason, why.shared, why.similarity, sum(records.get(c, 1) for c in ids))
        for ids, why in groups.found()
    ]
    return sorted(found, key=lambda group: (-group.similarity, group.ids))


def _records() -> dict[int, int]:
    """How many ids of one system each root company has, of the system that has the most."""
    rows = CompanyIdentity.objects.values("company__root_id", "system").annotate(ids=Count("pk"))
    found: dict[int, int] = {}
    for company, ids in rows.values_list("company__root_id", "ids"):
        found[company] = max(ids, found.get(company, 0))
    return found


def _similar(rows: Sequence[CompanyRow], progress: Progress) -> Iterator[Pair]:
    """Pairs whose names differ by a slip of the pen, if that is little of the whole."""
    companies: dict[str, int] = {}
    for row in rows:
        if len(row.spelling) >= SHORTEST:
            companies.setdefault(row.spelling, row.company)
    for names in one_letter_apart(list(companies), progress, len(rows)):
        if (likeness := _slip(*names)) is not None:
            one, other = sorted(companies[name] for name in names)
            yield Pair(one, other, "similar_name", "", likeness)


def company_names_one(one: str, other: str) -> bool:
    """Whether two spelling keys name one company: equal, a slip of the pen, or with a branch."""
    shorter, longer = sorted((one, other), key=len)
    if one == other or (len(shorter) >= SHORTEST and longer.startswith(shorter)):
        return True
    if len(shorter) < SHORTEST or OSA.distance(one, other, score_cutoff=1) > 1:
        return False
    return _slip(one, other) is not None


def _slip(one: str, other: str) -> float | None:
    """How alike two names are of which one may be a slip of the pen; None where it is none."""
    # Two branches or two plants often differ in nothing but their digits.
    if _digits(one) != _digits(other):
        return None
    likeness = fuzz.ratio(one, other)
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == len(longer):
        if sorted(one) == sorted(other):
            return max(likeness, SIMILAR)  # two neighbours have changed places
        place = next(n for n, pair in enumerate(zip(one, other, strict=True)) if len(set(pair)) > 1)
        return likeness if likeness >= SIMILAR and not _told_apart(one, other, place) else None
    place = next((n for n, letter in enumerate(shorter) if letter != longer[n]), len(shorter))
    if longer[place] in (longer[place - 1 : place] + longer[place + 1 : place + 2]):
        return max(likeness, SIMILAR)  # a letter stands there twice
    # マックス and ヤマックス are two, and so are 高松 and 高松東.
    two = place == 0 or any(longer[place] in contrast for contrast in _CONTRASTS)
    return likeness if likeness >= SIMILAR and not two else None


def _told_apart(one: str, other: str, place: int) -> bool:
    """Whether the letter in which two names differ is what tells two organisations apart."""
    letters = one[place], other[place]
    if any(all(letter in contrast for letter in letters) for contrast in _CONTRASTS):
        return True  # 東日本 and 西日本
    if _PUBLIC.search(one) and _PUBLIC.search(other):
        return True
    ending = _PLACED.search(one)
    # Of 大阪支店 and 大分支店 neither is misspelt.
    return (
        ending is not None
        and _PLACED.search(other) is not None
        and ending.start() - PLACE_LONGEST < place < ending.start()
    )


def _branches(rows: Iterable[CompanyRow]) -> Iterator[Pair]:
    """Companies whose name is that of another one and a place: its 大阪支店, or its 本社."""
    heads: dict[str, int] = {}
    for row in rows:
        heads.setdefault(row.spelling, row.company)
    for row in rows:
        if (head := _head_of(row.spelling, heads)) is not None and head != row.company:
            yield Pair(head, row.company, "branch", "", BRANCH)


def _head_of(name: str, heads: Mapping[str, int]) -> int | None:
    ending = _SITE_END.search(name)
    if ending is None:
        return None
    for end in range(ending.start(), max(ending.start() - PLACE_LONGEST, SHORTEST) - 1, -1):
        head = heads.get(name[:end])
        if head is not None and end >= SHORTEST and _SITE_WHOLE.fullmatch(name[end:]):
            return head
    return None


def _digits(text: str) -> str:
    """The digits of a name, in order."""
    return "".join(filter(str.isdigit, text))
