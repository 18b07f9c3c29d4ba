"""What the database itself guarantees about scores and qualifications."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from teichaku.core import clock
from teichaku.leads.models import Lead
from teichaku.rulebook.models import Revision
from teichaku.scoring.models import Qualification, StoreBase

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def lead():
    return Lead.objects.create(pk=1, root_id=1, recorded_at=AT)


@pytest.fixture
def revision():
    return Revision.objects.create(hash="a" * 64, document="", title="t", created_at=clock.now())


def qualification(lead, **values):
    return Qualification.objects.create(
        **{"lead": lead, "at": AT, "source": "import", "recorded_at": AT, **values}
    )


def test_a_lead_qualifies_once_at_an_instant_by_one_source(lead, revision):
    first = qualification(lead)
    qualification(lead, source="engine", revision=revision, behaviour=1.0, fit=2.0, total=3.0)
    with pytest.raises(IntegrityError), transaction.atomic():
        qualification(lead)
    qualification(lead, supersedes=first)


def test_a_qualification_is_superseded_once(lead):
    first = qualification(lead)
    qualification(lead, supersedes=first, withdrawn=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        qualification(lead, supersedes=first)


def test_only_a_superseding_row_withdraws(lead):
    with pytest.raises(IntegrityError), transaction.atomic():
        qualification(lead, withdrawn=True)


def test_the_engine_cites_its_revision_and_figures(lead):
    with pytest.raises(IntegrityError), transaction.atomic():
        qualification(lead, source="engine")


def test_one_base_is_current():
    for _ in "ab":
        StoreBase.objects.create(folder="x", leads=1, events=1, built_at=AT)
    StoreBase.objects.filter(pk=StoreBase.objects.first().pk).update(current=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        StoreBase.objects.update(current=True)
