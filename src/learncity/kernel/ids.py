"""Identifiers: UUIDs that sort by time, and receipt numbers that can be read out on the phone.

Why UUIDs and why version 7: docs/decisions/0003-keys.md, with what was measured.
"""

import os
import secrets
import time
from uuid import UUID

# Crockford's alphabet: no I, L, O, U, so nothing is misread or misheard.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> UUID:
    """A new identifier: 48 bits of milliseconds, then 74 random bits (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7000 << 64 | (random >> 68) << 64
    value |= 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)


def receipt_number() -> str:
    """Ten symbols in groups, such as ``K7M2-9QXR-4T``; 50 random bits, unique by constraint."""
    symbols = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:]}"
