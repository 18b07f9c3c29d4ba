"""``teichaku guess`` and ``teichaku import`` without a map, on made-up files."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import cli

from teichaku.intake.mapping import mapping_parse

__all__ = ["cli"]

pytestmark = pytest.mark.django_db
DEALS = """案件ID,案件名,取引先名,フェーズ,金額（千円）
D1,装置,架空工業,受注,1200
D2,部品,見本商事,提案,300
"""


def test_the_guess_is_a_mapping_file_with_its_reasons_beside(cli, tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(DEALS, encoding="utf-8")
    result = cli("guess", path, "--lang", "en")
    assert result.code == 0
    (file_map,) = mapping_parse(result.out)
    assert file_map.columns["amount"] == ("金額（千円）",)
    assert file_map.scale == {"amount": 1000}
    assert file_map.values == {"stage": {"受注": "won"}}
    assert "案件ID -> deals.external_id" in result.err


def test_the_guess_as_json_and_in_japanese(cli, tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(DEALS, encoding="utf-8")
    (file,) = cli("guess", path, "--json").json()["files"]
    assert (file["entity"], file["certain"]) == ("deals", True)
    assert mapping_parse(file["mapping"])


def test_nothing_known_exits_with_1(cli, tmp_path):
    path = tmp_path / "parts.csv"
    path.write_text("品番,品名\n1,ボルト\n", encoding="utf-8")
    result = cli("guess", path)
    assert result.code == 1
    assert result.out == ""


def test_import_reads_by_a_certain_guess_and_refuses_an_unsure_one(cli, tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(DEALS, encoding="utf-8")
    done = cli("import", "deals", path, "--json")
    assert json.loads(done.out)["created"] == 2
    assert "列の意味を推定して" in done.err
    refused = cli("import", "events", path)
    assert refused.code == 1
    assert "--map" in refused.err
    assert "external_id: 案件ID" in refused.err
