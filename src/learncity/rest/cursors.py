"""Turning pages so that nothing is skipped or shown twice while the list changes.

A cursor says after which item the next part begins. It is opaque: base64url of JSON, with the name
of its list, checked when it comes back. ``next`` in an answer is an address with all that was asked
for and the cursor, so a program only has to follow it.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.http import HttpRequest
from ninja.errors import ValidationError

T = TypeVar("T")
Moment = tuple[datetime, UUID]

# By how many items a list that is counted by position may shift between two parts.
SHIFT = 20
# Further into a list nobody turns pages one by one.
_DEEPEST = 1_000_000


@dataclass(frozen=True, slots=True)
class PartOf(Generic[T]):
    """A part of a list and the address of the next."""

    items: Sequence[T]
    next: str | None


def write(name: str, *position: str | int) -> str:
    """A cursor of the list of this name."""
    text = json.dumps([name, *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, name: str, *kinds: type) -> list[Any]:
    """The position in a cursor of the list of this name.

    Args:
        kinds: of its parts, in order.

    Raises:
        ValidationError: it is no cursor of this list.
    """
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise unknown() from error
    if not isinstance(found, list) or [type(part) for part in found] != [str, *kinds]:
        raise unknown()
    if found[0] != name or any(type(p) is int and not 0 <= p <= _DEEPEST for p in found):
        raise unknown()
    return found[1:]


def read_moment(cursor: str, name: str) -> tuple[datetime, UUID]:
    """The position in a list that is ordered by a moment, ties by id.

    Raises:
        ValidationError: it is no cursor of this list.
    """
    at, last = read(cursor, name, str, str)
    try:
        moment, key = datetime.fromisoformat(at), UUID(last)
    except ValueError as error:
        raise unknown() from error
    if moment.tzinfo is None:
        raise unknown()
    return moment, key


def read_id(cursor: str, name: str) -> UUID:
    """The last item of the part before, by its id.

    Raises:
        ValidationError: it is no cursor of this list.
    """
    (last,) = read(cursor, name, str)
    try:
        return UUID(last)
    except ValueError as error:
        raise unknown() from error


def after_id(
    request: HttpRequest, name: str, found: Sequence[T], limit: int, *, last: Callable[[T], UUID]
) -> PartOf[T]:
    """Part of a list of which one more was asked for than fits, and that finds its place by id."""
    part = found[:limit]
    more = len(found) > limit
    return PartOf(part, following(request, write(name, str(last(part[-1])))) if more else None)


def after_moment(
    request: HttpRequest, name: str, found: Sequence[T], limit: int, *, last: Callable[[T], Moment]
) -> PartOf[T]:
    """Part of a list of which one more was asked for than fits.

    Args:
        last: the moment and id by which the list is ordered.
    """
    part = found[:limit]
    if len(found) <= limit:
        return PartOf(part, None)
    moment, key = last(part[-1])
    return PartOf(part, following(request, write(name, moment.isoformat(), str(key))))


def unknown() -> ValidationError:
    """What to raise for a cursor that this list never gave out."""
    return ValidationError([{"type": "string_pattern_mismatch", "loc": ("query", "cursor")}])


def following(request: HttpRequest, cursor: str) -> str:
    """The address of the next part of what was asked for."""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"


def after_key(
    request: HttpRequest,
    name: str,
    items: Sequence[T],
    *,
    key: Callable[[T], str],
    cursor: str | None,
    limit: int,
) -> PartOf[T]:
    """Part of a list that is whole in memory.

    Args:
        key: what the list is ordered by, different for every item.

    Raises:
        ValidationError: the cursor is none of this list.
    """
    ordered = sorted(items, key=key)
    if cursor:
        (last,) = read(cursor, name, str)
        ordered = [item for item in ordered if key(item) > last]
    part = ordered[:limit]
    more = len(ordered) > limit
    return PartOf(part, following(request, write(name, key(part[-1]))) if more else None)


def after_count(
    request: HttpRequest,
    name: str,
    ask: Callable[[int, int], Sequence[T]],
    *,
    identity: Callable[[T], str],
    cursor: str | None,
    limit: int,
    most: int = _DEEPEST,
) -> PartOf[T]:
    """Part of a list that can only be asked for by position.

    The cursor knows the last item too. A few items more are asked for on both sides, and the part
    begins after that item: what came to the front in the meantime (up to ``SHIFT``) moves nothing.

    Args:
        ask: gives the items from a position on, and how many.
        identity: different for every item.
        most: how far into the list one can turn pages.

    Raises:
        ValidationError: the cursor is none of this list.
    """
    offset, last = read(cursor, name, int, str) if cursor else (0, "")
    begin = max(0, offset - SHIFT) if cursor else 0
    count = offset - begin + limit + 1 + (SHIFT if cursor else 0)
    found = ask(begin, max(0, min(count, most - begin)))
    seen = next((n for n, item in enumerate(found, 1) if identity(item) == last), offset - begin)
    part = found[seen : seen + limit]
    more = len(found) > seen + limit
    position = write(name, begin + seen + limit, identity(part[-1])) if more else ""
    return PartOf(part, following(request, position) if more else None)
