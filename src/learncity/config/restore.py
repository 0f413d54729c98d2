"""`restore`: bring a backup back into an empty data folder, and prove that it is whole.

Nothing is ever overwritten: a database with tables and a folder with files are refused. Every part
is checked against the manifest before the first row is written, and every table is counted after.
"""

import json
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from learncity.config import dumping, preparation
from learncity.config.backup import DUMP, FILES, FORMAT, MANIFEST, digest
from learncity.config.database import address, files_folder
from learncity.config.env import Env
from learncity.config.faults import Fault
from learncity.config.terminal import step


def bring_back(source: Path, console: Console) -> None:
    """Restore a backup into this empty system.

    Raises:
        Fault: they are not empty, the backup is damaged or of a newer version, or counts differ.
    """
    _refuse_unless_empty()
    with tempfile.TemporaryDirectory(dir=Env.read().data_dir, prefix="restore-") as work:
        with step("Parts checked"):
            manifest = _unpack(source, Path(work))
        _refuse_newer(manifest)
        _load(Path(work) / DUMP, len(manifest["rows"]), console)
        _end_sessions()
        _compare(manifest, console)
        _move_files(Path(work) / FILES)
    with step("Tables and rights"):
        preparation.make_tables()
    console.print(f"  [green]✓[/] Restored, as it was at {manifest['created_at']}.")
    console.print("  Backups hold nobody's sessions: everybody signs in anew.")


def _refuse_unless_empty() -> None:
    with psycopg.connect(address("owner")) as owner:
        found = dumping.tables(owner)
    if found:
        raise Fault(
            f"The database is not empty: it has {len(found)} tables. A backup is restored only "
            "into an empty one; set LEARNCITY_DATA to a new folder."
        )
    folder = files_folder()
    if folder.is_dir() and any(folder.iterdir()):
        raise Fault(f"{folder} is not empty. Set LEARNCITY_DATA to a new folder.")


def _unpack(source: Path, work: Path) -> dict[str, Any]:
    """Unpack and verify every part; the manifest."""
    try:
        with tarfile.open(source) as tar:
            _extract(tar, MANIFEST, work)
            manifest = _manifest((work / MANIFEST).read_text(encoding="utf-8"))
            for name, expected in manifest["sha256"].items():
                if digest(_extract(tar, name, work)) != expected:
                    raise Fault(f"{source} is damaged in {name}. Nothing was changed.")
    except (tarfile.TarError, OSError, ValueError, KeyError, RecursionError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(":.")
        raise Fault(f"{source} is no whole backup: {reason}. Nothing was changed.")
    return manifest


def _manifest(text: str) -> dict[str, Any]:
    """The manifest, with everything in it that is asked of it later.

    Raises:
        ValueError: it is none.
        Fault: it is one of another format.
    """
    manifest = json.loads(text)
    if not isinstance(manifest, dict):
        raise ValueError(f"{MANIFEST} is no object")
    if manifest.get("format") != FORMAT:
        raise Fault(f"The backup was written in another format: {manifest.get('format')}.")
    for name, kind in (("sha256", str), ("rows", int), ("migrations", str)):
        values = manifest.get(name)
        if not isinstance(values, dict) or not all(isinstance(v, kind) for v in values.values()):
            raise ValueError(f"{MANIFEST} does not say {name} as it should")
    if not {"version", "created_at"} <= manifest.keys() or DUMP not in manifest["sha256"]:
        raise ValueError(f"{MANIFEST} is not complete")
    return manifest


def _extract(tar: tarfile.TarFile, name: str, work: Path) -> Path:
    """Unpack one plain file of this name, to nowhere else than below the folder."""
    path = (work / name).resolve()
    part = tar.extractfile(name)
    if part is None or not path.is_relative_to(work.resolve()):
        raise ValueError(f"{name} is no plain file")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        shutil.copyfileobj(part, file)
    return path


def _refuse_newer(manifest: dict[str, Any]) -> None:
    """Refuse tables that this code does not know."""
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    known = MigrationLoader(None).disk_migrations
    unknown = [head for head in manifest["migrations"].items() if head not in known]
    if unknown:
        raise Fault(
            f"The backup was made by a newer version ({manifest['version']}): install that one "
            f"or a later one. Not known here: {', '.join('.'.join(head) for head in unknown)}."
        )


def _load(dump: Path, tables: int, console: Console) -> None:
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    options = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction"]
    with psycopg.connect(address("owner")) as owner:
        options.append(f"--dbname={owner.info.dbname}")
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        begun = dumping.run("pg_restore", address("owner"), *options, str(dump))
        for _ in progress.track(begun, total=tables, description="Tables"):
            pass


def _end_sessions() -> None:
    """Sign everybody out: backups of the first days brought the sessions along."""
    with psycopg.connect(address("owner")) as owner:
        for name in set(dumping.SESSIONS) & set(dumping.tables(owner)):
            table = sql.Identifier(*name.split("."))
            owner.execute(sql.SQL("TRUNCATE {}").format(table))


def _compare(manifest: dict[str, Any], console: Console) -> None:
    with psycopg.connect(address("owner")) as owner:
        found = dumping.count_rows(owner)
    table = Table("table", "saved", "restored", box=None, padding=(0, 3, 0, 0))
    table.columns[1].justify = table.columns[2].justify = "right"
    saved = {name: n for name, n in manifest["rows"].items() if name not in dumping.SESSIONS}
    for name in sorted({*saved, *found}):
        if saved.get(name) or found.get(name):
            table.add_row(name, f"{saved.get(name, 0):,}", f"{found.get(name, 0):,}")
    console.print(table)
    if found != saved:
        wrong = sorted(n for n in {*saved, *found} if saved.get(n) != found.get(n))
        raise Fault(f"The restored rows are not those that were saved: {', '.join(wrong)}.")


def _move_files(unpacked: Path) -> None:
    folder = files_folder()
    if not unpacked.is_dir():
        return
    folder.mkdir(exist_ok=True)
    for path in unpacked.iterdir():
        shutil.move(path, folder / path.name)
