"""One lock, taken first, held to the end of the transaction.

An advisory lock queues rivals in order of arrival. Locking the row itself lets every rival's
foreign key take a share lock on it first, and they then convoy: at 32 clients on one class that
was nine times slower (decision 0009).
"""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

_WHOLE = UUID(int=0)


def hold(what: str, key: UUID) -> None:
    """Wait for, and hold until the transaction ends, the lock of one thing.

    Args:
        what: the kind of thing, such as ``classes.CourseClass``.
        key: which one. Several are taken in order of key, the higher room's first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(what, key)])


def hold_whole(what: str) -> None:
    """Hold every thing of a kind at once, until the transaction ends, against ``hold_one_of``.

    For work on so many things that a lock for each would fill the database's table of locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(what, _WHOLE)])


def hold_one_of(what: str, key: UUID) -> None:
    """``hold`` for a kind of thing that somebody may hold as a whole; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(%s)",
            [_number(what, _WHOLE), _number(what, key)],
        )


def hold_all(what: str, keys: Sequence[UUID]) -> None:
    """Hold the locks of several things, in the order of ``keys``; one statement.

    Args:
        keys: sorted, so that two who want the same do not wait for each other.
    """
    if not keys:
        return
    numbers = [_number(what, key) for key in keys]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) n", [numbers])


def hold_some_of(what: str, keys: Sequence[UUID]) -> None:
    """``hold_all`` for a kind of thing that somebody may hold as a whole; two statements."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_number(what, _WHOLE)])
    hold_all(what, keys)


def _number(what: str, key: UUID) -> int:
    digest = hashlib.blake2b(what.encode() + key.bytes, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
