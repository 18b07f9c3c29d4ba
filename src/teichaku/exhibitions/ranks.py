"""Which rank the words of a sheet mean, and which columns hold rank, memo and time of a visit."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from teichaku.exhibitions.words import RANKS
from teichaku.intake.guess_values import Column, Sample
from teichaku.intake.header_words import CARD_DATES, FAIR_DATES

MOST_WORDS: Final = 12  # a column with more different words holds no rank
_RANK_COLUMNS = (
    "名刺ランク 来場者ランク ランク 見込み度 見込度 温度感 ホット度 確度 興味度 関心度 評価"
    " rank leadrank temperature hotness"
)
_MEMO_COLUMNS = (
    "メモ 商談メモ 会話メモ 会話内容 ヒアリング内容 ヒアリングメモ 面談メモ 話した内容 ご相談内容"
    " 相談内容 備考 コメント memo note notes comment comments remarks"
)
_DAY_COLUMNS = f"{FAIR_DATES} スキャン日時 読取日時 scannedat scandate {CARD_DATES}"
_WORDS: Final[Mapping[str, str]] = {
    "A": "a aa aランク ランクa s 高 高い 大 ◎ hot ホット 熱い すぐ すぐに 今すぐ 今すぐ客 至急"
    " 有望 high 3か月以内 3ヶ月以内",
    "B": "b bランク ランクb 中 中くらい 普通 ○ 〇 warm ウォーム そのうち middle medium"
    " 半年以内 6か月以内 6ヶ月以内",
    "C": "c d cランク ランクc dランク 低 低い 小 △ × cold コールド なし 情報収集 low 未定",
}
_MEANS: Final = {word: rank for rank, words in _WORDS.items() for word in words.split()}


def rank_meant(text: str) -> str:
    """The rank that the word usually means, '' where nobody can tell."""
    return _MEANS.get(unicodedata.normalize("NFKC", text).strip().casefold(), "")


def columns_guessed(sample: Sample) -> dict[str, str]:
    """The names of the columns with rank, memo and time, as far as there are any."""
    found = {
        "rank": _rank_column(sample.columns),
        "memo": _named(sample.columns, _MEMO_COLUMNS, dates=False),
        "day": _named(sample.columns, _DAY_COLUMNS, dates=True),
    }
    return {what: name for what, name in found.items() if name}


def ranks_guessed(texts: Collection[str]) -> dict[str, str]:
    """The rank of each word of the column, '' where a person has to say."""
    return {text: rank_meant(text) for text in sorted(set(texts) - {""})}


def rank_words(column: Column) -> list[str]:
    """The different words of the column; none where it can hold no ranks."""
    words = sorted(column.distinct)
    return words if len(words) <= MOST_WORDS else []


def rank_valid(rank: str) -> str:
    """The rank, '' for anything else."""
    return rank if rank in RANKS else ""


def _rank_column(columns: Sequence[Column]) -> str:
    known = _RANK_COLUMNS.split()
    fitting = [c for c in columns if c.key in known and c.filled and rank_words(c)]
    fitting.sort(key=lambda column: known.index(column.key))
    return fitting[0].name if fitting else ""


def _named(columns: Sequence[Column], words: str, *, dates: bool) -> str:
    known = words.split()
    fitting = [c for c in columns if c.key in known and c.filled and (c.dates >= 0.5) is dates]
    fitting.sort(key=lambda column: known.index(column.key))
    return fitting[0].name if fitting else ""
