"""A backup brings everything back, proves it, and never overwrites anything."""

import hashlib
import io
import json
import shutil
import stat
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from learncity.config import restore
from learncity.config.faults import Fault
from learncity.kernel.postgres import OWNER, Embedded
from learncity.kernel.postgres_programs import find_programs

from .running import finished

pytestmark = pytest.mark.slow

SESSION = "thekeyofwhoeverissignedin0000001"


@pytest.fixture(scope="module")
def saved() -> Iterator[Path]:
    """A folder with a system (`city`) that holds something, and its backup (`city.tar`)."""
    public = Path(tempfile.mkdtemp(prefix="learncity-"))
    # Root's database server is another user, who has to pass through.
    public.chmod(0o711)
    city = public / "city"
    code, text = finished("migrate", data=city)
    assert code == 0, text
    (city / "files" / "照片").mkdir(parents=True)
    (city / "files" / "照片" / "Đào tạo.txt").write_text("上课")
    server = Embedded(city)
    with server.held(), psycopg.connect(server.url(OWNER)) as owner:
        owner.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        owner.execute("INSERT INTO django_session VALUES (%s, 'signed', 'infinity')", [SESSION])
    code, text = finished("backup", str(public / "city.tar"), data=city)
    assert code == 0, text
    assert "keys" in text
    yield public
    shutil.rmtree(public)


def rows_of(data: Path, table: str = "kept") -> int:
    server = Embedded(data)
    with server.held(), psycopg.connect(server.url(OWNER)) as owner:
        return owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_a_backup_holds_everything_but_the_keys(saved):
    with tarfile.open(saved / "city.tar") as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))

    assert names == ["database.dump", "files/照片/Đào tạo.txt", "manifest.json"]
    assert manifest["rows"]["public.kept"] == 1000
    assert manifest["migrations"]["kernel"]
    assert set(manifest["sha256"]) == {"database.dump", "files/照片/Đào tạo.txt"}
    assert stat.S_IMODE((saved / "city.tar").stat().st_mode) == 0o600


def test_a_restored_system_has_the_same_rows_and_files(saved):
    other = saved / "other"

    code, text = finished("restore", str(saved / "city.tar"), data=other)

    assert code == 0, text
    assert "1,000" in text
    assert rows_of(other) == 1000
    assert (other / "files" / "照片" / "Đào tạo.txt").read_text() == "上课"


def test_a_stolen_backup_signs_in_as_nobody(saved):
    with tarfile.open(saved / "city.tar") as tar:
        tar.extract("database.dump", saved / "stolen", filter="data")
        manifest = json.load(tar.extractfile("manifest.json"))
    read = subprocess.run(
        [find_programs() / "pg_restore", "-f", "-", saved / "stolen" / "database.dump"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "CREATE TABLE public.django_session" in read.stdout
    assert "COPY public.kept" in read.stdout
    assert SESSION not in read.stdout
    assert "public.django_session" not in manifest["rows"]
    assert rows_of(saved / "city", "django_session") == 1


def test_sessions_in_a_backup_of_the_first_days_are_ended(saved):
    server = Embedded(saved / "city")
    with server.held():
        old = make_old(server, saved)

    code, text = finished("restore", str(old), data=saved / "from-old")

    assert code == 0, text
    assert "everybody signs in anew" in text
    assert rows_of(saved / "from-old", "django_session") == 0
    assert rows_of(saved / "from-old") == 1000


def make_old(server: Embedded, folder: Path) -> Path:
    """A backup as they once were, with the rows of the sessions."""
    dump = folder / "with-sessions.dump"
    dumping = [find_programs() / "pg_dump", "-Fc", "--no-unlogged-table-data", "-f", dump]
    subprocess.run([*dumping, "-d", server.url(OWNER)], check=True)
    with tarfile.open(folder / "city.tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    manifest["rows"]["public.django_session"] = 1
    manifest["sha256"] = {"database.dump": hashlib.sha256(dump.read_bytes()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    old = folder / "old.tar"
    with tarfile.open(old, "w") as tar:
        tar.add(dump, "database.dump")
        tar.add(folder / "manifest.json", "manifest.json")
    return old


def test_a_restore_never_overwrites(saved):
    code, text = finished("restore", str(saved / "city.tar"), data=saved / "city")

    assert code == 1
    assert "not empty" in text
    assert rows_of(saved / "city") == 1000


def test_a_damaged_backup_is_refused_before_anything_is_written(saved):
    damaged = saved / "damaged.tar"
    content = bytearray((saved / "city.tar").read_bytes())
    content[3000] ^= 0xFF
    damaged.write_bytes(content)
    new = saved / "new"

    code, text = finished("restore", str(damaged), data=new)
    again, why = finished("restore", str(saved / "city.tar"), data=new)

    assert code == 1
    assert "damaged in database.dump" in text
    assert again == 0, why


def test_a_backup_of_a_newer_version_is_refused(saved):
    newer = saved / "newer.tar"
    with tarfile.open(saved / "city.tar") as old, tarfile.open(newer, "w") as new:
        for member in old.getmembers():
            content = old.extractfile(member).read()
            if member.name == "manifest.json":
                content = content.replace(b'"kernel": "', b'"kernel": "9')
                member.size = len(content)
            new.addfile(member, io.BytesIO(content))

    code, text = finished("restore", str(newer), data=saved / "older")

    assert code == 1
    assert "newer version" in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": ["database.dump"]},
        {"sha256": {"database.dump": 7}},
        {"sha256": {}},
        {"rows": None},
        {"rows": {"public.kept": "many"}},
        {"migrations": "all"},
        {"version": None, "format": 2},
        [],
    ],
)
def test_a_manifest_that_makes_no_sense_is_one_sentence(tmp_path, wrong):
    manifest = {
        "format": 1,
        "version": "0",
        "created_at": "today",
        "migrations": {},
        "rows": {},
        "sha256": {"database.dump": "0"},
    }
    content = json.dumps({**manifest, **wrong} if wrong else wrong).encode()
    with tarfile.open(tmp_path / "wrong.tar", "w") as tar:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))

    with pytest.raises(Fault, match=r"is no whole backup: .* Nothing was changed|another format"):
        restore._unpack(tmp_path / "wrong.tar", tmp_path)
