"""`backup`: the database and the files in one file, taken while the system runs.

The file is a tar of `database.dump`, `files/…` and `manifest.json`. The dump and the counts in the
manifest are of one moment. The file appears whole or not at all, and only its owner can read it.
Neither the secret keys nor the sessions are in it: who steals a backup must not be able to sign in
the city's name, nor be whoever was signed in.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from learncity.config import dumping
from learncity.config.database import address, files_folder
from learncity.config.env import Env
from learncity.config.faults import Fault
from learncity.config.places import version

FORMAT = 1
DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"


def save(target: Path, console: Console) -> None:
    """Write a backup.

    Raises:
        Fault: it could not be written; nothing was left in its place.
    """
    target = target.expanduser().absolute()
    if not target.parent.is_dir():
        raise Fault(f"{target.parent} is no folder.")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            manifest = _write(file, console)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise Fault(f"{target}: {error.strerror or error}")
    finally:
        part.unlink(missing_ok=True)
    rows = sum(manifest["rows"].values())
    megabytes = dumping.size(target) / 1e6
    console.print(
        f"  [green]✓[/] {target}: {rows:,} rows in {len(manifest['rows'])} tables, "
        f"{len(manifest['sha256']) - 1:,} files, {megabytes:.1f} MB",
        soft_wrap=True,
    )
    console.print(
        "  Neither the secret keys nor who is signed in are in it; after a restore everybody "
        "signs in anew.",
        soft_wrap=True,
    )


def _write(file: IO[bytes], console: Console) -> dict[str, Any]:
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as progress,
        tempfile.TemporaryDirectory(dir=Env.read().data_dir, prefix="backup-") as work,
        tarfile.open(fileobj=file, mode="w") as tar,
    ):
        dump = Path(work) / DUMP
        manifest = _dump(dump, progress)
        hashes = {DUMP: digest(dump)}
        tar.add(dump, DUMP)
        folder = files_folder()
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        for path in progress.track(files, description="Files"):
            name = f"{FILES}/{path.relative_to(folder).as_posix()}"
            hashes[name] = _add(tar, path, name)
        manifest["sha256"] = hashes
        text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode, entry.mtime = len(text), 0o600, int(time.time())
        tar.addfile(entry, io.BytesIO(text))
    return manifest


def _dump(dump: Path, progress: Progress) -> dict[str, Any]:
    """Dump the database and describe it, both as it was at one moment."""
    with psycopg.connect(address("owner")) as owner:
        owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = owner.execute("SELECT pg_export_snapshot()").fetchone()
        if snapshot is None or "public.django_migrations" not in dumping.tables(owner):
            raise Fault("There is nothing to save: the database has no tables.")
        rows = dumping.count_rows(owner)
        heads = dumping.migration_heads(owner)
        options = ["--format=custom", "--no-unlogged-table-data", f"--file={dump}"]
        options += [f"--exclude-table-data={name}" for name in dumping.SESSIONS]
        tables = dumping.run("pg_dump", address("owner"), *options, f"--snapshot={snapshot[0]}")
        for _ in progress.track(tables, total=len(rows), description="Tables"):
            pass
    return {
        "format": FORMAT,
        "version": version(),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "migrations": heads,
        "rows": rows,
    }


def _add(tar: tarfile.TarFile, path: Path, name: str) -> str:
    """Add one file and hash what was added: it may be replaced or grow at this moment."""
    with path.open("rb") as source:
        entry = tar.gettarinfo(arcname=name, fileobj=source)
        hashing = Hashing(source)
        tar.addfile(entry, hashing)
    return hashing.digest.hexdigest()


class Hashing:
    """A file that hashes what is read of it."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read and hash."""
        data = self.source.read(size)
        self.digest.update(data)
        return data


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
