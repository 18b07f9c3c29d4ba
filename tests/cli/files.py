"""A company in four small files, and the rulebook that its numbers are worked out for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

LEADS = """\
external_id,title,created_at
b2,営業部長,2026-01-05T09:00:00+09:00
a10,担当,2026-01-05T09:00:00+09:00
a9,,2026-03-31T23:59:59+09:00
"""
EVENTS = """\
external_id,lead,at,type,path
1,b2,2026-01-01T00:00:00+09:00,page_view,/service/x
2,a10,2026-03-31T23:59:59+09:00,form_submit,
3,a9,2026-04-01T00:00:00+09:00,form_submit,
4,b2,2026-04-30T23:59:59+09:00,form_submit,
5,b2,2026-05-01T00:00:00+09:00,page_view,/service/y
"""
DEALS = """\
external_id,lead,stage,created_on,closed_on
D1,a10,won,2026-04-10,2026-05-01
D2,a9,lost,2026-08-01,2026-08-20
"""
BOOK = """\
rulebook: 1
title: 試験のルール
timezone: Asia/Tokyo
scoring:
  behaviour:
    - group: web
      label: ウェブ
      max: 70
      rules:
        - id: S-1
          label: サービスを見た
          when: {event: page_view, path: "/service/**"}
          points: 10
          half_life: 30d
        - {id: S-2, when: {event: form_submit}, points: 40}
  fit:
    rules:
      - {id: F-1, label: 部長, when: {attribute: title, matches: "部長"}, points: 20}
  grades: {fit: {A: 20, B: 0}, behaviour: {1: 40, 2: 0}}
mql:
  id: M-1
  when:
    any:
      - {count: {event: form_submit}, at_least: 1, within: 30d}
      - {attribute: title, is: 社長}
"""


def bring_in(cli: Callable[..., object], write: Callable[[str, str], Path]) -> Path:
    """The company is imported and the rulebook in force; says where the rulebook is."""
    for entity, text in (("leads", LEADS), ("events", EVENTS), ("deals", DEALS)):
        assert cli("import", entity, write(f"{entity}.csv", text)).code == 0
    path = write("rules.yaml", BOOK)
    assert cli("rulebook", "activate", path).code == 0
    return path
