"""Folders and servers for the tests of what starts, stops, saves and restores the system."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from learncity.kernel.postgres import Embedded

# What is written by a test may be lost: nobody waits for the disk. A killed process loses nothing.
FAST = {"shared_buffers": "16MB", "max_connections": "20", "fsync": "off"}


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with spaces and letters of three scripts, which the server's own user may enter."""
    top = Path(tempfile.mkdtemp(prefix="learncity-"))
    top.chmod(0o711)
    folder = top / "数据 Đào tạo"
    folder.mkdir()
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(top)


@pytest.fixture
def server(place: Path) -> Iterator[Embedded]:
    """An embedded server that has not been started."""
    embedded = Embedded(place / "city", conf=FAST)
    yield embedded
    embedded.stop(mode="immediate")


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of somebody who has set nothing."""
    for name in list(os.environ):
        if name.startswith(("LEARNCITY_", "DATABASE_", "PG")) or name in ("HOST", "PORT"):
            monkeypatch.delenv(name)
