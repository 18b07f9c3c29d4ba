from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from teichaku.engine.rulebook.document import read, write
from teichaku.engine.rulebook.hashes import rule_hashes, rulebook_hash, section_hashes
from teichaku.engine.rulebook.load import load

TEXT = (Path(__file__).parents[2] / "data" / "rulebook-example.yaml").read_text(encoding="utf-8")


def _backwards(data: Any) -> Any:
    """The same data with the keys of every mapping but ordered ones the other way round."""
    if isinstance(data, dict):
        return {key: _backwards(data[key]) for key in reversed(data)}
    return [_backwards(item) for item in data] if isinstance(data, list) else data


def _block(data: Any, depth: int = 0) -> str:
    """Block-style YAML of plain data, scalars as the writer quotes them."""
    pad = "  " * depth
    if isinstance(data, dict) and data:
        return "".join(f"\n{pad}{key}:{_block(value, depth + 1)}" for key, value in data.items())
    if isinstance(data, list) and data:
        return "".join(f"\n{pad}-{_block(item, depth + 1)}" for item in data)
    return f" {write([data]).strip()[1:-1].strip()}" if data not in ({}, []) else f" {data}"


def test_comments_do_not_count() -> None:
    noted = "# first\n" + TEXT.replace("\n", " # note\n").replace(": # note", ":  # note")
    assert rulebook_hash(load(noted)) == rulebook_hash(load(TEXT))


def test_the_order_of_keys_does_not_count() -> None:
    data = read(TEXT).data
    turned = _backwards(data)
    turned["scoring"]["grades"] = data["scoring"]["grades"]
    assert rulebook_hash(load(write(turned))) == rulebook_hash(load(TEXT))
    assert rule_hashes(load(write(turned))) == rule_hashes(load(TEXT))


def test_block_and_flow_style_do_not_count() -> None:
    text = _block(read(TEXT).data).lstrip("\n") + "\n"
    assert "{" not in text.replace("given: {}", "")
    assert rulebook_hash(load(text)) == rulebook_hash(load(TEXT))


def test_defaults_written_out_do_not_count() -> None:
    assert "timezone: Asia/Tokyo" in TEXT
    shorter = TEXT.replace("timezone: Asia/Tokyo\n", "")
    assert rulebook_hash(load(shorter)) == rulebook_hash(load(TEXT))


def test_true_and_one_are_different_documents() -> None:
    head = "rulebook: 1\ntitle: t\n"
    texts = [
        head + f"mql: {{when: {{attribute: a, is: {value}}}}}\n" for value in ("true", "1", "'1'")
    ]
    assert len({rulebook_hash(load(text)) for text in texts}) == 3


@pytest.mark.parametrize(
    ("old", "new", "section", "rules"),
    [
        ("points: 50", "points: 55", "scoring", {"V-11"}),
        ("max: 45.5", "max: 46", "scoring", set()),
        ("max: 150", "max: 160", "scoring", set()),
        ("points: 15}", "points: 16}", "scoring", {"A-01"}),
        ("score: fit, at_least: 10", "score: fit, at_least: 12", "mql", {"Q-01"}),
        ("per_week: 3", "per_week: 4", "handover", set()),
        ('due: "thu 16:30"', 'due: "thu 16:00"', "inputs", {"N-01"}),
        ("mode: warn", "mode: block", "gates", {"G-02"}),
        ("minutes: 20", "minutes: 25", "meetings", {"week"}),
        ("hollow: 30d", "hollow: 31d", "reviews", set()),
        ("target: 25", "target: 26", "kpis", set()),
        ("probability: 0.5", "probability: 0.6", "deal", set()),
        ("fiscal_year_start: 10", "fiscal_year_start: 1", "calendar", set()),
        ("見積依頼に早く答え", "見積依頼にすぐ答え", "purpose", set()),
    ],
)
def test_a_change_touches_the_hashes_of_its_own_part_only(
    old: str, new: str, section: str, rules: set[str]
) -> None:
    assert TEXT.count(old) == 1
    before, after = load(TEXT), load(TEXT.replace(old, new))
    assert rulebook_hash(before) != rulebook_hash(after)
    sections = section_hashes(before), section_hashes(after)
    assert sections[0].keys() == sections[1].keys()
    assert {key for key in sections[0] if sections[0][key] != sections[1][key]} == {section}
    cited = rule_hashes(before), rule_hashes(after)
    assert cited[0].keys() == cited[1].keys()
    assert {key for key in cited[0] if cited[0][key] != cited[1][key]} == rules


def test_every_cited_rule_has_a_hash_with_its_section() -> None:
    found = rule_hashes(load(TEXT))
    assert {name: section for name, (section, _) in found.items()} == {
        **dict.fromkeys(
            ["V-01", "V-02", "V-10", "V-11", "V-12", "A-01", "A-02", "A-03", "A-04"], "scoring"
        ),
        "Q-01": "mql",
        **dict.fromkeys(["N-01", "N-02", "N-03"], "inputs"),
        **dict.fromkeys(["G-01", "G-02"], "gates"),
        **dict.fromkeys(["week", "month"], "meetings"),
    }
    assert all(len(digest) == 64 for _, digest in found.values())
