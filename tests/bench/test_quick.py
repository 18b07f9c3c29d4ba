"""The measuring itself works; how fast anything is, is no test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.figures import Figure, table
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the quick benchmark runs on both databases by itself"
)
def test_every_row_is_measured_at_a_small_size(tmp_path):
    result = tmp_path / "deep" / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--result", str(result)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(result.read_text(encoding="utf-8"))
    rows = {figure["name"].split()[0] for figure in figures}
    assert rows == {"1", "2", "3", "4", "5", "6", "7", "10", "11", "12"}
    assert all(figure.keys() >= {"name", "value", "unit", "target", "ratio_to", "ok"}
               for figure in figures)  # fmt: skip
    assert all(figure["value"] > 0 or figure["skipped"] for figure in figures)
    assert {figure["ok"] for figure in figures} == {None}
    assert all(figure["name"] in done.stdout for figure in figures)
    assert "MISSED" not in done.stdout


def test_a_figure_is_held_against_its_target():
    quick = Figure("pass", 0.2, "s", "at most", 0.3)
    slow = Figure("import", 900, "rows/s", "at least", 5_000)
    absent = Figure("import", None, "rows/s", "at least", 5_000, skipped="no server")
    assert [figure.ok for figure in (quick, slow, absent)] == [True, False, None]
    assert slow.as_json(judged=True) == {
        "name": "import", "value": 900, "unit": "rows/s", "target": "≥ 5,000 rows/s",
        "ratio_to": None, "ok": False,
    }  # fmt: skip
    assert slow.as_json(judged=False)["ok"] is None
    lines = table([quick, slow, absent], judged=True).splitlines()
    assert [line.split("  ")[-1].strip() for line in lines[1:]] == [
        "ok", "MISSED", "skipped: no server",
    ]  # fmt: skip
