"""English words for the closed lists, numbers, durations and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.prose.names import Names

ROLES: Mapping[str, str] = {
    "marketer": "marketer",
    "inside_sales": "inside sales",
    "sales_rep": "sales rep",
    "sales_manager": "sales manager",
    "marketing_manager": "marketing manager",
    "executive": "executive",
    "administrator": "administrator",
    "coach": "coach",
}
WEEKDAYS: Mapping[str, str] = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
    "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip
OBJECTS: Mapping[str, str] = {
    "lead": "lead", "company": "company", "deal": "deal", "activity": "activity",
    "handover": "handover", "meeting": "meeting",
}  # fmt: skip
FIELDS: Mapping[str, str] = {
    "next_action": "next action",
    "next_action_on": "date of the next action",
    "outcome": "outcome",
    "reply": "reply",
    "adopted": "adopted or not",
    "amount": "amount",
    "close_on": "expected closing date",
    "created_on": "creation date",
    "closed_on": "closing date",
    "decision_maker": "decision maker",
    "lost_reason": "reason of the loss",
    "stage": "stage",
    "kind": "kind",
    "owner": "owner",
    "name": "name",
    "decisions": "decisions",
    "outcomes": "outcome of every point",
    "check_ins": "who was there",
}
ATTRIBUTES: Mapping[str, str] = {
    "company.industry": "the company's industry",
    "company.employees": "the company's number of employees",
    "company.prefecture": "the company's prefecture",
    "company.name": "the company's name",
    "company.domain": "the company's domain",
    "company.corporate_number": "the company's corporate number",
    "title": "the job title",
    "department": "the department",
    "email": "the e-mail address",
    "name": "the lead's name",
    "source": "the lead source",
    "campaign": "the campaign",
    "stage": "the lead's stage",
    "grade": "the grade",
}
TRAITS: Mapping[str, tuple[str, str]] = {
    "company.is_competitor": ("the company is a competitor", "the company is not a competitor"),
    "company.is_customer": (
        "the company is an existing customer",
        "the company is not an existing customer",
    ),
    "email_is_free": ("the lead uses free mail", "the lead does not use free mail"),
    "email_is_role": ("the e-mail address is shared", "the e-mail address is not shared"),
}
KPIS: Mapping[str, str] = {
    "mql_count": "Number of MQLs",
    "opportunity_rate": "Opportunity rate (MQL to deal)",
    "win_rate": "Win rate (of closed deals)",
}
PERIODS: Mapping[str, str] = {
    "month": "month", "quarter": "quarter", "half": "half-year", "year": "year",
}  # fmt: skip
RHYTHMS: Mapping[str, str] = {"day": "every day", "week": "every week", "month": "every month"}
AGENDAS: Mapping[str, str] = {
    "weekly": "weekly",
    "monthly": "monthly",
    "stalled_deals": "stalled deals",
    "pipeline": "list of deals",
}
DEPARTMENTS: Mapping[str, str] = {"sales": "sales", "marketing": "marketing"}
MODES: Mapping[str, str] = {
    "shadow": "record only (nothing is stopped)",
    "warn": "warn (people are told and may go on)",
    "block": "required (nobody goes on until it is met)",
}
BREACH_STEPS: Mapping[str, str] = {
    "notify_owner": "the owner is told",
    "ask_manager": "the manager is asked to act",
    "reassign": "the lead goes to someone else",
}
ON_HOLIDAY: Mapping[str, str] = {
    "next_bd": "it moves to the next business day",
    "previous_bd": "it moves to the previous business day",
    "skip": "it is left out",
}
UNTIL_ANSWERED: Mapping[str, str] = {
    "allow": "Work may go on until the answer",
    "hold": "Work waits for the answer",
}
ANSWERS: Mapping[str, str] = {
    "future": "a date in the future",
    "past": "a date in the past",
    "filled": "not empty",
}
HOLIDAYS: Mapping[str, str] = {
    "JP": "Japanese public holidays are days off",
    "none": "Public holidays are working days like any other",
}
EXPECTATIONS: Mapping[str, str] = {"met": "entered", "missing": "missing"}
REVIEWS: Mapping[str, str] = {
    "scoring": "Scoring",
    "scenarios": "Scenarios",
    "rulebook": "The whole rulebook",
    "hollow": "Signs of hollow entry",
}
AXES: Mapping[str, str] = {
    "total": "the total score",
    "behaviour": "the behaviour score",
    "fit": "the fit score",
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_UNITS: Mapping[str, str] = {
    "d": "day", "h": "hour", "mo": "month", "bh": "business hour", "bd": "business day",
}  # fmt: skip


def number(value: float) -> str:
    """A number as people write it: 1,000 or 2.5; nothing is rounded away."""
    return f"{int(value):,}" if value == int(value) else f"{value:,.6f}".rstrip("0")


def counted(amount: float, word: str) -> str:
    """1 day, 2 days."""
    return f"{number(amount)} {word}{'' if amount == 1 else 's'}"


def change(value: float) -> str:
    """Points with a sign."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{counted(abs(value), 'point')}"


def points(value: float) -> str:
    """A level of a score."""
    return f"{'−' if value < 0 else ''}{counted(abs(value), 'point')}"


def level(value: float) -> str:
    """A number with its sign."""
    return f"{'−' if value < 0 else ''}{number(abs(value))}"


def share(value: float) -> str:
    """A share as a percentage."""
    return f"{number(round(value * 100, 6))}%"


def span(value: Duration) -> str:
    """A length: 30 days, 1 month, 8 business hours."""
    return counted(value.amount, _UNITS[value.unit])


def often(count: int) -> str:
    """Once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")


def deadline(value: Duration | str) -> str:
    """A deadline: within 5 business days, by 17:00 every Friday."""
    if isinstance(value, str) and " " in value:
        weekday, clock = value.split(" ")
        return f"by {clock} every {WEEKDAYS[weekday]}"
    length = Duration.parse(value)
    if (length.amount, length.unit) == (1, "bd"):
        return "by the same time on the next business day"
    return f"within {span(length)}"


def day(value: date) -> str:
    """31 March 2027."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def listed(words: Iterable[object], last: str = "and") -> str:
    """a, b and c."""
    texts = [str(word) for word in words]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def quoted(words: Iterable[object], last: str = "and") -> str:
    """“a”, “b” and “c”."""
    return listed((f"“{word}”" for word in words), last)


def scalar(value: object) -> str:
    """A value of an attribute or field: texts in quotes, so that “1” is not 1."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return day(value)
    return number(value) if isinstance(value, int | float) else f"“{value}”"


def a(noun: str) -> str:
    """The noun with its article."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def sentence(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def role(name: str) -> str:
    """The word for a role, with its article."""
    return ROLES[name] if name == "inside_sales" else f"the {ROLES[name]}"


def field_name(name: str) -> str:
    """The word for a field, in quotes."""
    return f"“{FIELDS.get(name, name)}”"


def object_name(name: str, names: Names) -> str:
    """The word for an object; deals are called what the company calls them."""
    return deal_name(names) if name == "deal" else OBJECTS[name]


def deal_name(names: Names) -> str:
    """What the company calls a deal; the default label is the Japanese word for one."""
    return names.deal if names.deal and names.deal != "商談" else OBJECTS["deal"]


def stage_name(stage: str, names: Names) -> str:
    """The label of a stage, else its id."""
    return names.stages.get(stage, stage)


def kpi_name(key: str, names: Names) -> str:
    """The label of a KPI."""
    return names.kpis.get(key) or KPIS.get(key, key)


def reason(name: str, names: Names) -> str:
    """Where an input is read."""
    kind, _, rest = name.partition(".")
    if kind == "kpi" and rest:
        return f"the shared KPI “{kpi_name(rest, names)}”"
    if kind == "agenda" and rest:
        return f"the agenda item “{AGENDAS.get(rest, rest)}”"
    return f"“{name}”"


def after_point(point: str, names: Names) -> str:
    """The moment that starts a clock."""
    deal = deal_name(names)
    if point.startswith("deal.stage."):
        stage = stage_name(point.removeprefix("deal.stage."), names)
        return f"after {a(deal)} reaches the stage “{stage}”"
    return {
        "activity.call.end": "after a call",
        "activity.visit.end": "after a visit",
        "activity.meeting.end": "after a meeting with a customer",
        "activity.online.end": "after an online meeting",
        "activity.mail.end": "after sending mail",
        "handover.assigned": "after a lead is handed over",
        "handover.accepted": "after a lead is accepted",
        "handover.returned": "after a lead is returned to marketing",
        "deal.created": f"after {a(deal)} is created",
        "deal.won": f"after {a(deal)} is won",
        "deal.lost": f"after {a(deal)} is lost",
        "waiver.requested": "after an exception is requested",
    }.get(point, f"after “{point}”")


def before_point(point: str, names: Names) -> str:
    """The write that a gate stands before."""
    deal = deal_name(names)
    if point.startswith("deal.stage."):
        stage = stage_name(point.removeprefix("deal.stage."), names)
        return f"before {a(deal)} moves to the stage “{stage}”"
    return {
        "deal.create": f"before {a(deal)} is created",
        "deal.close": f"before {a(deal)} is won or lost",
        "meeting.close": "before a meeting is closed",
    }.get(point, f"before “{point}”")
