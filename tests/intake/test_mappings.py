"""Maps that somebody confirmed are used for the next file with the same columns."""

from __future__ import annotations

import pytest
from tests.intake.importing import ACTOR
from tests.intake.test_guess_headers import guess_text

from teichaku.core.errors import InvalidInput
from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.intake.choosing import map_choose
from teichaku.intake.guess_folder import guess_folder
from teichaku.intake.mapping import mapping_for, mapping_parse
from teichaku.intake.mappings import mapping_save, mapping_saved
from teichaku.intake.models import SavedMapping
from teichaku.intake.tables import table_open

pytestmark = pytest.mark.django_db

HEADER = ["顧客コード", "お名前", "分類"]
LEADS = mapping_parse("entity: leads\ncolumns: {external_id: 顧客コード, name: お名前}")
BOTH = mapping_parse(
    "entity: deals\ncolumns: {external_id: 顧客コード, stage: 分類}\n---\n"
    "entity: leads\ncolumns: {external_id: 顧客コード, name: お名前, stage: 分類}"
)


def test_a_saved_map_is_found_whatever_the_order_of_columns():
    assert mapping_saved(HEADER) == []
    mapping_save(header=HEADER, file_maps=LEADS, actor=ACTOR)
    assert mapping_saved(HEADER[::-1]) == LEADS
    assert mapping_saved([*HEADER, "メモ"]) == []


def test_saving_again_replaces_and_comes_back_in_order_of_import():
    mapping_save(header=HEADER, file_maps=BOTH, actor=ACTOR)
    assert [m.entity for m in mapping_saved(HEADER)] == ["leads", "deals"]
    mapping_save(header=HEADER, file_maps=LEADS, actor=ACTOR)
    assert mapping_saved(HEADER) == LEADS
    assert SavedMapping.objects.count() == 1


def test_saving_leaves_an_audit_entry_and_a_message():
    mapping_save(header=HEADER, file_maps=BOTH, actor=ACTOR)
    entry = AuditEntry.objects.get(action="intake.mapping_saved")
    assert (entry.count, entry.object_type) == (2, "intake.saved_mapping")
    ids = set(SavedMapping.objects.values_list("pk", flat=True))
    assert set(OutboxMessage.objects.get(topic="intake.mapping_saved").payload["mappings"]) == ids


@pytest.mark.parametrize(
    ("text", "said"),
    [("entity: leads\ncolumns: {name: 氏名}", "氏名"),
     ("entity: leads\ncolumns: {name: お名前}\nfilled: [番号]", "番号")],
)  # fmt: skip
def test_a_map_for_columns_that_are_not_there_is_refused(text, said):
    with pytest.raises(InvalidInput, match=said):
        mapping_save(header=HEADER, file_maps=mapping_parse(text), actor=ACTOR)
    assert not SavedMapping.objects.exists()


def test_a_saved_map_goes_before_the_guess(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("顧客コード,お名前,分類\n1,山田 花子,A\n", encoding="utf-8")
    assert guess_text(tmp_path, "顧客コード,お名前,分類\n1,山田 花子,A").file_map != LEADS[0]
    mapping_save(header=HEADER, file_maps=LEADS, actor=ACTOR)
    choice = map_choose(entity="leads", table=table_open(path))
    assert (choice.origin, choice.file_map) == ("saved", LEADS[0])
    (step,) = guess_folder([path]).steps
    assert (step.certain, step.file_map) == (True, LEADS[0])


def test_own_names_go_first_and_the_unsure_is_refused_with_the_guess(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("external_id,email\n1,a@kakuu.example.jp\n", encoding="utf-8")
    assert map_choose(entity="leads", table=table_open(own)).origin == "own"
    fair = tmp_path / "fair.csv"
    fair.write_text("氏名,会社名,電話番号\n山田 花子,架空工業,03-1234-5678\n", encoding="utf-8")
    assert map_choose(entity="leads", table=table_open(fair)).origin == "guess"
    with pytest.raises(InvalidInput) as caught:
        map_choose(entity="deals", table=table_open(fair))
    said = str(caught.value)
    assert "--map" in said
    # The guess stands in the message as a mapping file that can be used.
    document = said[said.index("entity: leads") :]
    assert mapping_for(document, "leads").columns["name"] == ("氏名",)
