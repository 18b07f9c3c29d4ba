"""The mapping file and what it says when something in it is wrong."""

from __future__ import annotations

import pytest

from teichaku.core.errors import InvalidInput
from teichaku.intake.mapping import mapping_default, mapping_for, mapping_parse

TWO = """
entity: events
columns: {external_id: id, lead: visitor, at: occurred, type: kind, path: page}
constants: {source: web}
values: {type: {view: page_view, 1: form_submit}}
where: {kind: [view, 1]}
dates: {at: iso}
timezone: Asia/Tokyo
key: external_id
---
entity: leads
system: ma
columns: {external_id: id, attribute.plan: plan}
"""


def test_each_entity_has_its_document():
    events, leads = mapping_parse(TWO)
    assert events.values["type"] == {"view": "page_view", "1": "form_submit"}
    assert events.where == {"kind": ("view", "1")}
    assert (events.system, leads.system) == ("default", "ma")
    assert mapping_for(TWO, "leads") == leads


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("entity: event\ncolumns: {}", ["Document 1", "entity", "did you mean events?"]),
        ("entity: leads\ncolumns: {emial: x}", ["(leads)", "columns", "emial", "mean email?"]),
        ("entity: leads\ncolums: {email: x}", ["colums", "did you mean columns?"]),
        ("entity: leads\ncolumns: {email: x}\n---\nentity: deals\ncolumns: {name: n}",
         ["Document 2", "external_id"]),
        ("entity: events\ncolumns: {lead: a, at: b}", ["type", "cannot do without"]),
        ("entity: leads\ncolumns: {title: t}", ["external_id, email", "at least one"]),
        ("entity: leads\ncolumns: {email: x}\ntimezone: Tokyo", ["Tokyo", "Asia/Tokyo"]),
        ("entity: leads\ncolumns: {email: x}\nconstants: {email: y}",
         ["both a column and a constant"]),
        ("entity: leads\ncolumns: {email: x}\nvalues: {phone: tel}", ["values.phone"]),
        ("entity: leads\ncolumns: {email: x, email: y}", ["not valid YAML", "duplicate"]),
        ("- leads", ["Document 1"]),
    ],
)  # fmt: skip
def test_an_error_names_document_key_and_the_nearest_valid_one(text, parts):
    with pytest.raises(InvalidInput) as caught:
        mapping_parse(text)
    for part in parts:
        assert part in str(caught.value)


def test_a_missing_or_double_document_is_refused():
    with pytest.raises(InvalidInput, match="no document for deals"):
        mapping_for(TWO, "deals")
    with pytest.raises(InvalidInput, match="2 documents for leads"):
        mapping_for(
            "entity: leads\ncolumns: {email: a}\n---\nentity: leads\ncolumns: {email: b}", "leads"
        )


def test_without_a_map_columns_named_like_fields_are_used():
    file_map = mapping_default("leads", ["email", "memo", "attribute.plan", " name "])
    assert set(file_map.columns) == {"email", "attribute.plan", "name"}
