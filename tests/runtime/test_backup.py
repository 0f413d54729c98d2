"""A backup brings everything back, proves it, and never overwrites anything."""

import io
import json
import shutil
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from learncity.kernel.postgres import OWNER, Embedded

from .running import finished

pytestmark = pytest.mark.slow


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
    code, text = finished("backup", str(public / "city.tar"), data=city)
    assert code == 0, text
    assert "keys" in text
    yield public
    shutil.rmtree(public)


def rows_of(data: Path) -> int:
    server = Embedded(data)
    with server.held(), psycopg.connect(server.url(OWNER)) as owner:
        return owner.execute("SELECT count(*) FROM kept").fetchone()[0]


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
