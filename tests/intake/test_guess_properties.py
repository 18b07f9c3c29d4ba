"""Whatever stands in headers and cells, a guess comes back, and its maps can be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from teichaku.intake.guess import guess_table
from teichaku.intake.header_words import HEADER_WORDS, MARKS
from teichaku.intake.mapping import FileMap, mapping_parse, mapping_yaml
from teichaku.intake.reader import Records

WORDS = sorted(
    {
        word
        for words in (*HEADER_WORDS.values(), MARKS)
        for text in words.values()
        for word in text.replace("|", " ").split()
    }
)
USUAL = (
    *("", "", "1", "D-1", "a@kakuu.example.jp", "2026/04/01", "8/9/14", "受注", "失注", "佐藤"),
    *("*", "1,200千円", "true", "FALSE", "2026-04-01T10:00:00Z", "03-1234-5678", "NULL"),
)
CELLS = st.one_of(st.sampled_from(USUAL), st.text(max_size=12))
HEADERS = st.one_of(
    st.sampled_from([*WORDS, "レコードの開始行", "名刺交換日", "来場日", "パスワード"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=15),
)


@dataclass(frozen=True)
class Made:
    """A table in memory."""

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def records(self, size: int) -> Iterator[Records]:
        """All rows at once."""
        yield Records(list(range(2, len(self.rows) + 2)), self.rows, [])


@st.composite
def tables(draw: st.DrawFn) -> Made:
    header = draw(st.lists(HEADERS, min_size=1, max_size=12, unique_by=str.strip))
    width = len(header)
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8))
    return Made(header, rows)


@settings(max_examples=300, deadline=None)
@given(tables(), st.text(max_size=20), st.sets(st.sampled_from(["佐藤 健", "佐藤 実", "x"])))
def test_a_guess_comes_back_and_its_maps_can_be_used(table, name, people):
    guess = guess_table(table, file_name=name, people=people, counted_on="2026-11-22")
    assert 0.0 <= guess.confidence <= 1.0
    assert bool(guess.file_maps) == (guess.entity is not None)
    assert mapping_parse(mapping_yaml(guess.file_maps)) == list(guess.file_maps)
    for file_map in guess.file_maps:
        used = {column for columns in file_map.columns.values() for column in columns}
        used |= {*file_map.where, *file_map.filled, *file_map.carried}
        assert used <= {column.strip() for column in table.header} | set(table.header)
        assert not any("パスワード" in column for column in used)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["external_id", "email", "name", "attribute.x"]),
        st.lists(TEXTS, min_size=1, max_size=3),
        min_size=1,
    ).filter(lambda columns: columns.keys() - {"attribute.x"}),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
    st.dictionaries(TEXTS, st.lists(TEXTS, min_size=1, max_size=3), max_size=2),
    st.lists(TEXTS, max_size=2),
)
def test_a_written_map_is_read_back_as_it_was(columns, values, where, filled):
    file_map = FileMap.model_validate(
        {
            "entity": "leads",
            "columns": columns,
            "values": {"source": values},
            "where": where,
            "filled": filled,
        }
    )
    assert mapping_parse(mapping_yaml([file_map])) == [file_map]
