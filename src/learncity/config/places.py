"""Where things lie on this machine: the checkout, and the data folder when nobody named one."""

import hashlib
import os
import tomllib
from importlib import metadata
from pathlib import Path

from learncity.kernel.postgres_programs import (
    PUBLIC_PLACE,
    make_public,
    may_enter,
    server_account,
)

SOURCE = Path(__file__).resolve().parents[1]


def checkout() -> Path | None:
    """The folder that holds pyproject.toml and src/; None when the package was installed."""
    top = SOURCE.parents[1]
    return top if (top / "pyproject.toml").exists() and SOURCE.parent.name == "src" else None


def version() -> str:
    """The version of this code, from the checkout or from the installed package."""
    top = checkout()
    if top is None:
        return metadata.version("learncity")
    return str(tomllib.loads((top / "pyproject.toml").read_text())["project"]["version"])


def choose_data_folder() -> str:
    """Set LEARNCITY_DATA when it is unset; a sentence when the choice needs one, else empty.

    It is `var` in the checkout. Root's database server is another user, who cannot pass through
    every folder: then it is a folder of this checkout's own in a public place.
    """
    if os.environ.get("LEARNCITY_DATA"):
        return ""
    top = checkout()
    if top is None:
        return ""
    os.environ["LEARNCITY_DATA"] = str(top / "var")
    if os.geteuid() != 0 or os.environ.get("DATABASE_URL"):
        return ""
    account = server_account()
    if may_enter(account, top):
        return ""
    make_public(PUBLIC_PLACE)
    name = hashlib.sha256(os.fsencode(top)).hexdigest()[:10]
    os.environ["LEARNCITY_DATA"] = str(PUBLIC_PLACE / name)
    return (
        f"The data is kept in {PUBLIC_PLACE / name}, because the database's user {account.name} "
        f"may not enter {top}. Set LEARNCITY_DATA to keep it elsewhere."
    )
