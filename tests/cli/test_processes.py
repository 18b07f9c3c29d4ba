"""Real processes on real SQLite files: where the database is, and what starting costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.cli.files import BOOK, LEADS

COMMAND = "from teichaku.cli import main; main(prog_name='teichaku')"


def teichaku(*arguments: object, folder: Path, **environ: str):
    """A finished process; none may end in a traceback."""
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and "TEICHAKU" not in k}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        cwd=folder, env={**kept, **environ}, capture_output=True, text=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with three leads, in a folder with a name as people give them."""
    folder = tmp_path_factory.mktemp("運用 ルール")
    (folder / "leads.csv").write_text(LEADS, encoding="utf-8")
    (folder / "rules.yaml").write_text(BOOK, encoding="utf-8")
    assert teichaku("migrate", "--db", "a.sqlite3", folder=folder).returncode == 0
    imported = teichaku(
        "import", "leads", "leads.csv", "--db", "a.sqlite3", "--json", folder=folder
    )
    assert json.loads(imported.stdout)["created"] == 3
    return folder


def leads(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["leads"]


def test_the_database_is_the_one_named(company: Path) -> None:
    asked = ("score", "--rulebook", company / "rules.yaml", "--json")
    assert leads(teichaku(*asked, "--db", "a.sqlite3", folder=company)) == 3
    assert leads(teichaku(*asked, "--db", company / "a.sqlite3", folder=company.parent)) == 3


def test_the_database_by_url_and_environment(tmp_path: Path) -> None:
    file = tmp_path / "50%#1?" / "b.sqlite3"
    file.parent.mkdir()
    url = f"sqlite:///{quote(str(file))}"
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(BOOK, encoding="utf-8")
    assert teichaku("migrate", folder=tmp_path, DATABASE_URL=url).returncode == 0
    imported = teichaku("import", "leads", "leads.csv", "--json", "--db", url, folder=tmp_path)
    assert json.loads(imported.stdout)["created"] == 3
    again = teichaku("import", "leads", "leads.csv", "--json", folder=tmp_path, DATABASE_URL=url)
    assert json.loads(again.stdout)["unchanged"] == 3
    scored = teichaku("score", "--rulebook", "rules.yaml", "--json", "--db", url, folder=tmp_path)
    assert leads(scored) == 3
    # an option wins over the environment
    other = teichaku("score", "--db", "c.sqlite3", folder=tmp_path, DATABASE_URL=url)
    assert (other.returncode, "c.sqlite3" in other.stderr) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [("import", "leads", "leads.csv"), ("rulebook", "activate", "rules.yaml"), ("score",),
     ("explain", "b2"), ("backtest", "--rulebook", "rules.yaml"),
     ("simulate", "--leads", "1", "--events", "1")],
)  # fmt: skip
def test_without_tables_the_way_out_is_named(company: Path, arguments: tuple[str, ...]) -> None:
    done = teichaku(*arguments, "--db", "none.sqlite3", folder=company)
    assert (done.returncode, done.stdout) == (1, "")
    assert "teichaku migrate" in done.stderr
    assert not (company / "none.sqlite3").exists()


def test_a_rulebook_is_checked_where_there_is_no_database(company: Path) -> None:
    done = teichaku("rulebook", "check", "rules.yaml", "--db", "none.sqlite3", folder=company)
    assert done.returncode == 0, done.stderr
    assert not (company / "none.sqlite3").exists()


def test_a_file_that_is_no_database(company: Path) -> None:
    done = teichaku("score", "--db", "leads.csv", folder=company)
    assert (done.returncode, done.stdout) == (1, "")
    assert "database" in done.stderr


@pytest.mark.parametrize("url", ["mysql://localhost/x", "postgres://nobody@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_meant_or_reached(company: Path, url: str) -> None:
    done = teichaku("score", folder=company, DATABASE_URL=url, TEICHAKU_STATE_DIR=str(company))
    assert (done.returncode, done.stdout) == (1, "")
    assert "DATABASE_URL" in done.stderr


def test_help_comes_before_anything_heavy(tmp_path: Path) -> None:
    watched = (
        "import sys\nfrom teichaku.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        "heavy = {'numba', 'django', 'numpy', 'pyarrow', 'duckdb', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    for arguments in ([], ["score"], ["rulebook"], ["rulebook", "activate"], ["backtest"]):
        done = subprocess.run(
            [sys.executable, "-c", watched, *arguments, "--help"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert "Usage:" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_rulebooks_are_read_without_a_database(company: Path, tmp_path: Path) -> None:
    for arguments in (("show", company / "rules.yaml"), ("schema",),
                      ("diff", company / "rules.yaml", company / "rules.yaml")):  # fmt: skip
        done = teichaku("rulebook", *arguments, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
