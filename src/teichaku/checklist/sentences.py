"""Findings as people read them, in the language that is active."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from teichaku.checklist.wording import CLAUSES, ITEMS, NEEDS, PHASES, STATUSES
from teichaku.engine.checklist.clauses import Clause, Status, Value
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import Phase

TIMES = frozenset({"days", "hours", "minutes"})
OUT_OF = frozenset({"kpis", "baselines", "charter_signatures"})


def item_title(item: int) -> str:
    """What the item asks for."""
    return str(ITEMS[item])


def phase_title(phase: Phase) -> str:
    """What the phase is called."""
    return str(PHASES[phase])


def status_text(finding: Finding) -> str:
    """The status, of a waiting item with the day on which it will be judged."""
    text = str(STATUSES[finding.status])
    if finding.status is Status.WAITING and finding.judge_on:
        return _("%(status)s (on %(day)s)") % {"status": text, "day": day_text(finding.judge_on)}
    return text


def need_text(need: str) -> str:
    """What would tell where nothing does, as a sentence."""
    return str(NEEDS[need])


def day_text(day: date) -> str:
    """The day as the language writes it."""
    return day.strftime(_("%Y-%m-%d"))


def evidence_text(clause: Clause) -> str:
    """What was found and what it was held against."""
    label = str(CLAUSES[clause.key])
    if clause.judge_on:
        words = {"what": label, "day": day_text(clause.judge_on)}
        return _("%(what)s: to be judged on %(day)s") % words
    if clause.value is None:
        return _("%(what)s: no data") % {"what": label}
    if (clause.n or 0) < clause.enough:
        words = {"what": label, "n": str(clause.n or 0), "enough": str(clause.enough)}
        return _("%(what)s: too few to judge (n=%(n)s, %(enough)s are needed)") % words
    if clause.unit == "yes":
        return _yes(label, yes=bool(clause.value))
    if clause.key in OUT_OF:
        return f"{label} {clause.value}/{clause.limit}"
    words = {"what": label, "value": _amount(clause, clause.value), "needed": _needed(clause)}
    if clause.unit == "share":
        words["n"] = f"{clause.n or 0:,}"
        return _("%(what)s %(value)s (n=%(n)s; needed: %(needed)s)") % words
    return _("%(what)s %(value)s (needed: %(needed)s)") % words


def _yes(label: str, *, yes: bool) -> str:
    return (_("%(what)s: yes") if yes else _("%(what)s: no")) % {"what": label}


def _needed(clause: Clause) -> str:
    amount = _amount(clause, clause.limit)
    if clause.unit == "share" and clause.limit == (clause.bound == "at_least"):
        return amount  # all, or none
    if clause.limit == 0:
        return amount
    if clause.bound == "at_least":
        return _("%(amount)s or more") % {"amount": amount}
    if clause.unit in TIMES:
        return _("within %(amount)s") % {"amount": amount}
    return _("%(amount)s or less") % {"amount": amount}


def _amount(clause: Clause, value: Value) -> str:
    match clause.unit:
        case "share":
            return f"{_rounded(value * 100, 1, whole=value in (0, 1))}%"
        case "days":
            return _("%(number)s days") % {"number": _rounded(value, 1)}
        case "hours":
            return _("%(number)s hours") % {"number": _rounded(value, 1)}
        case "minutes":
            return _("%(number)s minutes") % {"number": _rounded(value, 1)}
        case _:
            return _rounded(value, 2)


def _rounded(value: Value, decimals: int, *, whole: bool = True) -> str:
    """The number with few decimals; a share that is neither all nor nothing never looks so."""
    text = f"{value:,.{decimals}f}"
    short = text.rstrip("0").rstrip(".") if "." in text else text
    if not whole and short in {"0", "100"}:
        return f"{'<' if short == '0' else '>'}{'0.1' if short == '0' else '99.9'}"
    return short
