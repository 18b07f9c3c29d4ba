"""``python -m benchmarks.reliability --minutes 10``: exits 1 when anything is missing or twice.

On a fresh database of each kind a web server and two workers run while clients make entries over
HTTP; every few seconds one of the processes is killed without warning and started again. Leases are
short, so that takeovers happen within the run. ``--beacons 2000 --minutes 1`` has browsers send
that many events a second instead.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from benchmarks.__main__ import DEFAULT_SERVER, ROOT, SERVER_VARIABLE
from benchmarks.figures import say
from benchmarks.reliability.counts import Count, table

KINDS = ("sqlite", "postgresql")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when nothing was lost and nothing is there twice, else 1."""
    options = _options(arguments)
    if options.inside:
        print(json.dumps([count._asdict() for count in _counted(options)]))
        return 0
    fine = True
    for kind in options.on:
        with tempfile.TemporaryDirectory() as folder, _database(kind, folder) as url:
            if not url:
                say(f"{kind}: skipped, no PostgreSQL answers; name one in {SERVER_VARIABLE}")
                continue
            say(f"— {kind}, {options.minutes:g} minutes")
            counts = _inside(url, folder, options)
        print(f"{kind}, {options.minutes:g} minutes, seed {options.seed}\n{table(counts)}\n")
        fine = fine and all(count.fine for count in counts)
    return int(not fine)


def _counted(options: argparse.Namespace) -> list[Count]:
    """The counts of a run in this process."""
    from benchmarks.reliability import beacons, run

    seconds = options.minutes * 60
    if options.beacons:
        return beacons.run(seconds, options.seed, options.beacons)
    return run.run(seconds, options.seed)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--on", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--seed", type=int, default=1, help="of who is killed when")
    parser.add_argument(
        "--beacons", type=int, default=0, metavar="EVENTS",
        help="instead of people, browsers that send so many events a second",
    )  # fmt: skip
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


@contextmanager
def _database(kind: str, folder: str) -> Iterator[str]:
    """Within the block, a database of its own; its URL, empty where there is no server."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/reliability.sqlite3"
        return
    server = os.environ.get(SERVER_VARIABLE, DEFAULT_SERVER)
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        yield ""
        return
    name = f"teichaku_reliability_{uuid4().hex[:12]}"
    with admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield server.rpartition("/")[0] + f"/{name}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _inside(url: str, folder: str, options: argparse.Namespace) -> list[Count]:
    """The counts of a run in a process that knows this database."""
    surroundings = {
        "DATABASE_URL": url,
        "TEICHAKU_STATE_DIR": str(Path(folder) / "state"),
        "TEICHAKU_SECRET_KEY": "for the benchmarks alone, fifty characters or more",
        "DJANGO_SETTINGS_MODULE": "teichaku.config.settings",
    }
    told = ["--minutes", str(options.minutes), "--seed", str(options.seed)]
    told += ["--beacons", str(options.beacons)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reliability", "--inside", *told],
        cwd=ROOT, env={**os.environ, **surroundings}, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return [Count(**plain) for plain in json.loads(done.stdout.splitlines()[-1])]


if __name__ == "__main__":
    sys.exit(main())
