"""The made-up company's sales: its people, and the deals that grew out of leads.

Whether a deal begins, and whether it is won, depends on what the lead did and on how well it fits,
so that a good rulebook finds the right leads and a bad one does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from teichaku.console.simulation_histories import Histories
from teichaku.console.simulation_people import MISSING, NO_DAY, Companies, People, words
from teichaku.console.simulation_time import DAY, LENGTH, stream, working
from teichaku.console.simulation_words import (
    ACTIVITY_KINDS,
    ACTIVITY_OUTCOMES,
    DEAL_KINDS,
    LOST_REASONS,
    NEXT_ACTIONS,
    STAGES,
    TEAMS,
)

I16 = npt.NDArray[np.int16]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

OPEN, WON, LOST = 0, 1, 2
DEAL_SHARE: Final = 0.03  # of leads
UNLINKED_SHARE: Final = 0.08  # of deals: nobody entered the lead
PURPOSE_DEALS, PURPOSE_ACTIVITIES = 6, 7
_STEP_DAYS = 19
_LEADS_PER_REP = 4_000


@dataclass(frozen=True, slots=True)
class Deals:
    """A row per deal; instants in seconds since the start."""

    lead: I64  # MISSING where nobody entered it
    company: I64
    owner: I64  # number of the sales rep
    kind: I16
    amount: I64
    created: I64
    expected: I64  # day number
    entered: I64  # per deal and stage: when it was entered, MISSING when not
    outcome: I64
    closed: I64  # MISSING while open
    lost_reason: I16

    def __len__(self) -> int:
        return len(self.created)


@dataclass(frozen=True, slots=True)
class Activities:
    """A row per activity of a rep on a deal."""

    deal: I64
    at: I64
    kind: I16
    outcome: I16
    next_action: I16
    next_on: I64  # day number, NO_DAY where none was entered


def reps_count(leads: int) -> int:
    """How many sales reps a company with so many leads has: as many in each team."""
    return len(TEAMS) * int(np.clip(leads // _LEADS_PER_REP, 2, 20))


def deals_make(seed: int, people: People, companies: Companies, histories: Histories) -> Deals:
    """The deals of the three years, in order of creation."""
    rng = stream(seed, PURPOSE_DEALS)
    lead, created = _begun(rng, people, histories)
    company = people.company[lead]
    odds = -1.5 + 0.55 * people.intent[lead] + 1.6 * (people.fit[lead] - 0.4)
    odds += 0.3 * np.log1p(histories.strong[lead])
    entered, outcome, closed = _course(rng, created, odds)
    employees = np.where(company == MISSING, 20, companies.employees[company])
    size = np.exp(rng.normal(13.6, 0.7, len(lead))) * (employees / 100) ** 0.3
    reason = words(rng, LOST_REASONS, len(lead))
    return Deals(
        lead=np.where(rng.random(len(lead)) < UNLINKED_SHARE, MISSING, lead),
        company=company,
        owner=_owners(rng, people, companies, company),
        kind=words(rng, DEAL_KINDS, len(lead)),
        amount=(size / 10_000).astype(np.int64) * 10_000 + 50_000,
        created=created,
        expected=created // DAY + rng.integers(30, 150, len(lead)),
        entered=entered,
        outcome=outcome,
        closed=closed,
        lost_reason=np.where(outcome == LOST, reason, np.int16(MISSING)),
    )


def _begun(rng: np.random.Generator, people: People, histories: Histories) -> tuple[I64, I64]:
    """The leads that became deals, and when: some time after the first strong event."""
    wait = (rng.exponential(16.0, len(people)) * DAY).astype(np.int64) + DAY
    created = working(histories.anchor + wait)
    possible = (histories.anchor != MISSING) & (created < LENGTH)
    pull = 1.1 * np.log1p(histories.strong) + 0.45 * np.log1p(histories.warm)
    pull += 0.5 * people.intent + 1.2 * people.fit
    # Gumbel noise makes "the strongest so many" a draw with odds of exp(pull).
    pull += rng.gumbel(0.0, 1.0, len(people))
    ranked = np.argsort(-np.where(possible, pull, -np.inf), kind="stable")
    chosen = ranked[: min(int(possible.sum()), max(1, round(len(people) * DEAL_SHARE)))]
    chosen = chosen[np.argsort(created[chosen], kind="stable")]
    return chosen, created[chosen]


def _course(rng: np.random.Generator, created: I64, odds: F64) -> tuple[I64, I64, I64]:
    """When each stage was entered, how the deal ended, and when; nothing lies in the future."""
    deals, stages = len(created), len(STAGES)
    steps = rng.exponential(_STEP_DAYS * DAY, (deals, stages)).astype(np.int64) + 7200
    steps[:, 0] = 0
    entered = working(created[:, None] + np.cumsum(steps, axis=1))
    entered = np.maximum.accumulate(entered, axis=1)
    win = rng.random(deals) < 1 / (1 + np.exp(-odds))
    reached = np.where(win, stages, rng.integers(1, stages + 1, deals))
    entered = np.where(np.arange(stages) < reached[:, None], entered, MISSING)
    end = np.maximum(entered.max(axis=1), created)
    closed = working(end + rng.exponential(14 * DAY, deals).astype(np.int64) + DAY)
    outcome = np.where(closed < LENGTH, np.where(win, WON, LOST), OPEN)
    entered = np.where(entered < LENGTH, entered, MISSING)
    return entered, outcome, np.where(outcome == OPEN, MISSING, closed)


def _owners(rng: np.random.Generator, people: People, companies: Companies, company: I64) -> I64:
    """A rep of the team that looks after the company."""
    per_team = reps_count(len(people)) // len(TEAMS)
    anywhere = rng.integers(0, len(TEAMS), len(company))
    team = np.where(company == MISSING, anywhere, companies.team[company])
    return team * per_team + rng.integers(0, per_team, len(company))


def activities_make(seed: int, deals: Deals) -> Activities:
    """What the reps entered: more on some deals than on others, next steps often left out."""
    rng = stream(seed, PURPOSE_ACTIVITIES)
    count = 1 + rng.poisson(3.5, len(deals))
    deal = np.repeat(np.arange(len(deals)), count)
    until = np.where(deals.closed == MISSING, LENGTH - 1, deals.closed)
    until = np.minimum(until, deals.created + 240 * DAY)[deal]
    begin = deals.created[deal]
    at = begin + ((until - begin) * rng.random(len(deal))).astype(np.int64)
    at = np.minimum(working(at), until)
    order = np.lexsort((at, deal))
    next_action = words(rng, NEXT_ACTIONS, len(deal))
    named = np.array([bool(name) for name in NEXT_ACTIONS])[next_action]
    following = at[order] // DAY + rng.integers(1, 21, len(deal))
    return Activities(
        deal=deal,
        at=at[order],
        kind=words(rng, ACTIVITY_KINDS, len(deal)),
        outcome=words(rng, ACTIVITY_OUTCOMES, len(deal)),
        next_action=next_action,
        next_on=np.where(named, following, NO_DAY),
    )


def customers(deals: Deals, companies: Companies) -> Truth:
    """The companies with a deal won in the last 24 months."""
    recent = (deals.outcome == WON) & (deals.closed >= LENGTH - 730 * DAY)
    found = np.zeros(len(companies.employees), np.bool_)
    found[deals.company[recent & (deals.company != MISSING)]] = True
    return found
