"""The made-up company: repeatable, of the size asked for, and worth learning something from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.intake.importing import ACTOR

from teichaku.console.simulation import company_columns, company_write, simulate
from teichaku.console.simulation_histories import MOST_EVENTS
from teichaku.console.simulation_people import MISSING
from teichaku.console.simulation_pipeline import LOST, WON
from teichaku.deals.models import Activity, Deal, StageChange
from teichaku.engine.evaluate import score
from teichaku.engine.program import compile_program
from teichaku.engine.rulebook.load import load
from teichaku.intake.services import import_file
from teichaku.leads.models import Company, Lead
from teichaku.tracking.models import Event

LEADS, EVENTS = 20_000, 600_000
RULEBOOK = Path(__file__).resolve().parents[1] / "data" / "rulebook-example.yaml"
END = int(datetime(2026, 10, 31, 15, tzinfo=UTC).timestamp()) * 1_000_000  # midnight in Japan


@pytest.fixture(scope="module")
def company():
    return simulate(LEADS, EVENTS, seed=11)


@pytest.fixture(scope="module")
def columns(company):
    return company_columns(company)


def local(columns):
    return np.asarray(columns.at, "datetime64[us]") + np.timedelta64(9, "h")


def test_a_seed_is_a_company():
    same, again, other = (company_columns(simulate(500, 9_000, seed)) for seed in (1, 1, 2))
    assert np.array_equal(same.at, again.at)
    assert np.array_equal(same.sig, again.sig)
    assert same.attributes.equals(again.attributes)
    assert not np.array_equal(same.at, other.at)


def test_the_files_of_a_seed_are_the_same(tmp_path):
    first, second = (company_write(simulate(300, 4_000, 3), tmp_path / name) for name in ("a", "b"))
    assert list(first) == [
        "users", "companies", "leads", "events", "deals", "stages", "activities",
    ]  # fmt: skip
    for entity, path in first.items():
        assert path.read_bytes() == second[entity].read_bytes()


def test_columns_are_what_the_kernel_reads(columns):
    assert (columns.leads, columns.events) == (LEADS, EVENTS)
    assert columns.offsets[0] == 0
    assert columns.offsets[-1] == EVENTS
    assert columns.attributes.num_rows == LEADS
    row = np.repeat(np.arange(LEADS), np.diff(columns.offsets))
    same_lead = row[1:] == row[:-1]
    assert (np.diff(columns.at)[same_lead] >= 0).all()
    assert (columns.created[row] <= columns.at).all()
    assert columns.at.max() < END
    assert columns.sig.min() >= 0
    assert columns.sig.max() < len(columns.signatures)


def test_no_more_events_than_leads_can_have():
    with pytest.raises(ValueError, match="too many for 2 leads"):
        simulate(2, 2 * MOST_EVENTS)
    with pytest.raises(ValueError, match="at least one lead"):
        simulate(0, 10)


def test_a_company_without_events_has_leads():
    company = simulate(50, 0, seed=5)
    assert company_columns(company).events == 0
    assert len(company.deals) == 0


def test_few_leads_do_most(columns):
    counts = np.sort(np.diff(columns.offsets))[::-1]
    assert counts.max() <= MOST_EVENTS
    assert 0.4 < counts[: LEADS // 10].sum() / EVENTS < 0.7
    assert np.median(counts) < counts.mean() / 1.5


def test_weekends_nights_and_holidays_are_quiet(columns):
    at = local(columns)
    weekday = (at.astype("datetime64[D]").astype(int) + 3) % 7
    hour = (at.astype("datetime64[h]").astype(int)) % 24
    assert 0.02 < (weekday >= 5).mean() < 0.12
    assert ((hour >= 9) & (hour < 18)).mean() > 0.7
    day = at.astype("datetime64[D]")

    def per_day(first, last):
        first, last = np.datetime64(first), np.datetime64(last)
        return ((day >= first) & (day <= last)).sum() / (1 + (last - first).astype(int))

    assert per_day("2025-12-29", "2026-01-03") < 0.3 * per_day("2025-12-01", "2025-12-20")
    assert per_day("2025-08-11", "2025-08-16") < 0.6 * per_day("2025-07-14", "2025-08-09")
    assert per_day("2026-03-01", "2026-03-31") > 1.1 * per_day("2026-02-01", "2026-02-28")


def test_deals_follow_what_leads_did(company, columns):
    deals = company.deals
    assert 0.02 <= len(deals) / LEADS <= 0.04
    linked = deals.lead[deals.lead != MISSING]
    assert 0.85 < len(linked) / len(deals) < 1
    program = compile_program(load(RULEBOOK.read_text(encoding="utf-8")), columns.signatures)
    total = score(program, columns, END).total
    order = np.argsort(total, kind="stable")
    converted = np.isin(order, linked)
    fifth = LEADS // 5
    bottom, top = converted[:fifth].mean(), converted[-fifth:].mean()
    assert top >= 2 * bottom
    assert top > converted.mean()


def test_better_leads_are_won_more_often(company):
    deals, people = company.deals, company.people
    closed = (deals.lead != MISSING) & ((deals.outcome == WON) | (deals.outcome == LOST))
    fit = people.fit[deals.lead[closed]]
    won = deals.outcome[closed] == WON
    assert 0.25 < won.mean() < 0.6
    assert won[fit > np.median(fit)].mean() > won[fit <= np.median(fit)].mean()


def test_stages_are_entered_in_order(company):
    entered, deals = company.deals.entered, company.deals
    reached = entered != MISSING
    assert (reached[:, 1:] <= reached[:, :-1]).all()
    assert (np.diff(entered, axis=1)[reached[:, 1:]] >= 0).all()
    ended = deals.closed != MISSING
    assert (deals.closed[ended] > entered[ended].max(axis=1)).all()
    assert (deals.outcome[~ended] == 0).all()


@pytest.mark.django_db
def test_the_files_come_in_without_a_map(tmp_path):
    leads, events = 400, 8_000
    company = simulate(leads, events, seed=2)
    for entity, path in company_write(company, tmp_path).items():
        report = import_file(entity=entity, path=path, actor=ACTOR)
        assert (report.rejected, report.duplicates, report.merged) == (0, 0, 0), entity
        assert report.created == report.read
        assert report.leads_created == report.companies_created == report.owners_created == 0
        assert len(report.notes) == (entity == "deals")  # by which key they found their leads
        if entity == "deals":
            assert report.unlinked == (company.deals.lead == MISSING).sum()
    assert Lead.objects.filter(root_id__isnull=False).count() == leads
    assert Company.objects.count() == len(company.companies.employees)
    assert Deal.objects.count() == len(company.deals)
    assert Activity.objects.count() == len(company.activities.at)
    closed = company.deals.closed != MISSING
    entries = (company.deals.entered != MISSING).sum() + closed.sum()
    assert StageChange.objects.count() == entries
    assert Event.objects.exclude(signature__type__startswith="deal_").count() == events
