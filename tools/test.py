"""Runs every test on SQLite and then on PostgreSQL, and says plainly what was left out.

``TEICHAKU_TEST_POSTGRES`` names the server to use; once named, it has to answer. Without it the
one on this machine is used if it answers. Arguments are handed on to pytest.

Browsers, mail servers and killed processes keep times that nobody can promise on a busy machine. So
what failed is asked once more, alone; what passes then is named at the end, for somebody to mend.
"""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

import click
import psycopg

VARIABLE = "TEICHAKU_TEST_POSTGRES"
PROCESSES = "2"
SOME_FAILED = 1  # pytest's exit code


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 when nothing failed on any database that could be used."""
    url = server()
    outcomes = {"SQLite": run("sqlite:///teichaku.sqlite3", arguments)}
    problem = unreachable(url)
    if problem is None:
        outcomes["PostgreSQL"] = run(url, arguments)
    elif VARIABLE in os.environ:
        outcomes["PostgreSQL"] = (1, f"{VARIABLE} names a server that does not answer: {problem}")
    else:
        hint = f"set {VARIABLE} to postgres://USER:PASSWORD@HOST:PORT/NAME to include it"
        outcomes["PostgreSQL"] = (0, f"SKIPPED, no server answers on 127.0.0.1:5432; {hint}")
    click.echo()
    for database, (_, closing_line) in outcomes.items():
        click.echo(f"{database}: {closing_line}")
    return max(code for code, _ in outcomes.values())


def run(url: str, arguments: Sequence[str]) -> tuple[int, str]:
    """The exit code and closing line of all tests on one database."""
    code, closing_line = pytest_run(url, ["-n", PROCESSES, *arguments])
    if code != SOME_FAILED:
        return code, closing_line
    again, second_line = pytest_run(url, ["--last-failed", "--maxfail=1", "-rA", *arguments])
    return again, f"{closing_line}; what failed, once more and alone: {second_line}"


def pytest_run(url: str, arguments: Sequence[str]) -> tuple[int, str]:
    """Pytest's exit code and closing line; its output is shown as it comes."""
    command = [sys.executable, "-m", "pytest", *arguments]
    closing_line = "nothing ran"
    with subprocess.Popen(  # noqa: S603 - pytest, with the developer's own arguments
        command, env=surroundings(url), stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as pytest:
        assert pytest.stdout is not None
        for line in pytest.stdout:
            click.echo(line, nl=False)
            closing_line = line.strip(" =\n") or closing_line
    return pytest.returncode, closing_line


def surroundings(url: str) -> Mapping[str, str]:
    """The environment of a run: this one, but with no setting of ours except the database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEICHAKU_")}
    return {**kept, "DATABASE_URL": url}


def server() -> str:
    """The address of the PostgreSQL server that the tests use, and a name for their database."""
    return os.environ.get(VARIABLE, f"postgres://{getpass.getuser()}@127.0.0.1:5432/teichaku")


def unreachable(url: str) -> str | None:
    """Why the server cannot be used, or None when it can."""
    address, _, _ = url.rpartition("/")
    try:
        psycopg.connect(f"{address}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return " ".join(str(error).split())
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
