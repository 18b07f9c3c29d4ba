"""Files of a folder that the guess is unsure about: what is asked, and a mapping file for them."""

from __future__ import annotations

import re

import pytest
from tests.intake.importing import ACTOR

from teichaku.checklist.diagnosis_import import folder_files, folder_import
from teichaku.checklist.diagnosis_maps import folder_maps_save
from teichaku.checklist.sentences import need_text
from teichaku.checklist.wording import NEEDS
from teichaku.core.errors import InvalidInput
from teichaku.deals.models import Deal
from teichaku.leads.models import Lead

pytestmark = pytest.mark.django_db(transaction=True)

# No column tells the stage, so the guess stops; the other file cannot be recognised at all.
DEALS = "案件ID,案件名,取引先名,金額（千円）,完了予定\nD1,装置,架空工業,1200,2026-01-05\n"
ODD = "番号,名称,先,区分\nX1,見本 一郎,架空工業,甲\nX2,見本 二郎,見本商事,乙\n"
DEALS_MAP = """\
entity: deals
columns: {external_id: 案件ID, name: 案件名, amount: 金額（千円）}
constants: {stage: open}
scale: {amount: 1000}
"""
LEADS_MAP = "entity: leads\ncolumns: {external_id: 番号, name: 名称, company: 先}\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    (tmp_path / "odd.csv").write_text(ODD, encoding="utf-8")
    return tmp_path


def kinds(sources):
    return [(source.file, source.kind, source.read) for source in sources]


def test_documents_go_to_the_files_that_they_are_for(folder):
    paths = folder_files(folder)
    with pytest.raises(InvalidInput, match=r"deals\.csv"):
        folder_import(paths, actor=ACTOR)
    folder_maps_save(paths, f"{DEALS_MAP}---\n{LEADS_MAP}", actor=ACTOR)
    sources = folder_import(paths, actor=ACTOR)
    assert kinds(sources) == [("odd.csv", "leads", 2), ("deals.csv", "deals", 1)]
    assert not any(source.needs or source.note for source in sources)
    assert Deal.objects.get().amount == 1_200_000
    assert sorted(Lead.objects.values_list("name", flat=True)) == ["見本 一郎", "見本 二郎"]


def test_the_file_of_that_kind_goes_before_others_with_the_same_columns(folder):
    (folder / "people.csv").write_text(
        "番号,名称,先,メールアドレス,氏名\nP1,甲,架空工業,a@kakuu.example.jp,見本 三郎\n",
        encoding="utf-8",
    )
    paths = folder_files(folder)
    folder_maps_save(paths, LEADS_MAP, actor=ACTOR)
    sources = folder_import(paths, actor=ACTOR)
    assert ("people.csv", "leads", 1) in kinds(sources)
    assert ("odd.csv", "", 0) in kinds(sources)


def test_a_document_for_no_file_is_refused_with_its_columns(folder):
    wrong = LEADS_MAP.replace("番号", "コード")
    with pytest.raises(InvalidInput, match="コード"):
        folder_maps_save(folder_files(folder), wrong, actor=ACTOR)


def test_what_must_be_confirmed_stands_with_the_file(tmp_path):
    head = "案件ID,案件名,取引先名,フェーズ,金額\n"
    text = head + "D1,装置,架空工業,終了A,1200\nD2,部品,見本商事,提案,3\n"
    (tmp_path / "deals.csv").write_text(text, encoding="utf-8")
    (source,) = folder_import(folder_files(tmp_path), actor=ACTOR)
    assert (source.kind, source.read) == ("deals", 2)
    assert any("終了A" in need for need in source.needs)
    (hidden,) = folder_import(folder_files(tmp_path), actor=ACTOR, hide_names=True)
    assert hidden.needs == ()


@pytest.mark.parametrize("need", NEEDS)
def test_what_would_tell_is_a_sentence_without_a_command(need):
    from django.utils import translation

    with translation.override("ja"):
        japanese = need_text(need)
    assert japanese.endswith("。")
    assert re.search("[ぁ-ん]", japanese)
    assert "teichaku" not in japanese + need_text(need)
    assert need_text(need).endswith(".")
