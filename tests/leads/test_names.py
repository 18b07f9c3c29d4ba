"""Keys under which spellings meet."""

from __future__ import annotations

import pytest

from teichaku.leads.names import (
    company_name_key,
    corporate_number_key,
    domain_key,
    email_is_free,
    email_is_personal,
    email_key,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("株式会社山田製作所", "山田製作所(株)"),
        ("㈱山田製作所", "山田 製作所"),
        ("ＡＢＣ商事　有限会社", "abc商事"),
        ("Acme Co., Ltd.", "ACME"),
        ("Acme, Inc.", "Acme Corporation"),
        ("Tanaka K.K.", "tanaka"),
    ],
)
def test_spellings_of_one_company_share_a_key(one, other):
    assert company_name_key(one) == company_name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("山田製作所", "山田製薬"), ("Costco", "Cost"), ("株式会社", "有限会社")]
)
def test_different_companies_do_not(one, other):
    assert company_name_key(one) != company_name_key(other)


def test_addresses_fold_and_nonsense_is_none():
    assert email_key(" Taro.Yamada@Example.CO.JP ") == "taro.yamada@example.co.jp"
    assert email_key("ｔａｒｏ＠example.jp") == "taro@example.jp"
    assert email_key("taro at example") == email_key("a@b") == email_key("") == ""


@pytest.mark.parametrize(
    "address", ["info@a.jp", "sales-2@a.jp", "eigyo01@a.jp", "no-reply@a.jp", ""]
)
def test_addresses_of_functions_identify_nobody(address):
    assert not email_is_personal(address)


def test_a_free_address_identifies_a_person_but_no_company():
    assert email_is_personal("taro@gmail.com")
    assert email_is_free("gmail.com")
    assert email_is_free("docomo.ne.jp")
    assert email_is_free("abc.biglobe.ne.jp")
    assert not email_is_free("yamada.co.jp")


def test_domains_and_numbers_are_read_from_what_people_paste():
    assert domain_key("https://www.Yamada.co.jp/about?x=1") == "yamada.co.jp"
    assert domain_key("taro@yamada.co.jp") == "yamada.co.jp"
    assert corporate_number_key("5-0101-0100-123") == ""
    assert corporate_number_key("T5010101001234") == "5010101001234"
    assert corporate_number_key("５０１０１０１００１２３４") == "5010101001234"
