"""Compiling the interface translations: .po files are kept, .mo files are made."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_all(folder: Path = LOCALE) -> int:
    """Compile every catalogue that is newer than its compiled file; how many were."""
    made = 0
    for po in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source:
            catalogue = read_po(source)
        part = mo.with_suffix(f".{os.getpid()}")  # another process may be at it too
        with part.open("wb") as target:
            write_mo(target, catalogue)
        part.replace(mo)
        made += 1
    return made
