"""A help desk's log as people with real lags: was each ticket taken in charge in a business day?"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.cli.conftest import Cli, cli
from tests.intake.importing import ACTOR
from tests.real.exports import DATA, interval

from teichaku.accounts.models import Role, User
from teichaku.accounts.services import role_grant
from teichaku.core import clock
from teichaku.deals.models import Activity

__all__ = ["cli"]
FILE = DATA / "helpdesk_log" / "helpdesk_events.csv"
CHARGE = "Take in charge ticket"
NOW = pd.Timestamp("2014-06-02T09:00", tz="Asia/Tokyo")
BOOK = """\
rulebook: 1
title: 初回対応の運用ルール
timezone: Asia/Tokyo
calendar: {hours: ["09:00-12:00", "13:00-18:00"], holidays: none}
inputs:
  - id: R-1
    who: {role: sales_rep}
    when: {after: activity.call.end, due: 1bd}
    what: {object: activity, fields: [outcome]}
"""
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FILE.is_file(), reason="the help desk's log is not in ../shared/data"),
]


def tickets() -> pd.DataFrame:
    """One line per ticket: when it came, when it was taken in charge, by whom (else who had it)."""
    log = pd.read_csv(FILE, usecols=["case:concept:name", "concept:name", "time:timestamp",
                                     "org:resource", "event_index"])  # fmt: skip
    log.columns = ["case", "index", "activity", "at", "who"]
    log["at"] = pd.to_datetime(log["at"], utc=True).dt.tz_convert("Asia/Tokyo")
    log = log.sort_values(["case", "at", "index"])
    first = log.groupby("case").first()
    charged = log[log["activity"] == CHARGE].groupby("case").first()
    found = pd.DataFrame({"came": first["at"], "taken": charged["at"], "who": charged["who"]})
    return found.assign(who=found["who"].fillna(first["who"])).sort_index()


def deadlines(came: pd.Series) -> pd.Series:
    """One business day later, Monday to Friday, by numpy's calendar; nights and noon move on."""
    day = came.dt.tz_localize(None).dt.normalize()
    clock_ = came.dt.tz_localize(None) - day
    hours = pd.to_timedelta([9, 12, 13, 18], unit="h")
    works = np.is_busday(day.to_numpy("datetime64[D]"))
    early, noon = clock_ < hours[0], (clock_ >= hours[1]) & (clock_ < hours[2])
    over = ~works | (clock_ >= hours[3])
    start = clock_.mask(early | over, hours[0]).mask(noon & ~over, hours[2])
    # what comes when nobody works begins on the next working day
    morrow = (day + pd.Timedelta("1D")).to_numpy("datetime64[D]")
    following = np.busday_offset(morrow, 0, "forward")
    begin = np.where(over, following, day.to_numpy("datetime64[D]"))
    due = pd.Series(np.busday_offset(begin, 1).astype("datetime64[ns]"), came.index) + start
    return due.dt.tz_localize("Asia/Tokyo")


def write_activities(log: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["external_id", "kind", "at", "recorded_at", "owner", "outcome"])
        for row in log.itertuples():
            taken = not pd.isna(row.taken)
            entered = row.taken if taken else row.came
            out.writerow([row.Index, "call", row.came.isoformat(), entered.isoformat(), row.who,
                          CHARGE if taken else ""])  # fmt: skip


def test_rates_of_real_people_equal_those_counted_with_pandas(cli: Cli, tmp_path: Path) -> None:
    log = tickets()
    rules, file = tmp_path / "rules.yaml", tmp_path / "activities.csv"
    rules.write_text(BOOK, encoding="utf-8")
    write_activities(log, file)
    with clock.moved_to(pd.Timestamp("2009-12-31", tz="UTC").to_pydatetime()):
        assert cli("rulebook", "activate", rules).code == 0
    with clock.moved_to(NOW.to_pydatetime()):
        assert cli("import", "activities", file).code == 0
        assert Activity.objects.count() == len(log) == 4580
        for user in User.objects.all():
            role_grant(user=user, role=Role.SALES_REP, actor=ACTOR, starts_on=date(2009, 1, 1))
        found = {g["key"]: g for g in cli("inputs", "--by", "person", "--json").json()["groups"]}
        span = ("--from", "2012-01-01", "--to", "2013-01-01")
        weeks = cli("inputs", *span, "--by", "week", "--json").json()["groups"]
    log["due"] = deadlines(log["came"])
    log["kind"] = np.select(
        [log["taken"].isna(), log["taken"] <= log["due"]], ["overdue", "on_time"], "late"
    )
    log = log[log["due"] < NOW]
    expected = log.groupby("who")["kind"].value_counts().unstack(fill_value=0)
    assert set(found) == set(expected.index)
    assert len(found) > 10
    assert expected.sum().to_dict() == {"late": 1608, "on_time": 2677, "overdue": 295}
    for who, counts in expected.iterrows():
        told = found[who]
        assert {k: told[k] for k in ("on_time", "late", "overdue")} == {
            k: counts.get(k, 0) for k in ("on_time", "late", "overdue")
        }, who
        assert told["rate"] == told["on_time"] / told["due"]
        low, high = interval(told["on_time"], told["due"])
        assert (told["low"], told["high"]) == pytest.approx((low, high), abs=1e-6)
    year = log[log["due"].dt.year == 2012]
    monday = year["due"].dt.tz_localize(None).dt.to_period("W-SUN").dt.start_time
    by_week = year.groupby(monday.dt.strftime("%Y-%m-%d")).size()
    assert {week["key"]: week["due"] for week in weeks} == by_week.to_dict()
