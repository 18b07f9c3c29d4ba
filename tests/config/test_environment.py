"""The environment: strict readers, safe defaults, every variable documented."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from teichaku.config import environment
from teichaku.config.database import connection
from teichaku.config.environment import MalformedEnvironment, read

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_empty_environment_is_a_working_one(elsewhere):
    found = read({})
    assert found.database_url == "sqlite:///teichaku.sqlite3"
    assert found.state_dir == elsewhere / "teichaku.sqlite3.store"
    assert found.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert (found.debug, found.secret_key_generated, found.unknown) == (False, True, ())


def test_the_secret_is_made_once_and_for_the_owner_alone(elsewhere):
    first, second = read({}), read({})
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 50
    file = first.state_dir / "secret-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in first.state_dir.iterdir()] == ["secret-key"]


def test_a_folder_that_cannot_be_made_still_gives_a_secret(elsewhere):
    (elsewhere / "taken").write_text("a file")
    found = read({"TEICHAKU_STATE_DIR": str(elsewhere / "taken")})
    assert len(found.secret_key) >= 50


def test_a_secret_can_lie_in_a_file(elsewhere):
    (elsewhere / "key").write_text("from a file\n")
    found = read({"TEICHAKU_SECRET_KEY_FILE": str(elsewhere / "key")})
    assert (found.secret_key, found.secret_key_generated) == ("from a file", False)


def test_the_audit_key_follows_the_secret_unless_it_is_given():
    one, same, other = (read({"TEICHAKU_SECRET_KEY": key}).audit_key for key in ("a", "a", "b"))
    assert one == same != other
    assert read({"TEICHAKU_AUDIT_KEY": "own"}).audit_key == "own"


def test_beside_postgresql_the_state_lies_in_the_current_folder(elsewhere):
    assert read({"DATABASE_URL": "postgres://db/teichaku"}).state_dir == elsewhere / ".teichaku"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TEICHAKU_DEBUG", "yes", "true, false, 1, 0"),
        ("TEICHAKU_DEBUG", "", "true, false, 1, 0"),
        ("TEICHAKU_ALLOWED_HOSTS", "https://a.example", "without scheme"),
        ("TEICHAKU_ALLOWED_HOSTS", "a.example,,b.example", "separated by commas"),
        ("TEICHAKU_STATE_DIR", " ", "not blank"),
        ("DATABASE_URL", "mysql://u@h/n", "sqlite:///FILE or postgres://"),
        ("DATABASE_URL", "teichaku.sqlite3", "sqlite:///FILE or postgres://"),
        ("DATABASE_URL", "sqlite://", "sqlite:///FILE or postgres://"),
        ("TEICHAKU_SECRET_KEY", "", "not blank"),
        ("TEICHAKU_SECRET_KEY_FILE", "/nowhere/key", "readable UTF-8 file"),
    ],
)
def test_a_malformed_variable_is_refused_by_name_with_what_is_expected(name, value, expected):
    with pytest.raises(MalformedEnvironment) as refused:
        read({name: value})
    message = str(refused.value)
    assert message.startswith(f"{name} is ")
    assert expected in message
    assert "docs/configuration.md" in message


def test_a_secret_given_twice_or_in_an_empty_file_is_refused(elsewhere):
    (elsewhere / "key").write_text("\n")
    with pytest.raises(MalformedEnvironment, match="not empty"):
        read({"TEICHAKU_AUDIT_KEY_FILE": str(elsewhere / "key")})
    with pytest.raises(MalformedEnvironment, match="only one of"):
        read({"TEICHAKU_AUDIT_KEY": "a", "TEICHAKU_AUDIT_KEY_FILE": str(elsewhere / "key")})


def test_a_refused_database_url_does_not_show_its_password():
    with pytest.raises(MalformedEnvironment) as refused:
        read({"DATABASE_URL": "mysql://root:hunter2@db/name"})
    assert "hunter2" not in str(refused.value)


def test_a_misspelt_variable_is_noticed():
    assert read({"TEICHAKU_DEBUGG": "1", "PATH": "/bin"}).unknown == ("TEICHAKU_DEBUGG",)


def test_sqlite_writers_wait_their_turn_and_readers_never_wait(elsewhere):
    config = connection("sqlite:///my%20data.sqlite3")
    assert config["NAME"] == str(elsewhere / "my data.sqlite3")
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert config["OPTIONS"]["timeout"] == 20
    assert "journal_mode=WAL" in config["OPTIONS"]["init_command"]


def test_an_absolute_sqlite_path_and_memory_are_understood():
    assert connection("sqlite:////var/lib/t.sqlite3")["NAME"] == "/var/lib/t.sqlite3"
    assert connection("sqlite://:memory:")["NAME"] == ":memory:"


@pytest.mark.parametrize("page", [".env.example", "docs/configuration.md"])
def test_every_variable_is_documented_and_no_other(page):
    written = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:TEICHAKU_[A-Z_]+|DATABASE_URL)\b", written))
    files = {f"{name}_FILE" for name in environment.SECRETS}
    assert named - files == environment.VARIABLES
    assert files <= named


def test_no_other_file_reads_the_environment():
    readers = {
        path.relative_to(ROOT / "src/teichaku").as_posix()
        for path in (ROOT / "src/teichaku").rglob("*.py")
        if re.search(r"os\.(environ\b(?!\.setdefault)|getenv)", path.read_text(encoding="utf-8"))
    }
    assert readers == {"config/environment.py"}


def test_the_site_has_the_address_of_its_first_public_host():
    assert read({}).address == "http://127.0.0.1:8000"
    hosts = "localhost,.example.co.jp,teichaku.example.co.jp"
    assert read({"TEICHAKU_ALLOWED_HOSTS": hosts}).address == "https://teichaku.example.co.jp"
    assert read({"TEICHAKU_ADDRESS": "https://a.example/b/"}).address == "https://a.example/b"


@pytest.mark.parametrize("address", ["a.example", "ftp://a.example", "https://", "https://a/?b=c"])
def test_an_address_that_pages_cannot_have_is_refused(address):
    with pytest.raises(MalformedEnvironment, match=r"https://teichaku\.example"):
        read({"TEICHAKU_ADDRESS": address})


def test_the_demo_keeps_its_mails_unless_a_server_is_configured(elsewhere, monkeypatch):
    for name in ("TEICHAKU_ADDRESS", "TEICHAKU_EMAIL_URL"):
        monkeypatch.setenv(name, "x")  # so that both are as they were afterwards
        monkeypatch.delenv(name)
    environment.choose_demo(8031, elsewhere / "メール 1")
    found = read()
    assert found.address == "http://127.0.0.1:8031"
    assert (found.email.kind, found.email.folder) == ("file", str(elsewhere / "メール 1"))
    monkeypatch.setenv("TEICHAKU_EMAIL_URL", "smtp://mail.example.co.jp")
    environment.choose_demo(8031, elsewhere)
    assert read().email.host == "mail.example.co.jp"
