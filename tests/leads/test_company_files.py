"""Companies files: id, then corporate number, then domain, then name."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from tests.intake.importing import import_rows

from teichaku.core.ids import uuid7
from teichaku.leads.models import Company, CompanyIdentity

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "5010101001234", "7010101005678"


def company_of(name, system="default"):
    return CompanyIdentity.objects.get(system=system, external_id=name).company.root_id


def test_a_company_is_found_by_number_domain_and_name():
    import_rows(
        "companies",
        [
            {
                "external_id": "1",
                "name": "山田製作所",
                "corporate_number": NUMBER,
                "domain": "yamada.co.jp",
            }
        ],
    )
    report = import_rows(
        "companies",
        [
            {"external_id": "2", "name": "Yamada", "corporate_number": NUMBER},
            {"external_id": "3", "name": "Yamada Mfg", "domain": "https://www.yamada.co.jp/"},
            {"external_id": "4", "name": "(株)山田製作所"},
        ],
    )
    assert report.created == 0
    assert {company_of(name) for name in "1234"} == {company_of("1")}


def test_namesakes_with_different_numbers_stay_apart():
    rows = [
        {"external_id": "1", "name": "田中商店", "corporate_number": NUMBER},
        {"external_id": "2", "name": "田中商店", "corporate_number": OTHER},
        {"external_id": "3", "name": "田中商店"},
    ]
    assert import_rows("companies", rows).created == 3
    assert import_rows("companies", rows[::-1]).unchanged == 3


def test_a_free_mail_domain_tells_nothing():
    report = import_rows(
        "companies",
        [
            {"external_id": "1", "name": "A", "domain": "gmail.com"},
            {"external_id": "2", "name": "B", "domain": "gmail.com"},
        ],
    )
    assert report.created == 2


def test_a_number_that_proves_two_companies_one_joins_them():
    import_rows(
        "companies",
        [
            {"external_id": "1", "name": "A", "corporate_number": NUMBER},
            {"external_id": "2", "name": "B"},
        ],
    )
    report = import_rows(
        "companies", [{"external_id": "2", "name": "B", "corporate_number": NUMBER}]
    )
    assert report.merged == 1
    assert company_of("1") == company_of("2")


def test_the_same_file_again_changes_nothing_even_without_ids():
    rows = [
        {"name": "A", "employees": "1,200", "is_competitor": "はい"},
        {"name": "B", "domain": "b.jp"},
    ]
    assert import_rows("companies", rows).created == 2
    assert import_rows("companies", rows).unchanged == 2
    company = Company.objects.get(name="A")
    assert (company.employees, company.is_competitor) == (1200, True)


def test_impossible_numbers_stay_out():
    report = import_rows(
        "companies", [{"name": "A", "corporate_number": "123"}, {"name": "B", "employees": "-1"}]
    )
    assert (report.created, report.rejected) == (0, 2)


def test_the_database_refuses_a_second_root_with_a_number(django_user_model):
    import_rows("companies", [{"name": "A", "corporate_number": NUMBER}])
    first = Company.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(
            pk=first.pk + 1,
            root_id=first.pk + 1,
            uid=uuid7(),
            corporate_number=NUMBER,
            recorded_at=first.recorded_at,
        )
