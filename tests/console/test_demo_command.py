"""`teichaku demo`: starting again at once, refusing, taking everything away."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from teichaku.accounts.models import User
from teichaku.accounts.services import user_create
from teichaku.cli import main
from teichaku.cli.server import serve
from teichaku.console.demo_state import demo_state_write
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import InvalidInput
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead, lead_create

CLI = [sys.executable, "-m", "teichaku.cli"]
LOAD = """
from teichaku.config.boot import start
start(None, lang="ja")
from django.core.management import call_command
call_command("migrate", verbosity=0)
from teichaku.console.demo import Size, demo_load
demo_load(size=Size(leads=60, events=900, months=2))
"""


def run(*command: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        command, cwd=folder, env=surroundings(folder, **environ), capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    return done


def surroundings(folder: Path, **environ: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "TEICHAKU" not in name}
    database = f"sqlite:///{folder / 'demo.sqlite3'}"
    return {**kept, "DATABASE_URL": database, "PYTHONUTF8": "0", **environ}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small made-up company in it."""
    made = tmp_path_factory.mktemp("demo")
    done = run(sys.executable, "-c", LOAD, folder=made)
    assert done.returncode == 0, done.stderr.decode()
    return made


def rows(folder: Path, table: str) -> int:
    connection = sqlite3.connect(folder / "demo.sqlite3")
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def start(folder: Path, port: int) -> tuple[str, int]:
    """What a console of Windows shows of the command, and the answer of the served page."""
    out = folder / "out.txt"
    command = [*CLI, "demo", "--port", str(port)]
    with out.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=folder, env=surroundings(folder, PYTHONIOENCODING="cp932"),
            stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        status = answer(process, f"http://127.0.0.1:{port}/accounts/log-in/")
    finally:
        process.terminate()
        process.wait(40)
    return out.read_bytes().decode("cp932"), status


def answer(process: subprocess.Popen[bytes], address: str) -> int:
    for _ in range(240):
        assert process.poll() is None, "the server ended by itself"
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                return int(reply.status)
        except OSError:
            time.sleep(0.5)
    raise AssertionError("no answer from the server")


def test_it_starts_again_with_the_same_log_ins(folder: Path, unused_tcp_port_of) -> None:
    deals = rows(folder, "deals_deal")
    first, status = start(folder, unused_tcp_port_of())
    again, _ = start(folder, unused_tcp_port_of())
    assert status == 200
    assert "架空精密工業株式会社" in first
    assert "Traceback" not in first + again
    logins = re.findall(r"^  (\S+@\S+) +(\S+)", first, re.MULTILINE)
    assert len(logins) == 8
    assert re.findall(r"^  (\S+@\S+) +(\S+)", again, re.MULTILINE) == logins
    assert rows(folder, "deals_deal") == deals


def test_reset_leaves_nothing(folder: Path) -> None:
    assert rows(folder, "leads_lead") > 0
    done = run(*CLI, "demo", "--reset", folder=folder, PYTHONIOENCODING="cp932")
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    connection = sqlite3.connect(folder / "demo.sqlite3")
    tables = [
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    connection.close()
    left = {table: count for table in tables if (count := rows(folder, table))}
    # What every fresh database has.
    fresh = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence",
             "deals_stage", "tracking_signature"}  # fmt: skip
    assert set(left) <= fresh, left
    assert not (folder / "demo.sqlite3.store" / "demo-logins").exists()
    assert not (folder / "demo.sqlite3.store" / "base").exists()


def refused(*arguments: str) -> str:
    """What a command of this process says that refuses."""
    result = CliRunner().invoke(main, [*arguments, "--lang", "en"])
    translation.deactivate()
    assert result.exit_code == 1, result.output
    return result.stderr


@pytest.mark.django_db
def test_real_data_are_refused() -> None:
    lead_create(lead=NewLead(email="a@firm.example"), actor=SYSTEM)
    for arguments in (["demo"], ["demo", "--reset"]):
        assert "--db FILE" in refused(*arguments)
    assert Lead.objects.count() == 1


@pytest.mark.django_db
def test_a_reset_spares_people_without_leads() -> None:
    user_create(name="a", email="a@firm.example", actor=SYSTEM)
    assert "--db FILE" in refused("demo", "--reset")
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "demo.example"])
def test_no_other_machine_reaches_it(host: str) -> None:
    demo_state_write(value="2026-11-20", actor=SYSTEM)
    with pytest.raises(InvalidInput, match=r"127\.0\.0\.1"):
        serve(host, 8000)


@pytest.fixture
def unused_tcp_port_of():
    """Finds a port that nobody listens on."""
    import socket

    def found() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return found
