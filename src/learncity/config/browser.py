"""A browser for the journeys, found or installed; and the fonts it needs to draw every language.

A missing browser is a failure with advice, never a journey that was silently left out.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from learncity.config import packed_browser
from learncity.config.faults import Fault
from learncity.config.terminal import out, warn

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
MAC_APPS = ("Google Chrome", "Chromium", "Microsoft Edge")
CACHES = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
CACHED = ("chromium*/*/chrome", "chromium*/*/headless_shell", "chromium*/*/chrome-headless-shell")
PACKAGES = ("chromium", "fonts-noto-cjk")


def find_or_install() -> str:
    """The path of a Chromium that runs.

    Raises:
        Fault: there is none, and none can be installed here.
    """
    for path in _present():
        if _runs(path):
            return path
    installs: tuple[Callable[[], str], ...] = (_by_apt, _by_playwright, _by_npm)
    for install in installs:
        path = install()
        if path and _runs(path):
            return path
    raise Fault(
        "The journeys need a Chromium and none was found. Install one (Debian: apt-get install "
        "chromium fonts-noto-cjk) or set CHROMIUM to the path of one."
    )


def _present() -> Iterator[str]:
    if os.environ.get("CHROMIUM"):
        yield os.environ["CHROMIUM"]
    yield from (path for name in NAMES if (path := shutil.which(name)))
    for name in MAC_APPS:
        yield f"/Applications/{name}.app/Contents/MacOS/{name}"
    for cache in CACHES:
        for pattern in CACHED:
            found = sorted(Path(cache).expanduser().glob(pattern), reverse=True)
            yield from (str(path) for path in found if os.access(path, os.X_OK))
    yield str(packed_browser.path())


def _runs(path: str) -> bool:
    # Ubuntu's chromium-browser is there and yet runs nothing in a container.
    try:
        said = subprocess.run(
            [path, "--version"], check=False, capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0 and any(word in said.stdout for word in ("Chrom", "Edge"))


def _by_apt() -> str:
    if not _apt(*PACKAGES, says="Installing a browser and fonts"):
        return ""
    return shutil.which("chromium") or ""


def _apt(*packages: str, says: str) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    out.print(f"  {says}: apt-get install {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-qy", "--no-install-recommends", *packages],
    )
    return all(_call(command, quiet) for command in commands)


def _by_playwright() -> str:
    out.print("  Installing a browser: playwright install chromium")
    if not _call([sys.executable, "-m", "playwright", "install", "chromium", "--only-shell"]):
        return ""
    return next((path for path in _present() if "ms-playwright" in path), "")


def _by_npm() -> str:
    out.print(f"  Installing a browser: npm package {packed_browser.PACKAGE}")
    return packed_browser.install()


def ensure_fonts() -> None:
    """Have a font with Chinese letters, without which a screenshot shows boxes."""
    if _has_chinese() or _apt("fonts-noto-cjk", says="Installing fonts"):
        return
    warn("No font with Chinese letters was found; install fonts-noto-cjk to read screenshots.")


def _has_chinese() -> bool:
    if platform.system() == "Darwin":
        return True
    listing = shutil.which("fc-list")
    if listing is None:
        return False
    said = subprocess.run([listing, ":lang=zh"], check=False, capture_output=True, text=True)
    return bool(said.stdout.strip())


def _call(command: list[str], env: dict[str, str] | None = None) -> bool:
    """Run an installer, its words only where they help: when it failed."""
    try:
        said = subprocess.run(
            command,
            check=False,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError:
        return False
    if said.returncode:
        warn("\n".join(said.stdout.splitlines()[-3:]))
    return said.returncode == 0
