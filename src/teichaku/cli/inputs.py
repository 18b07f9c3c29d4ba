"""Input rates, as one object or as a table that people read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import click

from teichaku.cli.data import COMMAND_LINE
from teichaku.cli.output import iso, print_json, span_given
from teichaku.cli.tables import table_lines
from teichaku.engine.rulebook.model import Rulebook
from teichaku.inputs.passes import obligations_catch_up
from teichaku.inputs.selectors import By, Group, rates
from teichaku.rulebook.selectors import rulebook_in_force

WORDS = {
    "ja": {
        "title": "入力率（期限が来た入力タスク）", "from": "{day} から", "to": "{day} の前日まで",
        "person": "担当者", "rule": "入力ルール", "week": "週（月曜日）",
        "columns": ["期限内", "遅れ", "未入力", "例外", "期限内の割合"],
        "nobody": "（役割の担当者）",
        "rate": "{part:,}/{whole:,} {value:.1%}（95%信頼区間 {low:.1%}～{high:.1%}）",
        "fraction": "{part:,}/{whole:,}（8件未満のため割合は出しません）",
        "nothing": "期限が来た入力タスクはありません。",
        "no_rulebook": "有効な運用ルールがありません。入力ルールのあるものを有効にしてください:"
        " teichaku rulebook activate FILE",
    },
    "en": {
        "title": "Input rates (input tasks whose deadline has come)", "from": "from {day}",
        "to": "before {day}", "person": "Person", "rule": "Input rule", "week": "Week (Monday)",
        "columns": ["In time", "Late", "Missing", "Excepted", "Share in time"],
        "nobody": "(whoever has the role)",
        "rate": "{part:,}/{whole:,} {value:.1%} (95% interval {low:.1%}–{high:.1%})",
        "fraction": "{part:,}/{whole:,} (no percentage below 8)",
        "nothing": "No input task has come due.",
        "no_rulebook": "No rulebook is in force. Activate one that has input rules:"
        " teichaku rulebook activate FILE",
    },
}  # fmt: skip


def inputs(start: str | None, end: str | None, by: str, lang: str, *, as_json: bool) -> None:
    """The rates of what was due in a span of days; obligations are brought up to date first."""
    rulebook = rulebook_in_force()
    if rulebook is None:
        raise click.ClickException(str(WORDS[lang]["no_rulebook"]))
    span = span_given(start, end, rulebook)
    obligations_catch_up(actor=COMMAND_LINE)
    groups = rates(*span, cast("By", by))
    if as_json:
        print_json(_document(span, by, groups, rulebook))
    else:
        click.echo("\n".join(_lines((start, end), by, groups, lang)))


def _document(
    span: tuple[datetime | None, datetime | None],
    by: str,
    groups: Sequence[Group],
    rulebook: Rulebook,
) -> dict[str, object]:
    return {
        "from": iso(span[0], rulebook),
        "to": iso(span[1], rulebook),
        "by": by,
        "groups": [
            {
                "key": _key(group, by),
                "due": group.counts.due,
                "on_time": group.counts.on_time,
                "late": group.counts.late,
                "overdue": group.counts.overdue,
                "waived": group.counts.waived,
                "rate": group.counts.rate.value,
                "low": group.counts.rate.low,
                "high": group.counts.rate.high,
            }
            for group in groups
        ],
    }


def _key(group: Group, by: str) -> str | None:
    """People by their names, rules by their ids, weeks by their Mondays."""
    if group.key is None:
        return None
    return str(group.key) if by == "rule" else group.label


def _lines(
    span: tuple[str | None, str | None], by: str, groups: Sequence[Group], lang: str
) -> list[str]:
    words = WORDS[lang]
    told = [
        str(words[name]).format(day=day)
        for name, day in zip(("from", "to"), span, strict=True)
        if day is not None
    ]
    title = " ".join([str(words["title"]), *told])
    if not groups:
        return [title, "", str(words["nothing"])]
    rows = [[str(words[by]), *words["columns"]]]
    for group in groups:
        counts = group.counts
        numbers = (counts.on_time, counts.late, counts.overdue, counts.waived)
        label = group.label or str(words["nobody"])
        rows.append([label, *(f"{n:,}" for n in numbers), _share(group, lang)])
    return [title, "", *table_lines(rows)]


def _share(group: Group, lang: str) -> str:
    counts = group.counts
    name = "fraction" if counts.percentage is None else "rate"
    return str(WORDS[lang][name]).format(
        part=counts.on_time, whole=counts.due, **counts.rate._asdict()
    )
