"""A small company on 20 May 2026, whose every figure can be counted by eye."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.intake.importing import import_text

from teichaku.core.facts import FactsContext

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 5, 20, 12, tzinfo=TOKYO)
CONTEXT = FactsContext(NOW, TOKYO)

# 山田 太郎 is at 甲商事 twice but for a space; the one at 乙工業 is somebody else.
LEADS = """\
external_id,name,company,owner,created_at,mql_at
L1,山田 太郎,甲商事,佐藤 健,2026-01-10,2026-05-01
L2,山田太郎,甲商事,,2026-01-10,
L3,山田 太郎,乙工業,,2026-01-10,2026-04-01
L4,鈴木 花,乙工業,,2026-01-10,2026-05-10
L5,,乙工業,,2026-01-10,
"""
# D3 is 90 days old, D5 is with a customer: D4 was won before.
DEALS = """\
external_id,lead,company,owner,stage,created_on,closed_on
D1,L1,甲商事,佐藤 健,提案,2026-03-01,
D2,,丙建設,田中 実,提案,2026-04-01,
D3,,丁運輸,佐藤 健,提案,2026-02-19,
D4,L3,乙工業,佐藤 健,won,2026-02-20,2026-03-10
D5,,乙工業,田中 実,提案,2026-04-10,
"""
# Of four texts one says nothing; of four open deals one has a next action that lies ahead.
ACTIVITIES = """\
external_id,deal,owner,at,kind,outcome,next_action,next_action_on
A1,D1,佐藤 健,2026-05-18T10:00:00+09:00,visit,前進,見積提出,2026-05-25
A2,D2,田中 実,2026-04-02T10:00:00+09:00,call,なし,訪問,2026-04-10
"""
BOOK = """\
rulebook: 1
title: 運用ルール
timezone: Asia/Tokyo
purpose: 展示会後のリードを放置しない
kpis:
  mql_count: {target: 40, per: month, owner: marketing_manager, by: 2027-03-31}
  win_rate: {target: 0.25, owner: sales_manager, by: 2027-03-31}
scoring:
  behaviour:
    - group: web
      max: 60
      rules:
        - {id: S-1, when: {event: page_view, path: "/service/**"}, points: 10, expires: 30d}
        - {id: S-2, when: {event: page_view, path: /careers}, points: -15}
    - group: forms
      rules:
        - {id: S-3, when: {event: form_submit}, points: 40, cap: {times: 2, per: 7d}}
  fit:
    rules:
      - {id: F-1, when: {attribute: title, matches: "部長"}, points: 20}
      - {id: F-2, when: {attribute: company.employees, between: [50, 500]}, points: 10}
mql:
  when: {score: total, at_least: 40}
handover:
  to: [{team: field_sales, by: capacity}]
  deadlines: {accept: 8bh, first_touch: 1bd}
inputs:
  - id: R-1
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action_on]}
    why: [agenda.stalled_deals]
    tests:
      - {given: {next_action_on: 2026-12-01}, expect: met}
      - {given: {}, expect: missing}
  - id: R-2
    who: {role: sales_rep}
    when: {after: deal.created, due: 1bd}
    what: {object: deal, fields: [amount, close_on]}
meetings:
  - {id: weekly, every: week, day: mon, time: "10:00", minutes: 15, chair: sales_manager,
     departments: [sales], agenda: weekly}
  - {id: monthly, every: month, day: bd3, time: "16:00", minutes: 45, chair: sales_manager,
     departments: [sales, marketing], agenda: monthly}
"""


def bring_in() -> None:
    """The company's files are in."""
    for entity, text in (("leads", LEADS), ("deals", DEALS), ("activities", ACTIVITIES)):
        assert import_text(entity, text).rejected == 0
