"""Identifiers: UUIDs that sort by time, and receipt numbers that can be read out on the phone.

Why UUIDs and why version 7: docs/decisions/0003-keys.md, with what was measured.
"""

import os
import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0

# Crockford's alphabet: no I, L, O, U, so nothing is misread or misheard.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> UUID:
    """A new identifier, greater than every one this process made before.

    48 bits of milliseconds, 12 of their fraction, 62 random (RFC 9562, section 5.7 and method 3 of
    6.2): rows made in one go keep their order, and 62 random bits cannot be guessed.
    """
    global _last
    nanoseconds = time.time_ns()
    ticks = nanoseconds // 1_000_000 << 12 | (nanoseconds % 1_000_000 << 12) // 1_000_000
    with _lock:
        ticks = _last = max(ticks, _last + 1)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    value = (ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0b10 << 62 | random
    return UUID(int=value)


def receipt_number() -> str:
    """Ten symbols in groups, such as ``K7M2-9QXR-4T``; 50 random bits, unique by constraint."""
    symbols = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:]}"
