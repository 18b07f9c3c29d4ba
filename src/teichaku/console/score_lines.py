"""A score's reasons as lines that visibly add up: each bar starts where the last one ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.console.points import SHOWN, change_text, tenths_text
from teichaku.core.instants import instant_of
from teichaku.engine.explain import Reason
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Rulebook

WIDTH = 100.0


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A line of the explained score; ``start`` and ``width`` place its bar within ``WIDTH``."""

    text: str
    rule: str
    points: str
    start: str
    width: str
    is_sum: bool = False
    is_total: bool = False
    is_minus: bool = False
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    # In tenths of a point, as shown: where the running sum stood before and after.
    text: str
    before: int
    after: int
    rule: str = ""
    is_sum: bool = False
    is_total: bool = False
    latest: int | None = None


def score_lines(reasons: Sequence[Reason], rulebook: Rulebook) -> list[ScoreLine]:
    """Behaviour with its reasons, fit with its reasons, and the total that they add up to."""
    steps = list(_steps(reasons, rulebook))
    low = min((min(step.before, step.after) for step in steps), default=0)
    high = max((max(step.before, step.after) for step in steps), default=0)
    scale = WIDTH / max(high - min(low, 0), 1)
    return [_line(step, min(low, 0), scale) for step in steps]


def _steps(reasons: Sequence[Reason], rulebook: Rulebook) -> Iterator[_Step]:
    words = _labels(rulebook)
    behaviour = [r for r in reasons if r.kind in {"award", "decay", "clamp"}]
    fit = [r for r in reasons if r.kind == "fit"]
    rest = [r for r in reasons if r.kind == "range"]
    running = 0
    for title, group in ((_("Behaviour"), behaviour), (_("Fit"), fit)):
        end = running + sum(reason.points for reason in group)
        yield _Step(title, _tenths(running), _tenths(end), is_sum=True)
        for reason in group:
            yield _reason_step(reason, running, words)
            running += reason.points
    for reason in rest:
        yield _reason_step(reason, running, words)
        running += reason.points
    yield _Step(_("Total"), 0, _tenths(running), is_sum=True, is_total=True)


def _reason_step(reason: Reason, running: int, words: dict[str, str]) -> _Step:
    return _Step(
        _text(reason, words.get(reason.subject) or reason.subject),
        _tenths(running),
        _tenths(running + reason.points),
        rule=reason.subject if reason.kind in {"award", "fit"} else "",
        latest=reason.latest,
    )


def _text(reason: Reason, label: str) -> str:
    if reason.kind == "award":
        return ngettext("%(label)s, %(hits)s time", "%(label)s, %(hits)s times", reason.hits) % {
            "label": label,
            "hits": reason.hits,
        }
    if reason.kind == "decay":
        return _("Less by the time passed: %(label)s") % {"label": label}
    if reason.kind == "clamp":
        return _("Limit of the group %(label)s") % {"label": label}
    if reason.kind == "range":
        return _("Limit of the total")
    return label


def _labels(rulebook: Rulebook) -> dict[str, str]:
    scoring = rulebook.scoring
    if scoring is None:
        return {}
    found = {group.group: group.label or "" for group in scoring.behaviour}
    found |= {rule.id: rule.label or "" for group in scoring.behaviour for rule in group.rules}
    return found | {
        rule.id: rule.label or "" for rule in (scoring.fit.rules if scoring.fit else ())
    }


def _tenths(millionths: int) -> int:
    return millionths * SHOWN // MICRO


def _line(step: _Step, low: int, scale: float) -> ScoreLine:
    change = step.after - step.before
    left = min(step.before, step.after)
    latest = step.latest
    return ScoreLine(
        text=step.text,
        rule=step.rule,
        points=tenths_text(change) if step.is_sum else change_text(change),
        start=f"{(left - low) * scale:.2f}",
        width=f"{abs(change) * scale:.2f}",
        is_sum=step.is_sum,
        is_total=step.is_total,
        is_minus=change < 0,
        latest=None if latest is None else instant_of(latest),
    )
