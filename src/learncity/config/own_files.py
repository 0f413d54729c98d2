"""Files of the running system that nobody else on the machine may read, write or lock.

Modes are set file by file and not by a umask, which the children would inherit: what they make in
the checkout or for the database's own user must stay readable.
"""

import os
import stat
from pathlib import Path
from typing import IO, Any


def opened(path: Path, mode: str) -> IO[Any]:
    """Open a file that only its owner may use, whatever could be done with it before."""
    return open(path, mode, opener=_opener)


def _opener(name: str, flags: int) -> int:
    file = os.open(name, flags, 0o600)
    if stat.S_IMODE(os.fstat(file).st_mode) & 0o077:
        os.fchmod(file, 0o600)
    return file


def close_locks(home: Path) -> None:
    """Let nobody else hold the locks of the database server, who could so keep it from starting."""
    for name in ("postgres.lock", "postgres.users"):
        opened(home / name, "a").close()


def close_folder(folder: Path) -> None:
    """Let nobody else list a folder; root's database server, another user, still passes through."""
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
