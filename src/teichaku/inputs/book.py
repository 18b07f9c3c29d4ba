"""The input rules through all editions of the rulebook, and the people they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from teichaku.accounts.models import Absence, RoleGrant
from teichaku.engine.input_facts import Edition, Held, Staff, WatchedRule
from teichaku.engine.obligations import is_watched
from teichaku.engine.rulebook.hashes import rule_hashes
from teichaku.engine.rulebook.model import Calendar, Rulebook
from teichaku.rulebook.models import Activation, Revision
from teichaku.rulebook.selectors import DEFAULT_ZONE, rulebook_of

ONE_DAY = timedelta(days=1)
_Steps = tuple[tuple[datetime, int, str], ...]  # since when which revision was in force, its hash


@dataclass(frozen=True, slots=True)
class InputBook:
    """What is asked of people. ``unwatched``: rules whose entries cannot be followed yet."""

    rules: tuple[WatchedRule, ...]
    unwatched: tuple[str, ...]
    labels: Mapping[str, str]
    staff: Staff
    zone: ZoneInfo

    def awaits(self, prefix: str, about: str) -> bool:
        """Whether any rule about such objects starts at a moment whose name begins like this."""
        return any(
            edition.rule is not None
            and edition.rule.what.object == about
            and (edition.rule.when.after or "").startswith(prefix)
            for rule in self.rules
            for edition in rule.editions
        )

    def live(self, about: str) -> datetime | None:
        """Since when any rule asks about such objects; None: none ever did."""
        return min(
            (
                edition.since
                for rule in self.rules
                for edition in rule.editions
                if edition.rule is not None and edition.rule.what.object == about
            ),
            default=None,
        )


def input_book(planned: tuple[datetime, Rulebook] | None = None) -> InputBook:
    """The rules that were ever asked; with ``planned`` as if that one came into force then."""
    steps = tuple(
        Activation.objects.order_by("effective_from", "pk").values_list(
            "effective_from", "revision_id", "revision__hash"
        )
    )
    rules = _rules(steps) if planned is None else _through([*_books(steps), planned])
    last = planned[1] if planned else _books(steps[-1:])[0][1] if steps else None
    return InputBook(
        rules=rules,
        unwatched=tuple(rule.id for rule in last.inputs if not is_watched(rule)) if last else (),
        labels={rule.id: rule.label or rule.id for rule in last.inputs} if last else {},
        staff=_staff(last),
        zone=ZoneInfo(last.timezone if last else DEFAULT_ZONE),
    )


@lru_cache(maxsize=16)
def _rules(steps: _Steps) -> tuple[WatchedRule, ...]:
    return _through(_books(steps))


def _books(steps: _Steps) -> list[tuple[datetime, Rulebook]]:
    return [(since, _rulebook(revision, digest)) for since, revision, digest in steps]


@lru_cache(maxsize=64)
def _rulebook(revision: int, digest: str) -> Rulebook:
    """The rulebook of a revision; the hash tells two apart that had the same id."""
    return rulebook_of(Revision.objects.values_list("document", flat=True).get(pk=revision))


def _through(books: Sequence[tuple[datetime, Rulebook]]) -> tuple[WatchedRule, ...]:
    """Each rule that was ever there through the rulebooks, oldest first."""
    ids = dict.fromkeys(rule.id for _, book in books for rule in book.inputs)
    told = [(since, {r.id: r for r in book.inputs}, rule_hashes(book)) for since, book in books]
    rules = []
    for name in ids:
        editions: list[Edition] = []
        for since, inputs, hashes in told:
            rule = inputs.get(name)
            if rule is not None and not is_watched(rule):
                rule = None
            digest = hashes[name][1] if rule else ""
            if editions and editions[-1].since == since:
                editions.pop()  # of two that came into force at once the later one counts
            if digest != (editions[-1].hash if editions else ""):
                editions.append(Edition(since, rule, digest))
        if editions:
            rules.append(WatchedRule(name, tuple(editions)))
    return tuple(rules)


def _staff(rulebook: Rulebook | None) -> Staff:
    absences: dict[int, set[date]] = {}
    for person, first, last in Absence.objects.values_list("user_id", "starts_on", "ends_on"):
        absences.setdefault(person, set()).update(_days(first, last))
    grants = RoleGrant.objects.values_list("user_id", "role", "starts_on", "ends_before")
    calendar, zone = Calendar(), DEFAULT_ZONE
    if rulebook is not None:
        calendar, zone = rulebook.calendar or calendar, rulebook.timezone
    return Staff(calendar, zone, absences=absences, roles=[Held(*grant) for grant in grants])


def _days(first: date, last: date) -> Iterable[date]:
    return (first + n * ONE_DAY for n in range((last - first).days + 1))
