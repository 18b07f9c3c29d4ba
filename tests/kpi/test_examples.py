"""The worked examples of the pages about the shared KPIs hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import numpy as np
import pytest
from tests.contracts.source import page
from tests.intake.importing import ACTOR, import_rows

from teichaku.core import clock
from teichaku.core.ids import uuid7
from teichaku.engine.rulebook.load import load
from teichaku.engine.statistics import Rate, wilson
from teichaku.engine.survival import Waits, reached_by
from teichaku.kpi.selectors import kpi_report
from teichaku.leads.models import Lead
from teichaku.rulebook.services import revision_save
from teichaku.scoring.models import Qualification

DAY = date(2026, 9, 30)
Row = Mapping[str, str]


def example(name: str) -> str:
    return page(f"algorithms/{name}.md").split("## Worked example")[1]


def rows(text: str) -> Iterator[Row]:
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in re.findall(r"^\|.*", text, re.M)
    ]
    return (dict(zip(lines[0], line, strict=True)) for line in lines[2:])


def shown(rate: Rate) -> str:
    return ", ".join(f"{name} {round(value or 0, 6)}" for name, value in rate._asdict().items())


def test_wilson() -> None:
    for row in rows(example("wilson")):
        found = wilson(int(row["Part"]), int(row["Whole"]))
        wanted = [float(row[name]) for name in ("Value", "Low", "High")]
        assert [round(value or 0, 6) for value in found] == wanted


def test_the_estimate_of_a_young_month() -> None:
    text = example("kaplan-meier")
    lives = [(int(row["Wait"]), row["Deal"] == "yes") for row in rows(text)]
    days, seen = (np.array(column) for column in zip(*lives, strict=True))
    found = reached_by(Waits(days, seen, np.where(seen, 90, days)), np.ones(10, np.bool_), 90)
    assert found is not None
    assert shown(found) in text


@pytest.mark.django_db(transaction=True)
def test_the_close_rate() -> None:
    text = example("close-rate")
    deals = []
    for row in rows(text):
        import_rows("leads", [{"external_id": row["Lead"], "created_at": "2026-01-01",
                               "mql_at": "2026-01-01" if row["MQL"] == "yes" else ""}])  # fmt: skip
        for told in row["Deals"].split(", "):
            if told != "-":
                stage, day = told.split()
                deals.append({"external_id": f"D{len(deals)}", "lead": row["Lead"], "stage": stage,
                              "created_on": "2026-02-01", "closed_on": day})  # fmt: skip
    import_rows("deals", deals)
    found = kpi_report(as_of=DAY).figures
    assert f"n {found.mqls}, won {found.won_mqls}, {shown(found.close_rate)}" in text


@pytest.mark.django_db(transaction=True)
def test_the_mql_count() -> None:
    text = example("mql-count")
    document = "rulebook: 1\ntitle: example\n"
    book = revision_save(rulebook=load(document), document=document, actor=ACTOR)
    for row in rows(text):
        import_rows("leads", [{"external_id": row["Lead"]}])
        if row["From"] == "file":
            import_rows("leads", [{"external_id": row["Lead"], "mql_at": row["Qualified"]}])
            continue
        at = datetime.fromisoformat(row["Qualified"].removesuffix(" UTC")).replace(tzinfo=UTC)
        lead = Lead.objects.get(identities__external_id=row["Lead"])
        Qualification.objects.create(
            uid=uuid7(), lead=lead, at=at, source="engine", revision=book, behaviour=1, fit=0,
            total=1, recorded_at=clock.now(),
        )  # fmt: skip
    found = kpi_report(as_of=DAY)
    months = ", ".join(f"{month} {n}" for month, n in found.figures.by_month)
    assert f"value {found.figures.mqls}, {months}." in text
    assert f"recycled {sum(n for _, n in found.recycled)}." in text
