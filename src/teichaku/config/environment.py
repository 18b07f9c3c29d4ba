"""The only file that reads the process environment: strict, or it refuses with the way out."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

from teichaku.core.errors import TeichakuError

VARIABLES = frozenset(
    {
        "DATABASE_URL",
        "TEICHAKU_ADDRESS",
        "TEICHAKU_ALLOWED_HOSTS",
        "TEICHAKU_AUDIT_KEY",
        "TEICHAKU_CHATWORK_URL",
        "TEICHAKU_DEBUG",
        "TEICHAKU_EMAIL_FROM",
        "TEICHAKU_EMAIL_URL",
        "TEICHAKU_GOOGLE_CLIENT_ID",
        "TEICHAKU_GOOGLE_CLIENT_SECRET",
        "TEICHAKU_LINE_WORKS_AUTH_URL",
        "TEICHAKU_LINE_WORKS_URL",
        "TEICHAKU_MICROSOFT_CLIENT_ID",
        "TEICHAKU_MICROSOFT_CLIENT_SECRET",
        "TEICHAKU_MICROSOFT_TENANT",
        "TEICHAKU_PROXIES",
        "TEICHAKU_SECRET_KEY",
        "TEICHAKU_STATE_DIR",
    }
)
SECRETS = frozenset(
    {
        "TEICHAKU_AUDIT_KEY",
        "TEICHAKU_EMAIL_URL",
        "TEICHAKU_GOOGLE_CLIENT_SECRET",
        "TEICHAKU_MICROSOFT_CLIENT_SECRET",
        "TEICHAKU_SECRET_KEY",
    }
)
DEFAULT_DATABASE = "sqlite:///teichaku.sqlite3"
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
DEFAULT_EMAIL_FROM = "teichaku@localhost"
DEFAULT_ADDRESS = "http://127.0.0.1:8000"
LINE_WORKS = "https://www.worksapis.com/v1.0"
LINE_WORKS_AUTH = "https://auth.worksmobile.com/oauth2/v2.0"
CHATWORK = "https://api.chatwork.com/v2"
MOST_PROXIES = 9
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")


class MalformedEnvironment(TeichakuError):
    """A variable is set to something that cannot be meant."""

    code = "malformed_environment"


@dataclass(frozen=True, slots=True)
class EmailServer:
    """Where mail goes: ``console``, a folder (``file``) or a server (``smtp``)."""

    kind: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: str = ""  # "starttls", "ssl" or none
    folder: str = ""


@dataclass(frozen=True, slots=True)
class OidcClient:
    """How this installation is known to a company account; ``tenant`` where there are many."""

    client_id: str
    client_secret: str
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that the surroundings decide, already checked."""

    database_url: str
    secret_key: str
    secret_key_generated: bool
    audit_key: str
    debug: bool
    allowed_hosts: tuple[str, ...]
    state_dir: Path
    unknown: tuple[str, ...]
    email: EmailServer
    email_from: str
    google: OidcClient
    microsoft: OidcClient
    proxies: int
    address: str
    line_works: str
    line_works_auth: str
    chatwork: str


def refusal(name: str, value: str, expected: str) -> MalformedEnvironment:
    """The error for a malformed variable; a secret's value is never repeated."""
    shown = "(not shown)" if name in SECRETS else repr(value)
    return MalformedEnvironment(
        f"{name} is {shown}, but {expected} is expected. Correct the variable or unset it to get"
        " the default; docs/configuration.md lists every variable.",
        variable=name,
    )


def text(environ: Mapping[str, str], name: str, default: str) -> str:
    """The variable's text; set but blank is refused, for that is a slip and never a wish."""
    value = environ.get(name)
    if value is None:
        return default
    if not value.strip():
        raise refusal(name, value, "a text that is not blank")
    return value.strip()


def boolean(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    """The variable as a truth value, written ``true``, ``false``, ``1`` or ``0``."""
    value = environ.get(name)
    if value is None:
        return default
    try:
        return {"true": True, "1": True, "false": False, "0": False}[value.strip().lower()]
    except KeyError:
        raise refusal(name, value, "one of true, false, 1, 0") from None


def secret(environ: Mapping[str, str], name: str) -> str | None:
    """The secret from ``NAME`` or from the file that ``NAME_FILE`` names; None when neither is."""
    file_name = f"{name}_FILE"
    if name in environ and file_name in environ:
        raise refusal(file_name, environ[file_name], f"only one of {name} and {file_name}")
    if file_name in environ:
        path = Path(text(environ, file_name, ""))
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise refusal(file_name, str(path), "the path of a readable UTF-8 file") from None
        if not value:
            raise refusal(file_name, str(path), "the path of a file that is not empty")
        return value
    return text(environ, name, "") if name in environ else None


def hosts(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The host names separated by commas; without the variable the loopback ones."""
    value = text(environ, name, ",".join(LOOPBACK_HOSTS))
    names = tuple(part.strip() for part in value.split(","))
    if any(not part or "/" in part or " " in part for part in names):
        raise refusal(name, value, "host names without scheme or path, separated by commas")
    return names


def database_url(environ: Mapping[str, str], name: str) -> str:
    """The URL of the database, of a kind this product runs on."""
    value = text(environ, name, DEFAULT_DATABASE)
    parts = urlsplit(value)
    complete = len(parts.path) > 1 or parts.netloc == ":memory:"
    if parts.scheme not in DATABASE_SCHEMES or not complete:
        # A database URL may carry a password, so the message shows the scheme alone.
        shown = f"{parts.scheme}://…" if parts.scheme else "without a scheme"
        raise refusal(name, shown, "sqlite:///FILE or postgres://USER:PASSWORD@HOST:PORT/NAME")
    return value


EMAIL_SCHEMES = {"smtp": ("", 25), "smtp+tls": ("starttls", 587), "smtps": ("ssl", 465)}


def email_server(environ: Mapping[str, str], name: str) -> EmailServer:
    """Where mail goes; without the variable it is printed and sent nowhere."""
    parts = urlsplit(secret(environ, name) or "console:")
    expected = "console:, file:///FOLDER or smtp://, smtp+tls://, smtps://USER:PASSWORD@HOST:PORT"
    if parts.scheme == "console":
        return EmailServer("console")
    if parts.scheme == "file" and len(parts.path) > 1:
        return EmailServer("file", folder=url2pathname(parts.path))
    if parts.scheme not in EMAIL_SCHEMES or not parts.hostname:
        raise refusal(name, "", expected)
    tls, usual_port = EMAIL_SCHEMES[parts.scheme]
    try:
        port = parts.port or usual_port
    except ValueError:
        raise refusal(name, "", expected) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return EmailServer("smtp", parts.hostname, port, user, password, tls)


def count(environ: Mapping[str, str], name: str, most: int) -> int:
    """The variable as a small number, 0 without it."""
    value = text(environ, name, "0")
    if not value.isascii() or not value.isdigit() or int(value) > most:
        raise refusal(name, value, f"a number from 0 to {most}")
    return int(value)


def web_address(environ: Mapping[str, str], name: str, default: str) -> str:
    """The variable as the beginning of addresses: scheme, host, perhaps a path, no slash after."""
    value = text(environ, name, default)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise refusal(name, value, "an address such as https://teichaku.example.co.jp")
    return value.rstrip("/")


def site_address(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Where people reach the site; without the variable the first host that others can reach."""
    public = [host for host in allowed if host not in LOOPBACK_HOSTS and not host.startswith(".")]
    return web_address(environ, name, f"https://{public[0]}" if public else DEFAULT_ADDRESS)


def oidc_client(environ: Mapping[str, str], prefix: str, *, tenant: bool) -> OidcClient:
    """The client of that prefix; what is not given is blank."""

    def given(name: str) -> str:
        return text(environ, name, "") if name in environ else ""

    return OidcClient(
        client_id=given(f"{prefix}_CLIENT_ID"),
        client_secret=secret(environ, f"{prefix}_CLIENT_SECRET") or "",
        tenant=given(f"{prefix}_TENANT") if tenant else "",
    )


def sqlite_file(url: str) -> Path | None:
    """The absolute path of the SQLite file that the URL names; None for any other database."""
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or parts.netloc == ":memory:":
        return None
    return Path(unquote(parts.path[1:])).absolute()


def default_state_dir(url: str) -> Path:
    """Where rebuildable files live unless told otherwise: beside the SQLite file, or here."""
    file = sqlite_file(url)
    if file is None:
        return Path(".teichaku").absolute()
    return file.with_name(f"{file.name}.store")


def generated_secret(state_dir: Path) -> str:
    """The secret kept in the state folder, made on first use.

    When the folder cannot be written the secret lasts as long as the process; a system check
    reports the folder then.
    """
    path = state_dir / "secret-key"
    try:
        if not path.exists():
            state_dir.mkdir(parents=True, exist_ok=True)
            _publish(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return secrets.token_urlsafe(48)


def _publish(path: Path, value: str) -> None:
    # Written aside and linked, so that of two processes starting at once both read one full key.
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(value)
        Path(path).hardlink_to(aside)
    except FileExistsError:
        pass
    finally:
        Path(aside).unlink()


def choose_database(database: str | None) -> None:
    """Nothing; Django will find its settings, and this database: a URL, or an SQLite file's path.

    None leaves the choice to DATABASE_URL.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teichaku.config.settings")
    if database is not None:
        path = Path(database).absolute()
        os.environ["DATABASE_URL"] = (
            database if "://" in database else f"sqlite:///{quote(str(path))}"
        )


def choose_scratch(folder: Path) -> None:
    """Nothing; Django will keep its database and all else in the folder, whatever is configured."""
    choose_database(str(folder / "scratch.sqlite3"))
    os.environ["TEICHAKU_STATE_DIR"] = str(folder / "state")


def choose_demo(port: int, folder: Path) -> None:
    """Nothing; the demo's worker links to the demo, and keeps its mails in the folder.

    Printed, they would bury the log-ins. What is configured stays so.
    """
    os.environ.setdefault("TEICHAKU_ADDRESS", f"http://127.0.0.1:{port}")
    if "TEICHAKU_EMAIL_URL_FILE" not in os.environ:
        os.environ.setdefault("TEICHAKU_EMAIL_URL", folder.as_uri())


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """The whole environment, or ``MalformedEnvironment`` at the first variable that is wrong."""
    url = database_url(environ, "DATABASE_URL")
    state_dir = Path(text(environ, "TEICHAKU_STATE_DIR", str(default_state_dir(url)))).absolute()
    given = secret(environ, "TEICHAKU_SECRET_KEY")
    key = given or generated_secret(state_dir)
    derived = hmac.new(key.encode(), b"teichaku audit", hashlib.sha256).hexdigest()
    known = VARIABLES | {f"{name}_FILE" for name in SECRETS}
    allowed = hosts(environ, "TEICHAKU_ALLOWED_HOSTS")
    return Environment(
        database_url=url,
        secret_key=key,
        secret_key_generated=given is None,
        audit_key=secret(environ, "TEICHAKU_AUDIT_KEY") or derived,
        debug=boolean(environ, "TEICHAKU_DEBUG", default=False),
        allowed_hosts=allowed,
        state_dir=state_dir,
        unknown=tuple(sorted(n for n in environ if n.startswith("TEICHAKU_") and n not in known)),
        email=email_server(environ, "TEICHAKU_EMAIL_URL"),
        email_from=text(environ, "TEICHAKU_EMAIL_FROM", DEFAULT_EMAIL_FROM),
        google=oidc_client(environ, "TEICHAKU_GOOGLE", tenant=False),
        microsoft=oidc_client(environ, "TEICHAKU_MICROSOFT", tenant=True),
        proxies=count(environ, "TEICHAKU_PROXIES", MOST_PROXIES),
        address=site_address(environ, "TEICHAKU_ADDRESS", allowed),
        line_works=web_address(environ, "TEICHAKU_LINE_WORKS_URL", LINE_WORKS),
        line_works_auth=web_address(environ, "TEICHAKU_LINE_WORKS_AUTH_URL", LINE_WORKS_AUTH),
        chatwork=web_address(environ, "TEICHAKU_CHATWORK_URL", CHATWORK),
    )
