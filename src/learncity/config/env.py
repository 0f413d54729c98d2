"""Everything an operator can set, read once from the environment.

One frozen value; all mistakes are reported at once, with the name of the variable. The reference
page docs/reference/settings.md is compared with this file by a test.
"""

import base64
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

ROLES = ("app", "owner", "reader")


class BadSettings(Exception):
    """One or more variables cannot be used; the message lists every one of them."""


def _var(name: str, default: str, says: str) -> Any:
    return field(default=default, metadata={"name": name, "default": default, "says": says})


@dataclass(frozen=True)
class Env:
    """The operator's settings, as text; the properties give them their types."""

    data: str = _var("LEARNCITY_DATA", "var", "folder of the database, keys, files and logs")
    host: str = _var("HOST", "127.0.0.1", "address the web server listens on")
    port: str = _var("PORT", "8000", "port the web server listens on")
    public_url: str = _var(
        "LEARNCITY_PUBLIC_URL", "", "address people use, e.g. https://learn.example.org"
    )
    database_url: str = _var(
        "DATABASE_URL", "", "PostgreSQL 15 or newer, as learncity_app; empty: the embedded one"
    )
    database_owner_url: str = _var(
        "DATABASE_OWNER_URL", "", "the same database as learncity_owner, which migrates"
    )
    database_reader_url: str = _var(
        "DATABASE_READER_URL", "", "the same database as learncity_reader, which sees only `facts`"
    )
    db_role: str = _var("LEARNCITY_DB_ROLE", "app", "role of this process: app, owner or reader")
    keys: str = _var(
        "LEARNCITY_KEYS", "", "file of the secret keys; empty: keys.env in the data folder"
    )
    demo: str = _var(
        "LEARNCITY_DEMO",
        "",
        "1: load the demo city; nothing leaves the machine; empty: as the data folder says",
    )
    proxies: str = _var(
        "LEARNCITY_PROXIES", "0", "how many reverse proxies stand in front, to know who asks"
    )
    workers: str = _var("LEARNCITY_WEB_WORKERS", "2", "web processes, each with four threads")
    email_url: str = _var(
        "EMAIL_URL", "", "smtp://user:password@host:587?tls=1; empty: no e-mail leaves"
    )
    email_from: str = _var("EMAIL_FROM", "Learncity <learncity@example.org>", "sender of e-mail")
    sms_url: str = _var(
        "SMS_URL", "", "aliyun://key:secret@dysmsapi.aliyuncs.com?sign=NAME; empty: no SMS leaves"
    )
    second_factor: str = _var(
        "LEARNCITY_SECOND_FACTOR",
        "",
        "of whom a second factor is wanted: off, operators or staff; empty: operators, in a demo "
        "nobody",
    )
    second_factor_hours: str = _var(
        "LEARNCITY_SECOND_FACTOR_HOURS", "12", "how long a session need not show it again"
    )
    role_review_days: str = _var(
        "LEARNCITY_ROLE_REVIEW_DAYS", "180", "after how many days somebody looks at a role again"
    )
    stand_in_days: str = _var(
        "LEARNCITY_STAND_IN_DAYS", "90", "for how many days at most somebody stands in for another"
    )
    merge_proposal_days: str = _var(
        "LEARNCITY_MERGE_PROPOSAL_DAYS",
        "14",
        "for how many days a second officer may confirm that two records are one person",
    )
    wish_days: str = _var(
        "LEARNCITY_WISH_DAYS", "365", "for how many days somebody is told of what they wait for"
    )
    words_shown_from: str = _var(
        "LEARNCITY_WORDS_SHOWN_FROM",
        "5",
        "how often words must have been looked for before planners read them",
    )
    oidc_url: str = _var(
        "OIDC_URL", "", "oidc://CLIENT:SECRET@ISSUER?name=NAME; empty: no such sign-in"
    )
    wechat_url: str = _var(
        "WECHAT_URL", "", "wechat://APPID:SECRET@ of a website, by QR code; empty: no such sign-in"
    )
    wechat_app_url: str = _var(
        "WECHAT_APP_URL", "", "wechat://APPID:SECRET@ of an official account, inside WeChat"
    )
    zalo_url: str = _var("ZALO_URL", "", "zalo://APPID:SECRET@; empty: no such sign-in")

    @classmethod
    def read(cls, environ: dict[str, str] | None = None) -> "Env":
        """Read and check every variable.

        Raises:
            BadSettings: listing each variable that cannot be used and what it may be.
        """
        source = os.environ if environ is None else environ
        env = cls(
            **{f.name: source.get(f.metadata["name"], f.metadata["default"]) for f in fields(cls)}
        )
        wrong = env._mistakes()
        if wrong:
            raise BadSettings("\n".join(wrong))
        return env

    def _mistakes(self) -> list[str]:
        wrong = []
        if not (self.port.isdigit() and 0 < int(self.port) < 65536):
            wrong.append(f"PORT: {self.port!r} is not a port; use a number from 1 to 65535")
        if not (self.workers.isdigit() and 0 < int(self.workers) <= 64):
            wrong.append(f"LEARNCITY_WEB_WORKERS: {self.workers!r}; use a number from 1 to 64")
        if not self.proxies.isdigit():
            wrong.append(f"LEARNCITY_PROXIES: {self.proxies!r}; use a number, 0 without a proxy")
        if self.db_role not in ROLES:
            wrong.append(f"LEARNCITY_DB_ROLE: {self.db_role!r}; use one of {', '.join(ROLES)}")
        if self.demo not in ("", "0", "1"):
            wrong.append(f"LEARNCITY_DEMO: {self.demo!r}; use 0 or 1")
        wrong += self._mistakes_of_signing_in()
        for name in ("database_url", "database_owner_url", "database_reader_url"):
            try:
                conninfo_to_dict(getattr(self, name))
            except Exception:  # libpq reports many kinds; all mean the same to the operator
                wrong.append(f"{name.upper()}: not a PostgreSQL address")
        return wrong

    def _mistakes_of_signing_in(self) -> list[str]:
        wrong = []
        if self.second_factor not in ("", "off", "operators", "staff"):
            wrong.append(
                f"LEARNCITY_SECOND_FACTOR: {self.second_factor!r}; use off, operators or staff"
            )
        for name, number, most in (
            ("LEARNCITY_SECOND_FACTOR_HOURS", self.second_factor_hours, 720),
            ("LEARNCITY_ROLE_REVIEW_DAYS", self.role_review_days, 3660),
            ("LEARNCITY_STAND_IN_DAYS", self.stand_in_days, 366),
            ("LEARNCITY_MERGE_PROPOSAL_DAYS", self.merge_proposal_days, 366),
            ("LEARNCITY_WISH_DAYS", self.wish_days, 3660),
            ("LEARNCITY_WORDS_SHOWN_FROM", self.words_shown_from, 1000),
        ):
            if not (number.isdigit() and 0 < int(number) <= most):
                wrong.append(f"{name}: {number!r}; use 1 to {most}")
        for scheme, name in (
            ("oidc", "oidc_url"), ("wechat", "wechat_url"),
            ("wechat", "wechat_app_url"), ("zalo", "zalo_url"),
        ):  # fmt: skip
            if said := getattr(self, name):
                parts = urlsplit(said)
                if parts.scheme != scheme or not (parts.username and parts.password):
                    wrong.append(f"{name.upper()}: begins with {scheme}://ID:SECRET@")
        return wrong

    @property
    def data_dir(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data).expanduser().absolute()

    @property
    def is_demo(self) -> bool:
        """Whether this is the demo city: nothing leaves the machine."""
        return self.demo == "1"

    @property
    def keys_file(self) -> Path:
        """Where the secret keys are kept, mode 0600; never in a backup."""
        return Path(self.keys) if self.keys else self.data_dir / "keys.env"

    @property
    def base_url(self) -> str:
        """The address people use, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def conninfo(self) -> dict[str, Any]:
        """Connection parameters of this process's database role."""
        url = {
            "app": self.database_url,
            "owner": self.database_owner_url or self.database_url,
            "reader": self.database_reader_url,
        }[self.db_role]
        return conninfo_to_dict(url)


def secret_key(path: Path) -> str:
    """Read the secret key, making the file (mode 0600) on first use.

    The file appears whole or not at all, so two processes that start at once read the same key.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"SECRET_KEY={secrets.token_urlsafe(50)}\n")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    for line in path.read_text().splitlines():
        name, _, value = line.partition("=")
        if name == "SECRET_KEY" and value:
            return value
    raise BadSettings(f"LEARNCITY_KEYS: {path} holds no SECRET_KEY")


def sealing_keys(path: Path) -> Mapping[str, bytes]:
    """Read the keys that seal people's numbers, oldest first; the first is made on first use.

    A line is ``SEALING_KEY_<id>=<32 bytes in base64>``. The last one seals from now on; the others
    open what was sealed before. Two processes that start at once wait for each other, so none seals
    with a key that another is about to replace.
    """
    secret_key(path)
    found = _sealing_lines(path.read_text(encoding="utf-8"), path)
    if found:
        return found
    with _held(path) as file:
        return _sealing_lines(file.read(), path) or _append_key(file)


def add_sealing_key(path: Path) -> str:
    """Append a new key, which seals from the next start on; its id."""
    with _held(path) as file:
        return next(iter(_append_key(file)))


@contextmanager
def _held(path: Path) -> Iterator[TextIO]:
    """The file, for one process at a time.

    Raises:
        BadSettings: it may not be written to.
    """
    secret_key(path)
    try:
        file = path.open("r+", encoding="utf-8")
    except PermissionError as error:
        says = f"LEARNCITY_KEYS: {path} needs a SEALING_KEY; make it writable once"
        raise BadSettings(says) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _append_key(file: TextIO) -> dict[str, bytes]:
    secret = secrets.token_bytes(32)
    file.seek(0)
    gap = "" if file.read().endswith("\n") else "\n"
    file.write(f"{gap}SEALING_KEY_{_key_id(secret)}={base64.urlsafe_b64encode(secret).decode()}\n")
    file.flush()
    os.fsync(file.fileno())
    return {_key_id(secret): secret}


def _key_id(secret: bytes) -> str:
    return hashlib.sha256(b"learncity key id" + secret).hexdigest()[:8]


def _sealing_lines(text: str, path: Path) -> dict[str, bytes]:
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if not name.startswith("SEALING_KEY_"):
            continue
        key_id = name.removeprefix("SEALING_KEY_")
        try:
            found[key_id] = base64.urlsafe_b64decode(value)
        except ValueError:
            found[key_id] = b""
        # A key that was copied wrongly would seal what nobody can open.
        if len(found[key_id]) != 32 or _key_id(found[key_id]) != key_id:
            raise BadSettings(f"LEARNCITY_KEYS: {name} in {path} was changed; restore the line")
    return found


@cache
def env() -> Env:
    """The settings of this process."""
    return Env.read()
