"""Pages that follow a key show every row once, in the order of sorting everything at once."""

from __future__ import annotations

from datetime import date

import pytest

from teichaku.core.paging import Place, first_of, parts_after
from teichaku.leads.models import Campaign

pytestmark = pytest.mark.django_db

DAYS = [date(2026, 4, 2), None, date(2026, 4, 1), date(2026, 4, 2), None, date(2026, 4, 2)]


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_pages_one_after_another_are_the_whole_list(down, newest_first, size):
    rows = [Campaign.objects.create(name=str(n), starts_on=day) for n, day in enumerate(DAYS)]
    ids = sorted((row.pk for row in rows), reverse=newest_first)
    day = {row.pk: row.starts_on for row in rows}
    # Sorting is stable, so equal days keep the order of their ids.
    sign = -1 if down else 1
    expected = sorted((pk for pk in ids if day[pk]), key=lambda pk: sign * day[pk].toordinal())
    expected += [pk for pk in ids if day[pk] is None]

    found, last = [], None
    while True:
        parts = parts_after(
            last,
            Campaign.objects.filter(starts_on__isnull=False),
            "starts_on",
            down=down,
            newest_first=newest_first,
            lacking=Campaign.objects.filter(starts_on=None),
        )
        page = first_of(parts, size)
        if not page:
            break
        found += [row.pk for row in page]
        last = Place(page[-1].starts_on, page[-1].pk)
    assert found == expected


def test_rows_without_a_value_may_be_left_out(django_assert_num_queries):
    for n, day in enumerate(DAYS):
        Campaign.objects.create(name=str(n), starts_on=day)
    dated = Campaign.objects.filter(starts_on__isnull=False)
    with django_assert_num_queries(1):
        assert len(first_of(parts_after(None, dated, "starts_on"), 10)) == 4
    with django_assert_num_queries(1):  # enough after the first part: no more is asked for
        lacking = Campaign.objects.filter(starts_on=None)
        assert len(first_of(parts_after(None, dated, "starts_on", lacking=lacking), 4)) == 4
