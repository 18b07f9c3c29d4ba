"""``python -m benchmarks``: measures, prints a table, writes build/bench.json.

A process per part and database keeps their memory apart. ``--quick`` runs everything at a small
size and judges no time; it takes one process and one database of a kind for all parts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

import psycopg

from benchmarks.figures import Figure, say, table

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "build" / "bench.json"
SERVER_VARIABLE, DEFAULT_SERVER = "TEICHAKU_TEST_POSTGRES", "postgres://127.0.0.1:5432/postgres"
ROWS = {
    "3": "backtests-3", "4": "backtests-4", "1": "rescore-1", "2": "rescore-2", "7": "import",
    "5": "live", "6": "collector", "10": "segments", "11": "handovers", "12": "pages",
}  # fmt: skip
ON_DATABASES = {
    "rescore-1": ("1 full rescore", "s"),
    "rescore-2": ("2 full rescore", "s"),
    "import": ("7 import", "rows/s"),
    "live": ("5 event to handover", "s (p95)"),
    "collector": ("6 collector", "events/s"),
    "segments": ("10 segment", "s"),
    "handovers": ("11 handover assignment", "statements/lead"),
    "pages": ("12 pages", "ms"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every measured row meets its target, else 1."""
    options = _options(arguments)
    if options.parts:
        figures = [figure for part in options.parts for figure in _measure(part, options)]
        print(json.dumps([figure.as_plain() for figure in figures]))
        return 0
    figures = _figures(options)
    judged = not options.quick
    print(table(figures, judged=judged))
    options.result.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        [figure.as_json(judged=judged) for figure in figures], ensure_ascii=False, indent=1
    )
    options.result.write_text(text + "\n", encoding="utf-8")
    return int(judged and any(figure.ok is False for figure in figures))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, no judgement")
    parser.add_argument("--rows", nargs="+", choices=sorted(ROWS), default=sorted(ROWS))
    parser.add_argument("--result", type=Path, default=RESULT)
    parser.add_argument("--parts", nargs="+", choices=ROWS.values(), help=argparse.SUPPRESS)
    parser.add_argument("--kind", default="", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _measure(part: str, options: argparse.Namespace) -> list[Figure]:
    """Inside the process of the part."""
    from benchmarks import backtests, collector, databases, handovers, live, pages, segments

    measures: dict[str, Callable[[], list[Figure]]] = {
        "backtests-3": lambda: backtests.row_3(quick=options.quick),
        "backtests-4": lambda: backtests.row_4(quick=options.quick),
        "rescore-1": lambda: databases.row_1(options.kind, quick=options.quick),
        "rescore-2": lambda: databases.row_2(options.kind, quick=options.quick),
        "import": lambda: databases.row_7(options.kind, quick=options.quick),
        "collector": lambda: collector.row_6(options.kind, quick=options.quick),
        "live": lambda: live.row_5(options.kind, quick=options.quick),
        "segments": lambda: segments.row_10(options.kind, quick=options.quick),
        "handovers": lambda: handovers.row_11(options.kind, quick=options.quick),
        "pages": lambda: pages.row_12(options.kind, quick=options.quick),
    }
    return measures[part]()


def _figures(options: argparse.Namespace) -> list[Figure]:
    """The figures of the rows asked for, by row."""
    parts = [part for row, part in ROWS.items() if row in options.rows]
    figures: list[Figure] = []
    for batch in [parts] if options.quick else [[part] for part in parts]:
        plain = [part for part in batch if part not in ON_DATABASES]
        stored = [part for part in batch if part in ON_DATABASES]
        if plain:
            figures += _child(plain, {}, quick=options.quick)
        if stored:
            figures += _on_databases(stored, quick=options.quick)
    return sorted(figures, key=lambda figure: int(figure.name.split()[0]))


def _on_databases(parts: Sequence[str], *, quick: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        figures = _on(parts, f"sqlite:///{folder}/bench.sqlite3", "SQLite", folder, quick=quick)
    server = os.environ.get(SERVER_VARIABLE, DEFAULT_SERVER)
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        reason = f"no PostgreSQL answers; name one in {SERVER_VARIABLE}"
        return figures + [
            Figure(f"{name}, PostgreSQL", None, unit, "at most", 0, skipped=reason)
            for name, unit in (ON_DATABASES[part] for part in parts)
        ]
    database = f"teichaku_bench_{uuid4().hex[:12]}"
    with admin, tempfile.TemporaryDirectory() as folder:
        admin.execute(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            url = server.rpartition("/")[0] + f"/{database}"
            return [*figures, *_on(parts, url, "PostgreSQL", folder, quick=quick)]
        finally:
            admin.execute(f"DROP DATABASE {database} WITH (FORCE)")


def _on(parts: Sequence[str], url: str, kind: str, folder: str, *, quick: bool) -> list[Figure]:
    surroundings = {
        "DATABASE_URL": url,
        "TEICHAKU_STATE_DIR": f"{folder}/state",
        "TEICHAKU_SECRET_KEY": "for the benchmarks alone, fifty characters or more",
        "DJANGO_SETTINGS_MODULE": "teichaku.config.settings",
    }
    return _child(parts, surroundings, "--kind", kind, quick=quick)


def _child(
    parts: Sequence[str], surroundings: dict[str, str], *more: str, quick: bool
) -> list[Figure]:
    command = [sys.executable, "-m", "benchmarks", "--parts", *parts, *more]
    say(f"— {' '.join([*parts, *more])}")
    done = subprocess.run(
        [*command, "--quick"] if quick else command,
        cwd=ROOT, env={**os.environ, **surroundings}, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return [Figure(**plain) for plain in json.loads(done.stdout)]


if __name__ == "__main__":
    sys.exit(main())
