"""The order of rows, and that of files, never changes what is recorded."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.importing import import_rows

from teichaku.leads.models import Company, CompanyIdentity, Lead, LeadIdentity
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

LEAD_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "external_id": st.sampled_from(["", "1", "2", "3", "4"]),
            "email": st.sampled_from(["", "a@x.jp", "B@x.jp", "b@X.jp", "info@x.jp"]),
            "name": st.sampled_from(["", "n", "m"]),
            "company": st.sampled_from(["", "株式会社K", "K", "L"]),
            "created_at": st.sampled_from(["", "2026-01-01", "2026-02-01"]),
            "attribute.p": st.sampled_from(["", "1", "x"]),
        }
    ),
    min_size=1,
    max_size=7,
)
COMPANY_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "external_id": st.sampled_from(["", "1", "2", "3"]),
            "corporate_number": st.sampled_from(["", "5010101001234", "7010101005678"]),
            "domain": st.sampled_from(["", "k.jp", "l.jp", "gmail.com"]),
            "name": st.sampled_from(["K", "株式会社K", "L"]),
        }
    ),
    min_size=1,
    max_size=6,
)
EVENT_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "external_id": st.sampled_from(["", "e1", "e2"]),
            "lead": st.sampled_from(["1", "2", "9"]),
            "type": st.sampled_from(["page_view", "form_submit"]),
            "at": st.sampled_from(["2026-01-05", "2026-01-05T10:00:00Z"]),
            "path": st.sampled_from(["", "/a/", "/a?x=1"]),
        }
    ),
    min_size=1,
    max_size=6,
)
LEAD_FIELDS = ("email_key", "name", "company__name", "created_at", "attributes")


def recorded(*files):
    """What the database holds after these imports, told without ids; then it is taken back."""
    with transaction.atomic():
        for entity, rows in files:
            import_rows(entity, rows)
        told = (
            sorted(_leads()),
            sorted(_companies()),
            sorted(
                str(row)
                for row in Event.objects.values_list(
                    "source", "external_id", "at", "signature__type", "signature__path"
                )
            ),
        )
        transaction.set_rollback(True)
    return told


def _leads():
    names = {}
    for root, name in LeadIdentity.objects.values_list("lead__root", "external_id"):
        names.setdefault(root, set()).add(name)
    events = {}
    for root, at in Event.objects.values_list("lead__root", "at"):
        events.setdefault(root, []).append(str(at))
    for pk, root, *values in Lead.objects.values_list("pk", "root", *LEAD_FIELDS):
        if pk == root:
            yield str((sorted(names.get(pk, ())), values, sorted(events.get(pk, ()))))


def _companies():
    names = {}
    for root, name in CompanyIdentity.objects.values_list("company__root", "external_id"):
        names.setdefault(root, set()).add(name)
    for pk, root, *values in Company.objects.values_list(
        "pk", "root", "name", "corporate_number", "domain"
    ):
        if pk == root:
            yield str((sorted(names.get(pk, ())), values))


@settings(max_examples=60)
@given(rows=LEAD_ROWS, data=st.data())
def test_rows_of_leads_in_any_order(rows, data):
    assert recorded(("leads", rows)) == recorded(("leads", data.draw(st.permutations(rows))))


@settings(max_examples=60)
@given(rows=COMPANY_ROWS, data=st.data())
def test_rows_of_companies_in_any_order(rows, data):
    shuffled = data.draw(st.permutations(rows))
    assert recorded(("companies", rows)) == recorded(("companies", shuffled))


@settings(max_examples=60)
@given(rows=EVENT_ROWS, data=st.data())
def test_rows_of_events_in_any_order(rows, data):
    assert recorded(("events", rows)) == recorded(("events", data.draw(st.permutations(rows))))


@settings(max_examples=60)
@given(leads=LEAD_ROWS, events=EVENT_ROWS)
def test_events_before_or_after_their_leads(leads, events):
    assert recorded(("leads", leads), ("events", events)) == recorded(
        ("events", events), ("leads", leads)
    )


@settings(max_examples=40)
@given(rows=LEAD_ROWS)
def test_a_second_time_finds_nothing_to_do(rows):
    with transaction.atomic():
        import_rows("leads", rows)
        report = import_rows("leads", rows)
        assert (report.created, report.updated, report.merged) == (0, 0, 0)
        transaction.set_rollback(True)
