"""A users file as people: lines put together, bad ones left out with their reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.utils.translation import gettext as _

from teichaku.accounts.models import Role, User
from teichaku.accounts.names import folded_email, folded_name, is_email, is_full_name

LONGEST_TEXT = 200
TEXTS = ("external_id", "email", "name", "role", "department", "team", "manager")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of a users file; blank means that the file does not say."""

    line: int
    external_id: str = ""
    email: str = ""
    name: str = ""
    role: str = ""
    department: str = ""
    team: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class RejectedPerson:
    """A line that was left out, and why."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PeopleImported:
    """What became of a users file: people, and the lines that were left out."""

    created: int
    updated: int
    unchanged: int
    rejected: tuple[RejectedPerson, ...]


@dataclass(slots=True, eq=False)
class Person:
    """All lines that speak of one person, put together."""

    rows: list[PersonRow]
    external_ids: frozenset[str]
    email: str
    name: str
    shown_name: str
    department: str
    manager: str
    roles: frozenset[Role]
    teams: frozenset[str]
    user: User | None = None

    @property
    def only_named(self) -> bool:
        """Whether neither an id nor an e-mail address says who is meant, but a name alone."""
        return not self.external_ids and not self.email

    def rejected(self, code: str, message: str) -> Iterator[RejectedPerson]:
        """Every line of the person, left out for one reason."""
        for row in self.rows:
            yield RejectedPerson(line=row.line, code=code, message=message)


def people_collect(rows: Sequence[PersonRow]) -> tuple[list[Person], list[RejectedPerson]]:
    """People, each with all lines of one external id or e-mail address, and the unusable lines.

    Neither depends on the order of the lines: of two values that contradict each other the one
    that sorts last is taken.
    """
    good: list[PersonRow] = []
    bad: list[RejectedPerson] = []
    for row in rows:
        clean = _trimmed(row)
        problem = _problem(clean)
        if problem is None:
            good.append(clean)
        else:
            bad.append(problem)
    groups, several = _joined_by_name(_groups(good))
    bad += several
    people = [_merged(group) for group in groups]
    return sorted(people, key=lambda p: (sorted(p.external_ids), p.email, p.name)), bad


def role_of(text: str) -> Role | None:
    """The role that the text names by its key, or None."""
    key = text.strip().lower().replace(" ", "_").replace("-", "_")
    return Role(key) if key in Role.values else None


def _trimmed(row: PersonRow) -> PersonRow:
    texts = {name: getattr(row, name).strip() for name in TEXTS}
    return PersonRow(line=row.line, **{**texts, "email": folded_email(row.email)})


def _problem(row: PersonRow) -> RejectedPerson | None:
    if not (row.external_id or row.email or is_full_name(row.name)):
        message = _(
            "The line has no id, no e-mail address and no full name, so nobody can be told by it."
            " Fill in one of them."
        )
        return RejectedPerson(row.line, "nobody", message)
    if row.email and not is_email(row.email):
        message = _("%(text)s is no e-mail address. Correct it or leave it blank.")
        return RejectedPerson(row.line, "bad_email", message % {"text": row.email})
    if row.role and role_of(row.role) is None:
        message = _("There is no role %(text)s. Use one of: %(roles)s.")
        return RejectedPerson(
            row.line, "unknown_role", message % {"text": row.role, "roles": ", ".join(Role.values)}
        )
    too_long = next((name for name in TEXTS if len(getattr(row, name)) > LONGEST_TEXT), None)
    if too_long is not None:
        message = _("%(field)s is longer than %(limit)s characters. Shorten it.")
        return RejectedPerson(
            row.line, "too_long", message % {"field": too_long, "limit": LONGEST_TEXT}
        )
    return None


def _keys(row: PersonRow) -> list[tuple[str, str]]:
    keys = [("id", row.external_id), ("email", row.email)]
    return [key for key in keys if key[1]] or [("name", folded_name(row.name))]


def _groups(rows: Iterable[PersonRow]) -> list[list[PersonRow]]:
    found: dict[tuple[str, str], list[PersonRow]] = {}
    for row in rows:
        keys = _keys(row)
        joined = {id(group): group for key in keys if (group := found.get(key)) is not None}
        group = [row, *(known for known_rows in joined.values() for known in known_rows)]
        for key in {key for known in group for key in _keys(known)}:
            found[key] = group
    return list({id(group): group for group in found.values()}.values())


def _joined_by_name(
    groups: Iterable[list[PersonRow]],
) -> tuple[list[list[PersonRow]], list[RejectedPerson]]:
    # A line that says a name and nothing else means the only person of that name in the file.
    identified: dict[str, list[list[PersonRow]]] = defaultdict(list)
    only_named: list[list[PersonRow]] = []
    for group in groups:
        if any(row.external_id or row.email for row in group):
            identified[folded_name(_shown_name(group))].append(group)
        else:
            only_named.append(group)
    kept = [group for same in identified.values() for group in same]
    bad: list[RejectedPerson] = []
    for group in only_named:
        same = identified.get(folded_name(group[0].name), [])
        if len(same) > 1:
            bad.extend(namesakes(group))
        elif same:
            same[0].extend(group)
        else:
            kept.append(group)
    return kept, bad


def namesakes(rows: Iterable[PersonRow]) -> list[RejectedPerson]:
    """Lines that say nothing but a name which several people have."""
    message = _("Several people are called %(name)s. Add the id or the e-mail address.")
    return [RejectedPerson(row.line, "namesakes", message % {"name": row.name}) for row in rows]


def _latest(rows: Iterable[PersonRow], name: str) -> str:
    values: list[str] = [getattr(row, name) for row in rows]
    return max(values, key=str.encode)


def _shown_name(rows: Sequence[PersonRow]) -> str:
    return _latest(rows, "name") or _latest(rows, "email") or _latest(rows, "external_id")


def _merged(rows: list[PersonRow]) -> Person:
    return Person(
        rows=sorted(rows, key=attrgetter("line")),
        external_ids=frozenset(row.external_id for row in rows if row.external_id),
        roles=frozenset(role for row in rows if (role := role_of(row.role)) is not None),
        teams=frozenset(row.team for row in rows if row.team),
        email=_latest(rows, "email"),
        name=_latest(rows, "name"),
        shown_name=_shown_name(rows),
        department=_latest(rows, "department"),
        manager=_latest(rows, "manager"),
    )
