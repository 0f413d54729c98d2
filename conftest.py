"""What every test stands on: a database copied from one that was migrated and holds the city.

The template is made once for a set of migrations and blueprint files; each test process gets a copy
of it in a tenth of a second. Tests run as ``learncity_app``, the role that runs the product.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).parent
SOURCE = ROOT / "src" / "learncity"

_PREPARE = """
from learncity.config import preparation
from learncity.kernel import catalogues
catalogues.compile_all()
preparation.make_tables()
"""
_CITY = """
import django; django.setup()
from django.utils import timezone
from learncity.apps.initiatives import demo, services
from learncity.kernel.acting import COMMAND
now = timezone.now()
services.apply(services.plan(path=demo.CITY_FILE, at=now), by=COMMAND, at=now)
# What the worker would have carried by now; then its rows go, so that tests see their own.
from datetime import timedelta
from learncity.kernel import outbox
while outbox.dispatch(at=now + timedelta(minutes=1)):
    pass
outbox.forget(done_before=now + timedelta(days=1), given_up_before=now)
"""


def pytest_configure() -> None:
    """In a fresh clone the translations are not compiled yet."""
    from learncity.kernel import catalogues

    catalogues.compile_all()


def _owner(database: str) -> str:
    return make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=database)


def _key() -> str:
    digest = hashlib.sha256()
    for pattern in ("**/migrations/*.py", "kernel/database_roles.py",
                    "apps/initiatives/cities/**/*.yaml",
                    "apps/*/blueprint.py", "apps/*/blueprint/*.py"):  # fmt: skip
        for path in sorted(SOURCE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _make_template(owner: psycopg.Connection, name: str) -> None:
    if owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    draft = sql.Identifier(f"{name}_draft")
    owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(draft))
    owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(draft))
    addresses = {
        "DATABASE_OWNER_URL": _owner(f"{name}_draft"),
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=f"{name}_draft"),
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "learncity.config.settings",
    }
    for role, code in (("owner", _PREPARE), ("app", _CITY)):
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **addresses, "LEARNCITY_DB_ROLE": role},
            check=True,
        )
    owner.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(draft, sql.Identifier(name)))


class Databases:
    """Makes copies of the template and points Django at one of them."""

    def __init__(self, template: str) -> None:
        self.template = template
        self._count = 0

    def copy(self) -> str:
        """A fresh copy; its name."""
        self._count += 1
        name = f"test_{os.getpid()}_{self._count}"
        with psycopg.connect(_owner("learncity"), autocommit=True) as owner:
            owner.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log").format(
                    sql.Identifier(name), sql.Identifier(self.template)
                )
            )
        return name

    def use(self, name: str) -> str:
        """Point this process's connections at a database; the name of the one before."""
        from django.db import connection

        connection.close()
        connection.close_pool()
        before = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = name
        return before

    @staticmethod
    def drop(name: str) -> None:
        """Drop a copy."""
        with psycopg.connect(_owner("learncity"), autocommit=True) as owner:
            owner.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


@pytest.fixture(scope="session", autouse=True)
def _demo_without_static_files(django_test_environment: None) -> None:
    """The demo's settings, so that nothing leaves; style sheets keep their plain names."""
    from django.conf import settings

    settings.DEMO = True
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The template of this code's tables and city, made once for all test processes."""
    if not os.environ.get("DATABASE_OWNER_URL"):
        pytest.exit("There is no test database: run the tests with ./go test", returncode=2)
    name = f"template_{_key()}"
    with psycopg.connect(_owner("learncity"), autocommit=True) as owner:
        # Several test processes start at once; the first makes it, the others wait.
        owner.execute("SELECT pg_advisory_lock(20261121)")
        _make_template(owner, name)
    return Databases(name)


@pytest.fixture(scope="session")
def django_db_setup(
    databases: Databases, django_test_environment: None, django_db_blocker: object
) -> Iterator[None]:
    """One copy for all tests of this process that roll back."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        name = databases.copy()
        databases.use(name)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        databases.use("learncity")
        databases.drop(name)


@pytest.fixture
def committed(
    databases: Databases, django_db_setup: None, django_db_blocker: object
) -> Iterator[None]:
    """A copy for this test alone, where transactions really commit and threads may race."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        name = databases.copy()
        before = databases.use(name)
        yield
        databases.use(before)
        databases.drop(name)


@pytest.fixture
def city(db: None) -> None:
    """The demo city as its blueprint states it; nobody has applied for anything."""


@pytest.fixture
def owner(committed: None) -> Iterator[psycopg.Connection]:
    """A connection of the owner to this test's own database, to show what even it cannot do."""
    from django.db import connection

    with psycopg.connect(_owner(connection.settings_dict["NAME"]), autocommit=True) as found:
        yield found


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Nothing remembered by one test is met by the next, nor the language of a page it drew."""
    from django.utils import translation

    from learncity.kernel import memo
    from learncity.web import pagecache

    translation.deactivate()
    memo.forget_all()
    pagecache.forget()
    yield
    memo.forget_all()
    pagecache.forget()


@pytest.fixture
def account_of(db: None):  # type: ignore[no-untyped-def]
    """The account of a person of the city, by key: ``account_of("demo-worker")``."""
    from learncity.apps.people import queries

    def find(key: str):  # type: ignore[no-untyped-def]
        return queries.find_account(queries.ids_by_key([key])[key])

    return find


@pytest.fixture
def signed_in(client, account_of):  # type: ignore[no-untyped-def]
    """A client signed in as a person of the city: ``signed_in("demo-provider")``."""

    def sign_in(key: str):  # type: ignore[no-untyped-def]
        client.force_login(account_of(key))
        return client

    return sign_in
