"""The clock, the environment and the framework are met in one place each."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests.contracts.source import calls, imported, modules

READS_CLOCK = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "timezone.now",
    "time.time",
)
READS_ENVIRONMENT = ("os.environ", "os.getenv")
NAMES_SETTINGS = "os.environ.setdefault"


def _using(names: tuple[str, ...], *, but: str) -> list[str]:
    return [
        f"{path}: {name}"
        for path, tree in modules().items()
        if path != but
        for name in calls(tree)
        if name in names or name.endswith(tuple(f".{known}" for known in names))
    ]


def test_only_the_clock_reads_the_time() -> None:
    assert _using(READS_CLOCK, but="core/clock.py") == []


def test_only_one_file_reads_the_environment() -> None:
    reading = _using(READS_ENVIRONMENT, but="config/environment.py")
    # Django's entry for web servers says there, and only there, where the settings are.
    assert {use.split(":")[0] for use in reading} <= {"config/wsgi.py"}
    assert f"config/wsgi.py: {NAMES_SETTINGS}" in _using((NAMES_SETTINGS,), but="")


def test_the_engine_knows_neither_framework_nor_clock_nor_network() -> None:
    foreign = ("django", "time", "httpx", "socket", "urllib", "psycopg", "sqlite3")
    found = [
        f"{path}: {name}"
        for path, tree in modules().items()
        if path.startswith("engine/")
        for name in imported(tree)
        if name.split(".")[0] in foreign
    ]
    assert found == []


def test_no_engine_loop_is_parallel_by_itself() -> None:
    parallel = [
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "parallel"
    ]
    assert parallel == []


def test_help_is_quick_for_it_loads_no_compiler() -> None:
    code = "import sys, teichaku.cli; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
