"""The rulebook as frozen, validated data: an illegal rulebook cannot exist."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from teichaku.engine.rulebook.base import (
    AtLeastOne,
    Identifier,
    Number,
    Part,
    Several,
    Text,
)
from teichaku.engine.rulebook.durations import (
    DayDuration,
    Deadline,
    Delay,
    ExactDuration,
    WindowDuration,
)
from teichaku.engine.rulebook.predicates import (
    AttributeClause,
    EventMatch,
    Predicate,
    Scalar,
    clauses,
)
from teichaku.engine.rulebook.vocabulary import CLOSING_A_MEETING, MEETING_FIELDS
from teichaku.engine.rulebook.zones import fixed_offset

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Role = Literal[
    "marketer", "inside_sales", "sales_rep", "sales_manager", "marketing_manager", "executive",
    "administrator", "coach",
]  # fmt: skip
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
ClockTime = Annotated[str, Field(pattern=f"^{_CLOCK}$")]
_MONTH_DAY = r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"


def _day(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _existing(value: str) -> str:
    ends = value.split("..")
    try:
        days = [date.fromisoformat(end if len(end) == 10 else f"2000-{end}") for end in ends]
    except ValueError:
        raise PydanticCustomError("day", "this day does not exist") from None
    dated = {len(end) == 10 for end in ends}
    if len(dated) > 1 or (dated == {True} and days != sorted(days)):
        raise PydanticCustomError("day_range", "both ends with or both without a year, in order")
    return value


_DAYS = rf"(\d{{4}}-)?{_MONTH_DAY}"
ClosedDays = Annotated[
    str,
    BeforeValidator(_day),
    Field(pattern=rf"^{_DAYS}(\.\.{_DAYS})?$"),
    AfterValidator(_existing),
]
IsoDay = Annotated[
    str, BeforeValidator(_day), Field(pattern=rf"^\d{{4}}-{_MONTH_DAY}$"), AfterValidator(_existing)
]


def _opening(value: str) -> str:
    start, end = value.split("-")
    if start >= end:
        raise PydanticCustomError("opening", "an opening ends after it starts: 09:00-12:00")
    return value


class Calendar(Part):
    """Business time: working days and hours, holidays, the company's own closed and open days."""

    workdays: AtLeastOne[Weekday] = ("mon", "tue", "wed", "thu", "fri")
    hours: AtLeastOne[
        Annotated[str, Field(pattern=f"^{_CLOCK}-{_CLOCK}$"), AfterValidator(_opening)]
    ] = ("09:00-12:00", "13:00-18:00")
    holidays: Literal["JP", "none"] = "JP"
    closed: Several[ClosedDays] = ()
    open: Several[IsoDay] = ()
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 4


class Kpi(Part):
    """A figure both departments answer for, with its target and window."""

    label: Text | None = None
    target: Number
    per: Literal["month", "quarter", "half", "year"] | None = None
    window: DayDuration | None = None
    owner: Role
    by: date


class Stage(Part):
    """One step of the pipeline and what must be true to enter it."""

    id: Identifier
    label: Text | None = None
    enter_when: Text | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None


class DealDefinition(Part):
    """What counts as a deal, in the company's own words."""

    label: Text = "商談"
    created_when: Text
    kinds: Several[Text] = ()
    stages: Several[Stage] = ()
    lost_reasons: Several[Text] = ()

    @field_validator("stages")
    @classmethod
    def _stages(cls, value: tuple[Stage, ...]) -> tuple[Stage, ...]:
        for stage in value:
            if stage.id in {"won", "lost"}:
                raise PydanticCustomError("reserved_stage", "won and lost exist by themselves")
        _unique([stage.id for stage in value])
        return value


class Cap(Part):
    """How often and how much a rule may award, per rolling window or for all time."""

    times: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    points: Annotated[Number, Field(gt=0)] | None = None
    per: WindowDuration | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> Cap:
        if self.times is None and self.points is None:
            raise PydanticCustomError("empty_cap", "needs times or points")
        return self


class BehaviourRule(Part):
    """Points for each matching event, with an optional cap, decay and end."""

    id: Identifier
    label: Text | None = None
    when: EventMatch
    points: Number
    cap: Cap | None = None
    half_life: ExactDuration | None = None
    linear: ExactDuration | None = None
    expires: WindowDuration | None = None

    @model_validator(mode="after")
    def _one_decay(self) -> BehaviourRule:
        if self.half_life is not None and self.linear is not None:
            raise PydanticCustomError("two_decays", "half_life or linear, not both")
        return self


class BehaviourGroup(Part):
    """Rules that share a floor and a ceiling."""

    group: Identifier
    label: Text | None = None
    max: Number | None = None
    min: Number | None = None
    rules: AtLeastOne[BehaviourRule]

    @model_validator(mode="after")
    def _ordered(self) -> BehaviourGroup:
        _ordered(self.min, self.max)
        return self


class FitRule(Part):
    """Points for what the lead is, by its present attributes."""

    id: Identifier
    label: Text | None = None
    when: Predicate
    points: Number

    @field_validator("when")
    @classmethod
    def _attributes_only(cls, value: Predicate) -> Predicate:
        if not all(isinstance(clause, AttributeClause) for clause in clauses(value)):
            raise PydanticCustomError("fit_attribute", "fit rules look at attributes only")
        return value


class Fit(Part):
    """The fit axis."""

    rules: AtLeastOne[FitRule]


class ScoreRange(Part):
    """Limits of the total."""

    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _ordered(self) -> ScoreRange:
        _ordered(self.min, self.max)
        return self


def _thresholds(value: dict[str, float]) -> dict[str, float]:
    limits = list(value.values())
    if not limits or any(a <= b for a, b in pairwise(limits)):
        raise PydanticCustomError("grades", "thresholds from the highest to the lowest")
    return value


def _digit_keys(value: object) -> object:
    return {str(key): limit for key, limit in value.items()} if isinstance(value, dict) else value


class Grades(Part):
    """Thresholds of the letter (fit) and the digit (behaviour), highest first."""

    fit: Annotated[
        dict[Annotated[str, Field(pattern="^[A-Z]$")], Number], AfterValidator(_thresholds)
    ]
    behaviour: Annotated[
        dict[Annotated[str, Field(pattern="^[0-9]$")], Number], AfterValidator(_thresholds)
    ]

    _digits = field_validator("behaviour", mode="before")(_digit_keys)


class Scoring(Part):
    """Two axes that add up to the total."""

    range: ScoreRange | None = None
    behaviour: Several[BehaviourGroup] = ()
    fit: Fit | None = None
    grades: Grades | None = None

    @field_validator("behaviour")
    @classmethod
    def _groups(cls, value: tuple[BehaviourGroup, ...]) -> tuple[BehaviourGroup, ...]:
        _unique([group.group for group in value])
        return value


class Mql(Part):
    """When marketing hands a lead to sales."""

    id: Identifier = "M-01"
    label: Text | None = None
    when: Predicate
    requalify_after: WindowDuration | None = None


class Deadlines(Part):
    """Clocks of a handover."""

    accept: Deadline | None = None
    first_touch: Deadline | None = None


class Route(Part):
    """Who receives the lead; without ``when`` everybody left."""

    when: Predicate | None = None
    team: Identifier | None = None
    by: Text


class Via(Part):
    """A stage between marketing and field sales."""

    team: Identifier
    deadlines: Deadlines | None = None


class Capacity(Part):
    """How many leads a rep can take, by default."""

    per_week: Annotated[int, Field(ge=1, le=1000)]


class Hot(Part):
    """Leads that must be answered faster."""

    when: Predicate
    deadlines: Deadlines


class BreachStep(Part):
    """What happens so long after a missed deadline."""

    after: Delay
    do: Literal["notify_owner", "ask_manager", "reassign"]


class Reply(Part):
    """Who answers a returned lead, and by when."""

    by: Role
    within: Deadline


class Handover(Part):
    """From marketing to sales: to whom, how fast, and what follows when nobody moves."""

    to: AtLeastOne[Route]
    via: Via | None = None
    capacity: Capacity | None = None
    deadlines: Deadlines | None = None
    hot: Hot | None = None
    on_breach: Several[BreachStep] = ()
    reply: Reply | None = None
    return_reasons: Literal["default"] | AtLeastOne[Text] = "default"

    @field_validator("to")
    @classmethod
    def _catch_all(cls, value: tuple[Route, ...]) -> tuple[Route, ...]:
        if value[-1].when is not None:
            raise PydanticCustomError("catch_all", "the last route must have no when")
        if any(route.when is None for route in value[:-1]):
            raise PydanticCustomError("unreachable_route", "a route without when must be the last")
        return value


class Who(Part):
    """Which role owes the input."""

    role: Role


class When(Part):
    """The moment that starts the clock, or the rhythm, and when the input is due."""

    after: Text | None = None
    every: Literal["day", "week", "month"] | None = None
    while_: Literal["deal.open"] | None = Field(None, alias="while")
    due: Annotated[
        str,
        Field(
            pattern=rf"^([1-9][0-9]{{0,4}}(d|h|mo|bh|bd)|(mon|tue|wed|thu|fri|sat|sun) {_CLOCK})$"
        ),
    ]

    @model_validator(mode="after")
    def _one_start(self) -> When:
        if (self.after is None) == (self.every is None):
            raise PydanticCustomError("one_start", "exactly one of after, every")
        if (" " in self.due) != (self.every == "week"):
            raise PydanticCustomError("due", "a weekday with time for every: week, else a duration")
        if self.while_ is not None and self.every is None:
            raise PydanticCustomError("while_every", "while goes with every")
        return self


class FieldRule(Part):
    """One field that must be entered, and what counts as an answer."""

    name: Text
    is_: Literal["future", "past", "filled"] | None = Field(None, alias="is")
    choices: Several[Text] = ()
    means: Text | None = None
    example: Text | None = None


def _named(value: object) -> object:
    return (
        [{"name": item} if isinstance(item, str) else item for item in value]
        if isinstance(value, list)
        else value
    )


class What(Part):
    """Which fields of which object."""

    object: Literal["lead", "company", "deal", "activity", "handover", "meeting"]
    fields: AtLeastOne[FieldRule]

    _names = field_validator(
        "fields", mode="before", json_schema_input_type=list[Text | FieldRule]
    )(_named)

    @field_validator("fields")
    @classmethod
    def _once(cls, value: tuple[FieldRule, ...]) -> tuple[FieldRule, ...]:
        _unique([rule.name for rule in value])
        return value


class RuleTest(Part):
    """A case that shows the rule at work."""

    given: dict[str, Scalar | date | None]
    expect: Literal["met", "missing"]


class InputRule(Part):
    """Who enters what, by when, and who reads it."""

    id: Identifier
    label: Text | None = None
    who: Who
    when: When
    what: What
    why: Several[Text] = ()
    unknown_allowed: bool = False
    tests: Several[RuleTest] = ()


class Requirement(Part):
    """What a gate asks for."""

    linked_lead: bool | None = None
    lead_has_event_before: bool | None = None
    fields: Several[Text] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Requirement:
        if not (self.linked_lead or self.lead_has_event_before or self.fields):
            raise PydanticCustomError("empty_require", "asks for nothing")
        return self


class WaiverPolicy(Part):
    """How an exception is asked for, by whom it is answered, and how long it lasts."""

    reasons: Literal["default"] | AtLeastOne[Text] = "default"
    approver: Role
    deputy: Role | None = None
    answer_within: Deadline | None = None
    until_answered: Literal["allow", "hold"] = "allow"
    max: DayDuration


class GateRule(Part):
    """A check before a write, with its mode."""

    id: Identifier
    label: Text | None = None
    before: Text
    mode: Literal["shadow", "warn", "block"] = "shadow"
    require: Requirement
    applies_to: Predicate | None = None
    waiver: WaiverPolicy | None = None

    @model_validator(mode="after")
    def _asks_of_a_meeting_what_it_has(self) -> GateRule:
        if self.before == CLOSING_A_MEETING:
            asked = self.require
            of_a_deal = asked.linked_lead or asked.lead_has_event_before or self.applies_to
            if of_a_deal or self.waiver or not set(asked.fields) <= set(MEETING_FIELDS):
                raise PydanticCustomError("meeting_gate", "asks a meeting for what it has not")
        return self


class MeetingSeries(Part):
    """A recurring meeting that runs on recorded data."""

    id: Identifier
    label: Text | None = None
    every: Literal["week", "month"]
    day: Annotated[str, Field(pattern=r"^(mon|tue|wed|thu|fri|sat|sun|bd([1-9]|1[0-9]|2[0-3]))$")]
    time: ClockTime
    minutes: Annotated[int, Field(ge=5, le=480)]
    chair: Role
    deputy: Role | None = None
    departments: AtLeastOne[Text]
    agenda: Text
    on_holiday: Literal["next_bd", "previous_bd", "skip"] = "next_bd"

    @model_validator(mode="after")
    def _day_of_rhythm(self) -> MeetingSeries:
        if self.day.startswith("bd") and self.every == "week":
            raise PydanticCustomError("meeting_day", "a weekly meeting has a weekday")
        return self


class Reviews(Part):
    """How often each part of the rulebook is looked at again."""

    scoring: DayDuration | None = None
    scenarios: DayDuration | None = None
    rulebook: DayDuration | None = None
    hollow: DayDuration | None = None


class Rulebook(Part):
    """The whole document."""

    rulebook: Literal[1]
    title: Text
    timezone: Text = "Asia/Tokyo"
    calendar: Calendar | None = None
    purpose: Text | None = None
    kpis: dict[Identifier, Kpi] | None = None
    deal: DealDefinition | None = None
    scoring: Scoring | None = None
    mql: Mql | None = None
    handover: Handover | None = None
    inputs: Several[InputRule] = ()
    gates: Several[GateRule] = ()
    meetings: Several[MeetingSeries] = ()
    reviews: Reviews | None = None

    @field_validator("rulebook", mode="before")
    @classmethod
    def _version(cls, value: object) -> object:
        if type(value) is not int:  # true and 1.0 equal 1 but are written differently
            raise PydanticCustomError("literal_error", "not a version", {"expected": "'1'"})
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        fixed_offset(value)
        return value


def _unique(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise PydanticCustomError("duplicate", "{name} stands twice", {"name": name})


def _ordered(low: float | None, high: float | None) -> None:
    if low is not None and high is not None and low > high:
        raise PydanticCustomError("min_max", "min is above max")
