"""``python -m benchmarks``: measures, prints a table, writes build/bench.json.

``--quick`` runs everything at a small size and judges no time. A process per part keeps memory and
databases apart.
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
}  # fmt: skip
ON_DATABASES = {
    "rescore-1": ("1 full rescore", "s"),
    "rescore-2": ("2 full rescore", "s"),
    "import": ("7 import", "rows/s"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every measured row meets its target, else 1."""
    options = _options(arguments)
    if options.part:
        print(json.dumps([figure.as_plain() for figure in _measure(options)]))
        return 0
    parts = [part for row, part in ROWS.items() if row in options.rows]
    figures = [figure for part in parts for figure in _figures(part, quick=options.quick)]
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
    parser.add_argument("--part", choices=sorted(ROWS.values()), help=argparse.SUPPRESS)
    parser.add_argument("--kind", default="", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _measure(options: argparse.Namespace) -> list[Figure]:
    """Inside the process of one part."""
    from benchmarks import backtests, databases

    measures: dict[str, Callable[[], list[Figure]]] = {
        "backtests-3": lambda: backtests.row_3(quick=options.quick),
        "backtests-4": lambda: backtests.row_4(quick=options.quick),
        "rescore-1": lambda: databases.row_1(options.kind, quick=options.quick),
        "rescore-2": lambda: databases.row_2(options.kind, quick=options.quick),
        "import": lambda: databases.row_7(options.kind, quick=options.quick),
    }
    return measures[options.part]()


def _figures(part: str, *, quick: bool) -> list[Figure]:
    if part not in ON_DATABASES:
        return _child(part, {}, quick=quick)
    with tempfile.TemporaryDirectory() as folder:
        figures = _on(part, f"sqlite:///{folder}/bench.sqlite3", "SQLite", folder, quick=quick)
    server = os.environ.get(SERVER_VARIABLE, DEFAULT_SERVER)
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        name, unit = ON_DATABASES[part]
        reason = f"no PostgreSQL answers; name one in {SERVER_VARIABLE}"
        return [*figures, Figure(f"{name}, PostgreSQL", None, unit, "at most", 0, skipped=reason)]
    database = f"teichaku_bench_{uuid4().hex[:12]}"
    with admin, tempfile.TemporaryDirectory() as folder:
        admin.execute(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            url = server.rpartition("/")[0] + f"/{database}"
            return [*figures, *_on(part, url, "PostgreSQL", folder, quick=quick)]
        finally:
            admin.execute(f"DROP DATABASE {database} WITH (FORCE)")


def _on(part: str, url: str, kind: str, folder: str, *, quick: bool) -> list[Figure]:
    surroundings = {
        "DATABASE_URL": url,
        "TEICHAKU_STATE_DIR": f"{folder}/state",
        "TEICHAKU_SECRET_KEY": "for the benchmarks alone, fifty characters or more",
        "DJANGO_SETTINGS_MODULE": "teichaku.config.settings",
    }
    return _child(part, surroundings, "--kind", kind, quick=quick)


def _child(part: str, surroundings: dict[str, str], *more: str, quick: bool) -> list[Figure]:
    command = [sys.executable, "-m", "benchmarks", "--part", part, *more]
    say(f"— {' '.join([part, *more])}")
    done = subprocess.run(
        [*command, "--quick"] if quick else command,
        cwd=ROOT, env={**os.environ, **surroundings}, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return [Figure(**plain) for plain in json.loads(done.stdout)]


if __name__ == "__main__":
    sys.exit(main())
