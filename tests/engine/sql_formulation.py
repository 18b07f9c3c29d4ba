"""First qualifications in one SQL query, for rulebooks that SQL can say.

An independent check of the engine, and what it is measured against: window functions over tables
of DuckDB, events of no interest joined away, leads that can never qualify left out, rules that
decay alike summed in one column. Event matching is the oracle's, done once per kind of event.

What SQL can say: positive points without caps, that stay, halve, fade or expire after days or
hours; limits of groups and of the total; fit; an MQL definition in which scores and events only
help (never under ``none``), with windows of days or hours. Then a lead can begin to qualify only
at its creation or at an event, and that is where the query looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
from tests.engine import oracle

from teichaku.engine.columns import Columns
from teichaku.engine.facts import EventFact
from teichaku.engine.program import Signature
from teichaku.engine.rulebook.durations import DAY_US, Duration
from teichaku.engine.rulebook.model import BehaviourRule, Rulebook, ScoreRange, Scoring
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Combination,
    CountClause,
    DaysClause,
    EventMatch,
    LastClause,
    RisingClause,
    ScoreClause,
)
from teichaku.engine.rulebook.zones import fixed_offset

NO_EVENT = -1  # the signature of a lead's creation


def expressible(rulebook: Rulebook) -> bool:
    """Whether the query means the same as the rulebook."""
    rules = oracle.rules_of(rulebook)
    return (
        rulebook.mql is not None
        and all(_rule_expressible(rule) for rule in rules)
        and _only_helps(rulebook.mql.when, helps=True)
    )


def _rule_expressible(rule: BehaviourRule) -> bool:
    return rule.points >= 0 and rule.cap is None and _exact(rule.expires)


def _only_helps(part: AnyPredicate, *, helps: bool) -> bool:
    if isinstance(part, Combination):
        inner = [*(part.all_ or ()), *(part.any_ or ())]
        return all(_only_helps(p, helps=helps) for p in inner) and all(
            _only_helps(p, helps=not helps) for p in part.none_ or ()
        )
    if isinstance(part, RisingClause):
        return False
    if isinstance(part, CountClause | DaysClause | LastClause):
        return helps and _exact(part.within)
    return helps or not isinstance(part, ScoreClause) or part.score == "fit"


def _exact(window: Duration | None) -> bool:
    return window is None or window.unit != "mo"


def database(columns: Columns) -> duckdb.DuckDBPyConnection:
    """The histories in tables of DuckDB's own, sorted as they come."""
    rows = np.arange(columns.leads, dtype=np.int32)
    attributes = columns.attributes
    leads = pa.table(
        {
            "lead ": rows,
            "created ": columns.created,
            **dict(zip(attributes.column_names, attributes.columns, strict=True)),
        }
    )
    events = pa.table(
        {
            "lead": np.repeat(rows, np.diff(columns.offsets)),
            "instant": columns.at,
            "sig": columns.sig,
        }
    )
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, table in (("leads", leads), ("events", events)):
        connection.register("arriving", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")
        connection.unregister("arriving")
    return connection


def first_qualifications(
    connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, columns: Columns, until: int
) -> dict[str, np.ndarray]:
    """Per qualified lead, in order of leads: lead, instant, behaviour, fit, total in micro."""
    if not expressible(rulebook):
        raise ValueError("this rulebook cannot be said in SQL")
    query = _Query(rulebook, columns.attributes.schema)
    connection.register("shapes", query.shapes(columns.signatures))
    return connection.execute(query.text(until)).fetchnumpy()


@dataclass(frozen=True)
class _Pool:
    """Hits of one group that decay alike and expire alike."""

    group: int
    decay: str
    length: int
    until: Duration | None


@dataclass
class _Query:
    rulebook: Rulebook
    schema: pa.Schema
    marks: dict[str, EventMatch] = field(default_factory=dict)  # columns: 1 where it matches
    points: dict[str, list[BehaviourRule]] = field(default_factory=dict)
    prepared: dict[str, str] = field(default_factory=dict)  # columns before the windows
    windows: dict[str, str] = field(default_factory=dict)
    pools: dict[_Pool, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)  # columns of the lead
    fits: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        scoring = self.rulebook.scoring or Scoring()
        pooled: dict[_Pool, list[BehaviourRule]] = {}
        for number, group in enumerate(scoring.behaviour):
            for rule in group.rules:
                pooled.setdefault(_pool(number, rule), []).append(rule)
        for number, (pool, rules) in enumerate(pooled.items()):
            self.points[f"p{number}"] = rules
            self.pools[pool] = self._pool_value(f"p{number}", pool)
        for fit in scoring.fit.rules if scoring.fit else ():
            self.fits.append((self._condition(fit.when), oracle.micro(fit.points)))
        mql = self.rulebook.mql
        assert mql is not None
        self.holds = self._condition(mql.when)
        self.possible = self._condition(mql.when, only_lead=True)

    # ---- Columns

    def shapes(self, signatures: Sequence[Signature]) -> pa.Table:
        """What each kind of event adds to each pool and clause; those that add nothing left out."""
        points = {
            name: [
                sum(oracle.micro(rule.points) for rule in rules if _meant(rule.when, s))
                for s in signatures
            ]
            for name, rules in self.points.items()
        }
        marks = {
            name: [int(_meant(match, s)) for s in signatures] for name, match in self.marks.items()
        }
        matches = [rule.when for rules in self.points.values() for rule in rules]
        matches += self.marks.values()
        relevant = [any(_meant(match, s) for match in matches) for s in signatures]
        numbers = pa.array([*range(len(signatures)), NO_EVENT], pa.int32())
        columns: dict[str, pa.Array] = {"sig": numbers}
        columns |= {name: pa.array([*row, 0], pa.float64()) for name, row in points.items()}
        columns |= {name: pa.array([*row, 0], pa.int32()) for name, row in marks.items()}
        return pa.table(columns).filter(pa.array([*relevant, True], pa.bool_()))

    def _pool_value(self, column: str, pool: _Pool) -> str:
        # 2^(-(t-s)/h) = 2^(-t/h) * 2^(s/h), and p*(1-(t-s)/d) = p - t*p/d + p*s/d: sums over s.
        if pool.decay == "half_life":
            self.prepared[f"{column}_h"] = f"{column} * pow(2.0, t / {pool.length}.0)"
            return f"{self._sum(f'{column}_h', pool.until)} * pow(2.0, -t / {pool.length}.0)"
        if pool.decay == "linear":
            self.prepared[f"{column}_l"] = f"{column} * (t / {pool.length}.0)"
            alive, begun = self._sum(column, pool.until), self._sum(f"{column}_l", pool.until)
            return f"({alive} - (t / {pool.length}.0) * {alive} + {begun})"
        return self._sum(column, pool.until)

    def _sum(self, column: str, window: Duration | None) -> str:
        return self._window(f"sum({column})", window)

    def _window(self, aggregate: str, window: Duration | None) -> str:
        reach = "UNBOUNDED" if window is None else window.microseconds - 1
        text = (
            f"{aggregate} OVER (PARTITION BY lead ORDER BY t"
            f" RANGE BETWEEN {reach} PRECEDING AND CURRENT ROW)"
        )
        return self.windows.setdefault(text, f"w{len(self.windows)}")

    def _mark(self, match: EventMatch) -> str:
        for name, known in self.marks.items():
            if known == match:
                return name
        name = f"m{len(self.marks)}"
        self.marks[name] = match
        return name

    # ---- Conditions

    def _condition(self, part: AnyPredicate, *, only_lead: bool = False) -> str:
        """SQL for the condition; ``only_lead``: what must be true of the lead for it to hold."""
        if isinstance(part, Combination):
            return self._combination(part, only_lead=only_lead)
        if isinstance(part, AttributeClause):
            return self._fact(f"coalesce({self._attribute(part)}, false)")
        if isinstance(part, ScoreClause) and part.score == "fit":
            return f"(fit >= {oracle.micro(part.at_least)})"
        if only_lead:
            return "true"
        if isinstance(part, ScoreClause):
            return f"({part.score} >= {oracle.micro(part.at_least)})"
        return self._events(part)

    def _combination(self, part: Combination, *, only_lead: bool) -> str:
        def inner(parts: Sequence[AnyPredicate] | None) -> list[str]:
            return [self._condition(p, only_lead=only_lead) for p in parts or ()]

        either = [f"({' OR '.join(inner(part.any_))})"] if part.any_ else []
        refused = [f"NOT {text}" for text in inner(part.none_)]
        return f"({' AND '.join([*inner(part.all_), *either, *refused])})"

    def _events(self, clause: AnyPredicate) -> str:
        if isinstance(clause, DaysClause):
            return self._days(clause)
        if isinstance(clause, CountClause) and clause.at_least > 1:
            return f"({self._sum(self._mark(clause.count), clause.within)} >= {clause.at_least})"
        assert isinstance(clause, CountClause | LastClause)
        match = clause.count if isinstance(clause, CountClause) else clause.last
        return self._within(self._latest(self._mark(match)), clause.within)

    def _latest(self, mark: str) -> str:
        """The instant of the latest event with the mark; much cheaper than a sum over a frame."""
        return self._window(f"last_value(CASE WHEN {mark} = 1 THEN t END IGNORE NULLS)", None)

    def _within(self, instant: str, window: Duration | None) -> str:
        if window is None:
            return f"({instant} IS NOT NULL)"
        return f"coalesce({instant} > t - {window.microseconds}, false)"

    def _days(self, clause: DaysClause) -> str:
        """Last events of their days within the window, and today unless its last is among them."""
        mark = self._mark(clause.days)
        last = f"{mark}_last"
        self.prepared[last] = (
            f"CASE WHEN {mark} = 1 AND coalesce(lead(day) OVER"
            f" (PARTITION BY lead, {mark} ORDER BY t) <> day, true) THEN 1 ELSE 0 END"
        )
        latest, ended = self._latest(mark), self._latest(last)
        today = (
            f"({self._within(latest, clause.within)} AND {latest} >= today"
            f" AND coalesce({ended} < today, true))::INTEGER"
        )
        return f"({self._sum(last, clause.within)} + {today} >= {clause.at_least})"

    def _fact(self, text: str) -> str:
        return self.facts.setdefault(text, f"a{len(self.facts)}")

    def _attribute(self, clause: AttributeClause) -> str:
        if clause.attribute not in self.schema.names:
            return "false"
        kind = self.schema.field(clause.attribute).type
        column = f'"{clause.attribute}"'
        if clause.between is not None:
            return _between(clause, kind, column)
        if clause.matches is not None:
            text = pa.types.is_dictionary(kind)
            return f"regexp_matches({column}, {_literal(clause.matches)})" if text else "false"
        given = [clause.is_] if clause.is_ is not None else list(clause.in_ or ())
        if pa.types.is_dictionary(kind):
            wanted = [_literal(v.strip()) for v in given if isinstance(v, str)]
            column = f"trim({column})"
        elif pa.types.is_boolean(kind):
            wanted = [str(v).lower() for v in given if isinstance(v, bool)]
        elif pa.types.is_floating(kind):
            wanted = [repr(float(v)) for v in given if type(v) in {int, float}]
        else:
            wanted = []
        return f"{column} IN ({', '.join(wanted)})" if wanted else "false"

    # ---- The query

    def text(self, until: int) -> str:
        """The query."""
        zone = int(fixed_offset(self.rulebook.timezone).total_seconds()) * oracle.MICRO
        facts = [f"{text} AS {name}" for text, name in self.facts.items()]
        prepared = [f"{value} AS {name}" for name, value in self.prepared.items()]
        windows = [f"{text} AS {name}" for text, name in self.windows.items()]
        limits = (self.rulebook.scoring or Scoring()).range or ScoreRange()
        total = _clamped("behaviour + fit", limits.min, limits.max)
        carried = ["fit", *self.facts.values(), *self.points, *self.marks]
        return f"""
        WITH facts AS (
            SELECT "lead " AS lead, "created " AS created{_more(facts)} FROM leads
        ), fitting AS (
            SELECT *, {self._fit()} AS fit FROM facts
        ), possible AS (
            SELECT * FROM fitting WHERE created <= {until} AND {self.possible}
        ), happened AS (
            SELECT lead, instant, sig FROM events WHERE instant <= {until}
            UNION ALL
            SELECT lead, created, {NO_EVENT} FROM possible
        ), hits AS (
            SELECT lead, instant, instant - created AS t,
                (instant + {zone}) // {DAY_US} AS day{_more(carried)}
            FROM happened JOIN shapes USING (sig) JOIN possible USING (lead)
        ), prepared AS (
            SELECT *, day * {DAY_US} - {zone} - instant + t AS today{_more(prepared)} FROM hits
        ), summed AS (
            SELECT *{_more(windows)} FROM prepared
        ), scored AS (
            SELECT *, {self._behaviour()} AS behaviour FROM summed
        ), judged AS (
            SELECT *, {total} AS total FROM scored
        )
        SELECT lead, min(instant) AS instant, arg_min(behaviour, instant) AS behaviour,
               any_value(fit) AS fit, arg_min(total, instant) AS total
        FROM judged WHERE {self.holds} GROUP BY lead ORDER BY lead
        """

    def _fit(self) -> str:
        rules = [f"CASE WHEN {truth} THEN {points} ELSE 0 END" for truth, points in self.fits]
        return f"({' + '.join(['0', *rules])})::BIGINT"

    def _behaviour(self) -> str:
        """Clamped groups in micro, rounded half-even at a millionth of a micro, then at a micro."""
        groups = []
        for number, group in enumerate((self.rulebook.scoring or Scoring()).behaviour):
            values = [value for pool, value in self.pools.items() if pool.group == number]
            groups.append(_clamped(" + ".join(values), group.min, group.max))
        exact = " + ".join(["0.0", *groups])
        return f"round_even(round_even(({exact}) * 1e6, 0) / 1e6, 0)::BIGINT"


def _pool(group: int, rule: BehaviourRule) -> _Pool:
    lengths = [length for length in (rule.expires, rule.linear) if length is not None]
    until = min(lengths, key=lambda length: length.microseconds, default=None)
    if rule.half_life is not None:
        return _Pool(group, "half_life", rule.half_life.microseconds, until)
    if rule.linear is not None:
        return _Pool(group, "linear", rule.linear.microseconds, until)
    return _Pool(group, "constant", 0, until)


def _meant(match: EventMatch, signature: Signature) -> bool:
    return oracle.is_meant(match, EventFact(0, *signature))


def _clamped(value: str, low: float | None, high: float | None) -> str:
    if low is not None:
        value = f"greatest({value}, {oracle.micro(low)})"
    if high is not None:
        value = f"least({value}, {oracle.micro(high)})"
    return f"({value})"


def _between(clause: AttributeClause, kind: pa.DataType, column: str) -> str:
    assert clause.between is not None
    low, high = clause.between
    if isinstance(low, date) and isinstance(high, date):
        if not pa.types.is_date(kind):
            return "false"
        return f"{column} BETWEEN DATE '{low.isoformat()}' AND DATE '{high.isoformat()}'"
    return f"{column} BETWEEN {low!r} AND {high!r}" if pa.types.is_floating(kind) else "false"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _more(columns: Sequence[str]) -> str:
    return "".join(f", {column}" for column in columns)
