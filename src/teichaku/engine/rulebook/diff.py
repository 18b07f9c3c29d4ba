"""What changed between two rulebooks, in sentences; no change is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teichaku.engine.rulebook.base import Part
from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.hashes import canonical, rulebook_hash
from teichaku.engine.rulebook.load import plain
from teichaku.engine.rulebook.model import (
    BehaviourGroup,
    BehaviourRule,
    BreachStep,
    FieldRule,
    Fit,
    FitRule,
    GateRule,
    InputRule,
    Kpi,
    MeetingSeries,
    Mql,
    Route,
    Rulebook,
    RuleTest,
    Scoring,
    Stage,
)
from teichaku.engine.rulebook.predicates import AnyPredicate, Clause, Combination, EventMatch
from teichaku.engine.rulebook.prose.names import Names, names_of
from teichaku.engine.rulebook.prose.voice import Voice, voice
from teichaku.engine.rulebook.show import rule_sentence, section_lines

_RULES = BehaviourRule | FitRule | Mql | InputRule | GateRule | MeetingSeries
_NAMED = (
    BehaviourGroup,
    BehaviourRule,
    FitRule,
    Stage,
    InputRule,
    GateRule,
    MeetingSeries,
    FieldRule,
)
_WHOLE = (EventMatch, Route, BreachStep, RuleTest)
_LISTS = ("inputs", "gates", "meetings")


def diff(old: Rulebook, new: Rulebook, lang: str) -> list[str]:
    """Sentences in ``ja`` or ``en`` in document order, or one that says that nothing changed."""
    words = voice(lang)
    if rulebook_hash(old) == rulebook_hash(new):
        return [words.unchanged()]
    return list(_Comparison(lang, words, names_of(old), names_of(new)).rulebook(old, new))


@dataclass(frozen=True, slots=True)
class _Comparison:
    lang: str
    words: Voice
    old_names: Names
    new_names: Names

    def rulebook(self, old: Rulebook, new: Rulebook) -> Iterator[str]:
        """Every difference, section by section."""
        for key in Rulebook.model_fields:
            before, after = getattr(old, key), getattr(new, key)
            if _same(before, after):
                continue
            place = self.words.part_name("Rulebook", key, self.new_names)
            if key == "scoring":
                yield from self._scoring(before or Scoring(), after or Scoring())
            elif key in _LISTS:
                yield from self._listed(place, place, before, after)
            elif key == "kpis":
                yield from self._kpis(place, before or {}, after or {})
            elif before is None and after is not None and isinstance(after, Part):
                yield self.words.added(place, self._whole(new, key, self.new_names))
            elif after is None and before is not None and isinstance(before, Part):
                yield self.words.removed(place, self._whole(old, key, self.old_names))
            elif isinstance(after, Mql):
                yield from self._part(self._place(after), "", before, after)
            elif isinstance(after, Part):
                yield from self._part(place, "", before, after)
            else:
                yield self._changed(self.words.DOCUMENT, "Rulebook", key, "", before, after)

    def _whole(self, rulebook: Rulebook, key: str, names: Names) -> str:
        part = getattr(rulebook, key)
        if isinstance(part, Mql):
            return rule_sentence(part, self.lang, names)
        return " ".join(text for _, text in section_lines(rulebook, key, self.lang))

    def _place(self, part: Any) -> str:
        name = part.group if isinstance(part, BehaviourGroup) else getattr(part, "id", None)
        if isinstance(part, FieldRule):
            return self._value("What", "fields", FieldRule(name=part.name), self.new_names)
        return self.words.rule_place(name or "", getattr(part, "label", None))

    def _value(self, part: str, key: str, value: object, names: Names) -> str:
        return self.words.value_words(part, key, value, names)

    def _changed(
        self, place: str, part: str, key: str, outer: str, old: object, new: object
    ) -> str:
        name = self.words.within_part(outer, self.words.part_name(part, key, self.new_names))
        before = self._value(part, key, old, self.old_names)
        after = self._value(part, key, new, self.new_names)
        return self.words.changed(place, name or place, before, after)

    def _part(self, place: str, outer: str, old: Part, new: Part) -> Iterator[str]:
        """The fields of one part that differ; ``outer`` names the part within its rule."""
        kind = type(new).__name__
        for attribute, info in type(new).model_fields.items():
            key = info.alias or attribute
            before, after = getattr(old, attribute), getattr(new, attribute)
            if _same(before, after):
                continue
            inner = self.words.within_part(outer, self.words.part_name(kind, key, self.new_names))
            if _is_condition(before) and _is_condition(after):
                yield from self._condition(place, inner, before, after)
            elif _named(before) or _named(after):
                yield from self._listed(place, inner, before, after)
            elif _wholes(before) or _wholes(after):
                yield from self._unnamed(place, inner, kind, key, before, after)
            elif _is_condition(before) or _is_condition(after):
                yield self.words.changed(
                    place, inner, self._condition_words(before), self._condition_words(after)
                )
            elif _walks(before) and _walks(after):
                yield from self._part(place, inner, before, after)
            elif isinstance(before, Mapping) and isinstance(after, Mapping):
                yield from self._levels(place, inner, kind, key, before, after)
            else:
                yield self._changed(place, kind, key, outer, before, after)

    def _condition_words(self, predicate: AnyPredicate | None) -> str:
        if predicate is None:
            return self._value("", "", None, self.new_names)
        return self.words.quote(self.words.predicate_sentence(predicate, self.new_names))

    def _condition(
        self, place: str, name: str, old: AnyPredicate, new: AnyPredicate
    ) -> Iterator[str]:
        """The leaves that differ where the shape is the same, else the whole condition."""
        lists = [_lists(old), _lists(new)] if _combined(old) and _combined(new) else []
        if not lists or lists[0].keys() != lists[1].keys() or not _local(*lists):
            before = self.words.predicate_sentence(old, self.old_names)
            after = self.words.predicate_sentence(new, self.new_names)
            if before == after:  # two notations of one condition
                before, after = canonical(plain(old)), canonical(plain(new))
            yield self.words.changed(place, name, self.words.quote(before), self.words.quote(after))
            return
        for key, before_parts in lists[0].items():
            gone, fresh = _unmatched(before_parts, lists[1][key])
            if len(gone) == len(fresh):
                for before_part, after_part in zip(gone, fresh, strict=True):
                    yield from self._condition(place, name, before_part, after_part)
                continue
            within = self.words.within_part(name, self.words.condition_list(key))
            for part in gone:
                text = self.words.predicate_sentence(part, self.old_names)
                yield self.words.removed(f"{place}: {within}", text)
            for part in fresh:
                text = self.words.predicate_sentence(part, self.new_names)
                yield self.words.added(f"{place}: {within}", text)

    def _listed(
        self, place: str, name: str, old: Sequence[Any], new: Sequence[Any]
    ) -> Iterator[str]:
        """Parts with a name of their own: gone, new, changed, in another order."""
        before, after = _by_name(old), _by_name(new)
        for key, part in before.items():
            if key not in after:
                yield self.words.removed(*self._item(place, name, part, self.old_names))
        for key, part in after.items():
            if key not in before:
                yield self.words.added(*self._item(place, name, part, self.new_names))
            elif not _same(before[key], part):
                yield from self._part(self._inner_place(place, name, part), "", before[key], part)
        yield from self._order(place, name, before, after)

    def _item(self, place: str, name: str, part: Any, names: Names) -> tuple[str, str]:
        if isinstance(part, _RULES):
            return name, rule_sentence(part, self.lang, names)
        where = place if place == name else f"{place}: {name}"
        return where, self._value("", "", part, names)

    def _inner_place(self, place: str, name: str, part: Any) -> str:
        if isinstance(part, _RULES):
            return self._place(part)
        return f"{place}: {self._place(part)}"

    def _order(
        self, place: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> Iterator[str]:
        if [key for key in old if key in new] != [key for key in new if key in old]:
            yield self.words.reordered(place, name, [self._short(part) for part in new.values()])

    def _short(self, part: Any) -> str:
        return str(getattr(part, "label", None) or _name(part))

    def _unnamed(
        self, place: str, name: str, kind: str, key: str, old: Sequence[Any], new: Sequence[Any]
    ) -> Iterator[str]:
        """Parts without a name: each one gone or new, else the new order."""
        gone, fresh = _unmatched(old, new)
        where = place if not name else f"{place}: {name}"
        for part in gone:
            yield self.words.removed(where, self._value(kind, key, part, self.old_names))
        for part in fresh:
            yield self.words.added(where, self._value(kind, key, part, self.new_names))
        if not gone and not fresh:
            order = [self._value(kind, key, part, self.new_names) for part in new]
            yield self.words.reordered(place, name, order)

    def _levels(
        self, place: str, name: str, kind: str, key: str,
        old: Mapping[str, Any], new: Mapping[str, Any],
    ) -> Iterator[str]:  # fmt: skip
        """A table of thresholds, entry by entry."""
        for entry in {**old, **new}:
            before, after = old.get(entry), new.get(entry)
            if not _same(before, after):
                yield self.words.changed(
                    place, self.words.within_part(name, entry),
                    self._value(kind, key, before, self.old_names),
                    self._value(kind, key, after, self.new_names),
                )  # fmt: skip

    def _kpis(self, place: str, old: Mapping[str, Kpi], new: Mapping[str, Kpi]) -> Iterator[str]:
        for key, kpi in old.items():
            if key not in new:
                yield self.words.removed(place, self.words.kpi_line(key, kpi, self.old_names))
        for key, kpi in new.items():
            if key not in old:
                yield self.words.added(place, self.words.kpi_line(key, kpi, self.new_names))
            elif not _same(old[key], kpi):
                yield from self._kpi(self.words.rule_place(key, kpi.label), key, old[key], kpi)
        if not old and not new:
            yield self.words.removed(place, "{}")

    def _kpi(self, place: str, key: str, old: Kpi, new: Kpi) -> Iterator[str]:
        if not _same(old.target, new.target):
            yield self.words.changed(
                place, self.words.part_name("Kpi", "target", self.new_names),
                self._value("Kpi", f"target.{key}", old.target, self.old_names),
                self._value("Kpi", f"target.{key}", new.target, self.new_names),
            )  # fmt: skip
        yield from self._part(place, "", old.model_copy(update={"target": new.target}), new)

    def _scoring(self, old: Scoring, new: Scoring) -> Iterator[str]:
        """Groups, then rules wherever they stand, then fit, limits and grades."""
        place = self.words.part_name("Rulebook", "scoring", self.new_names)
        before, after = _by_name(old.behaviour), _by_name(new.behaviour)
        for key, group in before.items():
            if key not in after:
                yield self.words.removed(place, self._group_words(group))
        for key, group in after.items():
            if key not in before:
                yield self.words.added(place, self._group_words(group))
            else:
                shell = before[key].model_copy(update={"rules": group.rules})
                yield from self._part(self._place(group), "", shell, group)
        name = self.words.part_name("Scoring", "behaviour", self.new_names)
        yield from self._order(place, name, before, after)
        yield from self._behaviour(before, after)
        fit_name = self.words.FIT_HEADING
        yield from self._listed(fit_name, fit_name, _fit(old), _fit(new))
        bare = {"behaviour": (), "fit": None}
        yield from self._part(place, "", old.model_copy(update=bare), new.model_copy(update=bare))

    def _group_words(self, group: BehaviourGroup) -> str:
        return f"{self._place(group)} {self.words.group_limits(group)}".strip()

    def _behaviour(
        self, old: Mapping[str, BehaviourGroup], new: Mapping[str, BehaviourGroup]
    ) -> Iterator[str]:
        """Rules by id over all groups, so that a move is told as a move."""
        before, after = _homes(old), _homes(new)
        name = self.words.part_name("BehaviourGroup", "rules", self.new_names)
        for key, (rule, _) in before.items():
            if key not in after:
                yield self.words.removed(name, rule_sentence(rule, self.lang, self.old_names))
        for key, (rule, home) in after.items():
            if key not in before:
                yield self.words.added(name, rule_sentence(rule, self.lang, self.new_names))
                continue
            if before[key][1] != home:
                old_home = self._place(old[before[key][1]])
                yield self.words.moved(self._place(rule), old_home, self._place(new[home]))
            yield from self._part(self._place(rule), "", before[key][0], rule)
        for key, group in new.items():
            if key in old:
                rules = [_by_name(old[key].rules), _by_name(group.rules)]
                yield from self._order(self._place(group), name, *rules)


def _same(old: object, new: object) -> bool:
    return canonical(_data(old)) == canonical(_data(new))


def _data(value: Any) -> Any:
    if isinstance(value, Part):
        return plain(value)
    if isinstance(value, Duration):
        return str(value)
    if isinstance(value, tuple):
        return [_data(item) for item in value]
    return {key: _data(item) for key, item in value.items()} if isinstance(value, dict) else value


def _name(part: Any) -> str:
    if isinstance(part, BehaviourGroup):
        return part.group
    return str(part.name if isinstance(part, FieldRule) else part.id)


def _by_name(parts: Sequence[Any]) -> dict[str, Any]:
    return {_name(part): part for part in parts}


def _homes(groups: Mapping[str, BehaviourGroup]) -> dict[str, tuple[BehaviourRule, str]]:
    return {rule.id: (rule, key) for key, group in groups.items() for rule in group.rules}


def _fit(scoring: Scoring) -> tuple[FitRule, ...]:
    fit: Fit | None = scoring.fit
    return fit.rules if fit else ()


def _named(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], _NAMED)


def _wholes(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], _WHOLE)


def _walks(value: object) -> bool:
    return isinstance(value, Part) and not isinstance(value, _WHOLE)


def _is_condition(value: object) -> bool:
    return isinstance(value, Clause | Combination)


def _combined(value: object) -> bool:
    return isinstance(value, Combination)


def _lists(value: Any) -> dict[str, tuple[AnyPredicate, ...]]:
    lists = {"all": value.all_, "any": value.any_, "none": value.none_}
    return {key: parts for key, parts in lists.items() if parts}


_Parts = Mapping[str, Sequence[AnyPredicate]]


def _local(old: _Parts, new: _Parts) -> bool:
    """Whether the difference shows in single parts; a pure change of order does not."""
    return all(_same(old[key], new[key]) or any(_unmatched(old[key], new[key])) for key in old)


def _unmatched(old: Sequence[Any], new: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """What each side has that the other has not, repeated parts counted."""
    gone, fresh = list(old), []
    matches: Callable[[Any, Any], bool] = _same
    for part in new:
        twin = next((index for index, other in enumerate(gone) if matches(other, part)), None)
        if twin is None:
            fresh.append(part)
        else:
            del gone[twin]
    return gone, fresh
