"""What must be true before the system can answer: tables, rights, translations, static files.

Each is done only when what it is made from has changed. The mark of the tables is kept in the
database itself, so that it comes and goes with it; the mark of the static files beside them.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from learncity.config.database import address
from learncity.config.env import Env
from learncity.config.places import SOURCE, version


def tables_are_ready() -> bool:
    """Whether migrations and rights are those of this code, by the mark in the database."""
    asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(address("owner")) as owner:
        row = owner.execute(asked, [owner.info.dbname]).fetchone()
    return row is not None and row[0] == _tables_mark()


def make_tables() -> None:
    """Migrate and give each role its rights; in a process whose database role is the owner."""
    import django
    from django.core.management import call_command

    django.setup()
    from learncity.kernel import database_roles

    call_command("migrate", verbosity=0, interactive=False)
    database_roles.grant()
    with psycopg.connect(address("owner"), autocommit=True) as owner:
        name = sql.Identifier(owner.info.dbname)
        mark = sql.Literal(_tables_mark())
        owner.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, mark))


def static_is_ready() -> bool:
    """Whether the static files are those of this code."""
    mark = _static_mark_file()
    return mark.exists() and mark.read_text() == _static_mark()


def make_static() -> None:
    """Collect, name by content and compress the static files; none of an older version remains."""
    import django
    from django.core.management import call_command

    django.setup()
    root = _static_mark_file().parent
    _static_mark_file().unlink(missing_ok=True)
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    root.mkdir(exist_ok=True)
    _static_mark_file().write_text(_static_mark())


def make_translations() -> None:
    """Compile the translations that have changed."""
    from learncity.kernel import catalogues

    catalogues.compile_all()


def _static_mark_file() -> Path:
    return Env.read().data_dir / "static" / ".made-from"


def _tables_mark() -> str:
    sources = [*SOURCE.rglob("migrations/*.py"), SOURCE / "kernel" / "database_roles.py"]
    return f"Learncity {version()}, tables {_digest(sources)}"


def _static_mark() -> str:
    files = (path for path in SOURCE.rglob("static/**/*") if path.is_file())
    return _digest([*files, SOURCE / "config" / "settings.py"])


def _digest(files: Iterable[Path]) -> str:
    """A hash of these files and of which packages are installed in which version."""
    digest = hashlib.sha256(" ".join(_installed()).encode())
    for path in sorted(files):
        digest.update(os.fsencode(path.relative_to(SOURCE)) + path.read_bytes())
    return digest.hexdigest()[:20]


def _installed() -> list[str]:
    django = find_spec("django")
    folder = Path(django.origin).parents[1] if django and django.origin else SOURCE
    return sorted(path.name for path in folder.glob("*.dist-info"))
