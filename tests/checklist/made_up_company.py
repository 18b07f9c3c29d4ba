"""A made-up company with every kind of trouble that the diagnosis looks for, as plain rows."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

AS_OF = date(2026, 11, 20)
OWNERS = ("見本 一郎", "見本 二郎", "見本 三郎", "")
Rows = list[dict[str, str]]


def company_rows() -> dict[str, Rows]:
    """Kind of file to rows; the same ones at every call."""
    draw = random.Random(3)
    companies = [
        {"external_id": f"C{i}", "name": name, "domain": f"{host}.example" if host else ""}
        for i, (name, host) in enumerate(
            [
                ("株式会社架空山製作所", "kakuyama"),
                ("架空山製作所（株）", ""),  # the same name: joined on import, two ids
                ("仮谷精密電機工業株式会社", "karitani"),
                ("仮谷精密電器工業株式会社", ""),  # one letter off: for a person to decide
                ("試沢精密工業 第1工場", ""),
                ("試沢精密工業 第2工場", ""),  # digits differ: two plants
                ("例島商会", "reijima"),
            ]
        )
    ]
    leads = [_lead(i, draw) for i in range(60)]
    deals = [_deal(i, draw) for i in range(80)]
    activities = [_activity(i, draw) for i in range(60)]
    users = [{"external_id": name, "name": name, "department": "営業部"} for name in OWNERS if name]
    return {
        "users": users, "companies": companies, "leads": leads, "deals": deals,
        "activities": activities,
    }  # fmt: skip


def _day(draw: random.Random, back: int, ahead: int = 0) -> str:
    return (AS_OF + timedelta(days=draw.randint(-back, ahead))).isoformat()


def _lead(i: int, draw: random.Random) -> dict[str, str]:
    return {
        "external_id": f"L{i}",
        "email": f"person{i:03}@kakuu{i % 7}.example",
        "name": f"架空木 人{i:03}",
        "company": f"C{draw.randrange(7)}",
        "owner": draw.choice(OWNERS),
        "mql_at": _day(draw, 120) if draw.random() < 0.7 else "",
        "created_at": _day(draw, 400),
    }


def _deal(i: int, draw: random.Random) -> dict[str, str]:
    stage = draw.choice(["open", "open", "提案", "won", "lost"])
    created = _day(draw, 500)
    closed = date.fromisoformat(created) + timedelta(days=draw.randint(1, 60))
    return {
        "external_id": f"D{i}",
        "lead": f"L{draw.randrange(60)}" if draw.random() < 0.3 else "",
        "company": f"C{draw.randrange(4, 7)}" if draw.random() < 0.7 else "",
        "owner": draw.choice(OWNERS),
        "name": f"引合 {i:03}",
        "stage": stage,
        "kind": draw.choice(["新規", "新規", "リピート"]),
        "amount": str(draw.randrange(1, 500) * 10_000) if draw.random() < 0.8 else "",
        "created_on": created,
        "close_on": _day(draw, 60, 60) if draw.random() < 0.8 else "",
        "closed_on": min(closed, AS_OF).isoformat() if stage in ("won", "lost") else "",
    }


def _activity(i: int, draw: random.Random) -> dict[str, str]:
    at = date.fromisoformat(_day(draw, 90))
    return {
        "external_id": f"A{i}",
        "deal": f"D{draw.randrange(80)}",
        "owner": draw.choice(OWNERS),
        "kind": "call",
        "at": f"{at.isoformat()}T10:00:00+09:00",
        "recorded_at": f"{(at + timedelta(days=draw.randint(0, 3))).isoformat()}T18:30:00+09:00",
        "next_action": "電話",
        "next_action_on": _day(draw, 20, 20) if draw.random() < 0.7 else "",
    }


def folder_write(folder: Path, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> Path:
    """The folder with a CSV file for each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, lines in rows.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
    return folder


def names_of(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> set[str]:
    """Every name, address and deal title that stands in the rows."""
    columns = {"name", "email", "domain"}
    found = {row.get(c, "") for lines in rows.values() for row in lines for c in columns}
    return found - {""}
