"""Revisions and activations are written once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from teichaku.core import clock
from teichaku.rulebook.models import Activation, Revision, RevisionRule, RevisionSection

pytestmark = pytest.mark.django_db


@pytest.fixture
def revision():
    return Revision.objects.create(
        hash="a" * 64, document="kpi: {}\n", title="第1版", created_at=clock.now()
    )


def rows(revision):
    return [
        revision,
        RevisionSection.objects.create(revision=revision, name="kpi", hash="b" * 64),
        RevisionRule.objects.create(
            revision=revision, rule_id="visit", section="scoring", hash="c" * 64
        ),
        Activation.objects.create(
            revision=revision, effective_from=clock.now(), at=clock.now(), reason=""
        ),
    ]


def test_no_row_can_be_changed_or_deleted(revision):
    for row in rows(revision):
        with pytest.raises(TypeError, match="never changed"):
            row.save()
        with pytest.raises(TypeError, match="never deleted"):
            row.delete()
        with pytest.raises(TypeError, match="never changed"):
            type(row).objects.get(pk=row.pk).save()


def test_equal_content_is_one_revision(revision):
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.create(hash="a" * 64, document="x", title="x", created_at=clock.now())


@pytest.mark.parametrize("again", [1, 2])
def test_a_section_and_a_rule_stand_once_in_a_revision(revision, again):
    original = rows(revision)[again]
    original.pk, original._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        original.save()


def test_breaking_the_glass_needs_a_reason(revision):
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.create(
            revision=revision, effective_from=clock.now(), at=clock.now(), break_glass=True
        )
