"""``teichaku diagnose`` as people run it: a process of its own, its files, and what it leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.checklist.made_up_company import company_rows, folder_write, names_of

COMMAND = "from teichaku.cli import main; main(prog_name='teichaku')"
ORDER = ["lists", "matching", "kpi", "input", "checklist", "missing_files", "first_three"]


def environ(folder: Path) -> dict[str, str]:
    """Surroundings with temporary files in a folder that can be looked at, and a database."""
    kept = {k: v for k, v in os.environ.items() if "TEICHAKU" not in k}
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / 'own.sqlite3'}"
    return {
        **kept,
        "DATABASE_URL": url,
        "TMPDIR": str(temporary),
        "TEICHAKU_STATE_DIR": str(folder / "own"),
    }


def diagnose(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """A finished process; none may end in a traceback."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "diagnose", *map(str, arguments), "--as-of", "2026-11-20"],
        cwd=folder, env=environ(folder), capture_output=True, text=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


def nothing_left(folder: Path) -> bool:
    """Neither a scratch folder nor anything in the user's own database and state folder."""
    own = (folder / "own.sqlite3", folder / "own")
    return not list((folder / "temporary").iterdir()) and not any(path.exists() for path in own)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the exports of the made-up company and with the whole report of it."""
    folder = tmp_path_factory.mktemp("診断 する会社")
    rows = company_rows()
    rows["companies"][6]["name"] = "=HYPERLINK(1)商会"
    rows["deals"][0] |= {"name": "+1-2", "stage": "open", "close_on": "2026-01-01"}
    folder_write(folder / "exports", rows)
    claims = "\n".join(f"{item}: {'yes' if item < 17 else 'no'}" for item in range(1, 21))
    (folder / "claims.yaml").write_text(claims, encoding="utf-8")
    files = ("--html", "a.html", "--excel", "a.xlsx", "--claims", "claims.yaml")
    done = diagnose("exports", *files, "--json", "--lang", "en", folder=folder)
    assert done.returncode == 0, done.stderr
    (folder / "a.json").write_text(done.stdout, encoding="utf-8")
    return folder


def test_the_order_is_kept_in_json_and_page(company: Path) -> None:
    report = json.loads((company / "a.json").read_text(encoding="utf-8"))
    assert [key for key in report if key in ORDER] == ORDER
    keys = ["hot_leads", "stalled_deals", "unlinked_deals", "duplicate_companies"]
    assert [found["key"] for found in report["lists"]] == keys
    assert (len(report["checklist"]["items"]), len(report["first_three"])) == (20, 3)
    assert report["checklist"]["claims"]["claimed"] == 16
    page = (company / "a.html").read_text(encoding="utf-8")
    anchors = [*keys, "matching", "kpi", "input", "checklist", "first"]
    places = [page.index(f'id="{anchor}"') for anchor in anchors]
    assert places == sorted(places)


def test_the_page_stands_alone(company: Path) -> None:
    page = (company / "a.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|//[a-z]|<script|@import|url\((?!#)| src=| style=", page)
    assert "default-src 'none'" in page
    assert "<c-" not in page
    links = set(re.findall(r'href="([^"]*)"', page))
    assert links
    assert all(link.startswith("#") and f'id="{link[1:]}"' in page for link in links)


def test_the_workbook_holds_every_row_and_no_formula(company: Path) -> None:
    report = json.loads((company / "a.json").read_text(encoding="utf-8"))
    book = CalamineWorkbook.from_path(str(company / "a.xlsx"))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert len(sheets) == 6
    for found, rows in zip(report["lists"], list(sheets.values())[1:5], strict=True):
        assert len(rows) == found["count"] + 1
    assert "+1-2" in {str(cell) for rows in sheets.values() for row in rows for cell in row}
    with zipfile.ZipFile(company / "a.xlsx") as parts:
        names = [name for name in parts.namelist() if "worksheets/sheet" in name]
        texts = [parts.read(name).decode() for name in names]
        assert 'quotePrefix="1"' in parts.read("xl/styles.xml").decode()
    assert not any("<f>" in text or "<f " in text for text in texts)
    assert any("<pane" in text for text in texts)


def test_hidden_names_are_in_no_output(company: Path) -> None:
    files = ("--html", "h.html", "--excel", "h.xlsx")
    done = diagnose("exports", *files, "--json", "--hide-names", "--lang", "ja", folder=company)
    assert done.returncode == 0, done.stderr
    plain = diagnose("exports", "--hide-names", "--lang", "ja", folder=company)
    with zipfile.ZipFile(company / "h.xlsx") as parts:
        book = "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    page = (company / "h.html").read_text(encoding="utf-8")
    outputs = [done.stdout, done.stderr, plain.stdout, plain.stderr, page, book]
    rows = company_rows()
    names = names_of(rows) | {"HYPERLINK", "companies.csv", str(company)}
    names |= {part for row in rows["users"] for part in row["name"].split()}
    leaked = {name for name in names for text in outputs if name in text}
    assert leaked == set()
    report, shown = json.loads(done.stdout), json.loads((company / "a.json").read_text("utf-8"))
    assert [x["count"] for x in report["lists"]] == [x["count"] for x in shown["lists"]]
    # one stand-in is one person, in every list and in the workbook
    people = {line["owner"] for found in report["lists"] for line in found["owners"]} - {None}
    assert len(people) == 3
    assert all(person in page and person in book for person in people)


def test_a_mapping_file_settles_what_the_guess_asks(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    head = "案件ID,案件名,取引先名,フェーズ,金額,作成日\n"
    rows = "D1,装置,架空工業,終了A,1200,2026-10-01\nD2,部品,見本商事,提案,300,2026-10-02\n"
    (tmp_path / "exports" / "deals.csv").write_text(head + rows, encoding="utf-8")
    asked = diagnose("exports", "--html", "a.html", "--json", folder=tmp_path)
    [file] = json.loads(asked.stdout)["files"]
    assert "終了A" in file["needs"][0]
    assert f"  ? {file['needs'][0]}" in asked.stderr
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert file["needs"][0] in page
    (tmp_path / "map.yaml").write_text(
        "entity: deals\ncolumns: {external_id: 案件ID, name: 案件名, stage: フェーズ, amount: 金額,"
        " created_on: 作成日}\nvalues: {stage: {終了A: won}}\n",
        encoding="utf-8",
    )
    settled = diagnose("exports", "--map", "map.yaml", "--json", folder=tmp_path)
    answer = json.loads(settled.stdout)
    assert answer["files"][0]["needs"] == []
    assert answer["kpi"]["win_rate"]["won"] == 1
    assert json.loads(asked.stdout)["kpi"]["win_rate"]["won"] == 0


def test_nothing_is_left_after_success(company: Path) -> None:
    assert nothing_left(company)


def test_nothing_is_left_after_failure(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    empty = diagnose("exports", folder=tmp_path)
    assert empty.returncode == 1
    assert "exports" in empty.stderr
    (tmp_path / "exports" / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    refused = diagnose("exports", folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "photo.csv" in refused.stderr
    assert diagnose("elsewhere", folder=tmp_path).returncode == 2
    assert nothing_left(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX's")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_a_signal(tmp_path: Path, ending: signal.Signals) -> None:
    folder_write(tmp_path / "exports", company_rows())
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "diagnose", "exports"], cwd=tmp_path, env=environ(tmp_path),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    temporary = tmp_path / "temporary"
    for _ in range(600):
        if list(temporary.glob("*/scratch.sqlite3")):
            break
        time.sleep(0.05)
    [scratch] = temporary.iterdir()
    assert scratch.stat().st_mode & 0o777 == 0o700
    process.send_signal(ending)
    out, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert (out, "Traceback" in err) == ("", False)
    assert nothing_left(tmp_path)
