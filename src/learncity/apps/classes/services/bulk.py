"""The same done to many classes at once: looked at before, said class by class, undone for a while.

Undoing does the opposite, as anybody could by hand: whoever was told of a move is told again, and a
seat that was given stays given. What somebody changed since stays as they wanted it, and is named.
A class that was called off is not resumed: people were told not to come.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from learncity.apps.classes.models import BulkAct, CourseClass
from learncity.apps.classes.queries.bulk import as_value, can_undo
from learncity.apps.classes.types import (
    BulkKind,
    BulkLine,
    BulkValue,
    BulkWish,
    CannotUndo,
    ChangedSince,
    ClassCancelled,
    ClassNotFound,
    ClassOver,
    ClosesTooLate,
    TooManyAtOnce,
)
from learncity.kernel import audit, locks
from learncity.kernel.acting import COMMAND, By
from learncity.kernel.errors import DomainError

from . import LOCK, cancel, rooms, set_seats

MOST = 200


def looked_at(keys: Collection[str], wish: BulkWish, *, at: datetime) -> list[BulkLine]:
    """What would be done to each class, or why not; nothing is kept.

    It is done and taken back, so that what is shown is what would happen.

    Raises:
        TooManyAtOnce: more than ``MOST``.
    """
    with transaction.atomic():
        lines = _carry_out(keys, wish, COMMAND, at)
        transaction.set_rollback(True)
    return [line for line, _before, _after in lines]


def carry_out(
    *, act_id: UUID, keys: Collection[str], wish: BulkWish, by: By, at: datetime
) -> BulkValue:
    """Do it to each class that allows it; the same id again is what was done then.

    Raises:
        TooManyAtOnce: more than ``MOST``.
    """
    with transaction.atomic():
        locks.hold("classes.BulkAct", act_id)
        there = BulkAct.objects.filter(pk=act_id).first()
        if there is None:
            lines = _carry_out(keys, wish, by, at)
            there = BulkAct.objects.create(
                id=act_id, kind=wish.kind, by_id=by.person_id, at=at,
                lines=[_kept(*one) for one in lines],
            )  # fmt: skip
            done = sum(line.is_done for line, *_states in lines)
            audit.note("classes.bulk", f"bulk {act_id}", by=by, kind=wish.kind, classes=done)
    return as_value(there)


def _carry_out(
    keys: Collection[str], wish: BulkWish, by: By, at: datetime
) -> list[tuple[BulkLine, dict[str, Any], dict[str, Any]]]:
    """Each line with what stood there before, and what stands there now."""
    if len(keys) > MOST:
        raise TooManyAtOnce
    found = CourseClass.objects.filter(key__in=keys).select_related("course")
    locks.hold_all(LOCK, sorted(found.values_list("id", flat=True)))
    done = []
    for c in found.order_by("starts_at", "id"):
        before = _state(c, wish.kind, at)
        try:
            with transaction.atomic():
                told = _do(c, wish, by, at)
            line = BulkLine(c.key, c.course.title, True, "", told, c.starts_at)
        except DomainError as refusal:
            line = BulkLine(c.key, c.course.title, False, str(refusal.says), 0, c.starts_at)
        done.append((line, before))
    now = {c.key: c for c in found.all()}
    return [
        (line, before, _state(now[line.key], wish.kind, at) if line.is_done else {})
        for line, before in done
    ]


def _do(c: CourseClass, wish: BulkWish, by: By, at: datetime) -> int:
    """Do it to one class; how many people are told."""
    people = c.seats_taken + c.waiting_taken
    if wish.kind == BulkKind.CLOSE:
        assert wish.closes_at is not None
        close_applications(class_key=c.key, closes_at=wish.closes_at, by=by, at=at)
        return 0
    if wish.kind == BulkKind.SEATS:
        if at >= c.ends_at:
            raise ClassOver(c.key)
        seats = max(1, c.seats + wish.seats)
        set_seats(class_key=c.key, seats=seats, waiting_limit=c.waiting_limit, by=by, at=at)
        return 0 if c.cancelled_at else max(0, min(seats - c.seats_taken, c.waiting_taken))
    if wish.kind == BulkKind.ROOM:
        assert wish.room_id is not None
        if c.cancelled_at:
            raise ClassCancelled(c.key)
        return people if rooms.move_to_room(
            class_key=c.key, room_id=wish.room_id, by=by, at=at
        ) else 0  # fmt: skip
    if c.cancelled_at:
        return 0
    cancel(class_key=c.key, by=by, at=at, reason=wish.reason)
    return people


def _state(c: CourseClass, kind: BulkKind, at: datetime) -> dict[str, Any]:
    """What an act of this kind changes, as it stands."""
    if kind == BulkKind.CLOSE:
        return {"closes_at": c.closes_at.isoformat(), "plan": c.plan.get("closes_at")}
    if kind == BulkKind.SEATS:
        return {"seats": c.seats}
    return rooms.rooms_before(c, at) if kind == BulkKind.ROOM else {}


def _is_same(after: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether all is as the act left it; meetings that began or were called off are left aside."""
    coming = {pk: room for pk, room in after.get("rooms", {}).items() if pk in now["rooms"]}
    return now == (after | {"rooms": coming} if "rooms" in after else after)


@transaction.atomic
def close_applications(*, class_key: str, closes_at: datetime, by: By, at: datetime) -> None:
    """Have applications end at a moment, earlier or later than the timetable says.

    Raises:
        ClassNotFound, ClassCancelled, ClassOver, ClosesTooLate: as they say.
    """
    c = CourseClass.objects.filter(key=class_key).first()
    if c is None:
        raise ClassNotFound(class_key)
    locks.hold(LOCK, c.id)
    c.refresh_from_db()
    if c.cancelled_at:
        raise ClassCancelled(class_key)
    if at >= c.ends_at:
        raise ClassOver(class_key)
    if closes_at > c.ends_at:
        raise ClosesTooLate(class_key)
    if c.closes_at != closes_at:
        _close(c, closes_at, closes_at.isoformat())
        audit.note("classes.closing_set", f"class {class_key}", by=by, closes=closes_at.isoformat())


def _close(c: CourseClass, closes_at: datetime, planned: str | None) -> None:
    plan = {**c.plan, "closes_at": planned}
    CourseClass.objects.filter(pk=c.pk).update(closes_at=closes_at, plan=plan)


@transaction.atomic
def undo(*, act_id: UUID, by: By, at: datetime) -> BulkValue:
    """Do the opposite to each class to which it was done and that is still as it was left.

    The lines say what came of it, and which were changed since.

    Raises:
        CannotUndo: it was, is too long ago, or classes were called off.
    """
    found = BulkAct.objects.select_for_update().filter(pk=act_id).first()
    if found is None or not can_undo(as_value(found), at=at):
        raise CannotUndo
    kind, lines = BulkKind(found.kind), [line for line in found.lines if line["is_done"]]
    rows = CourseClass.objects.filter(key__in=[line["key"] for line in lines])
    locks.hold_all(LOCK, sorted(rows.values_list("id", flat=True)))
    now = {c.key: _state(c, kind, at) for c in rows}
    for line in lines:
        try:
            with transaction.atomic():
                if not _is_same(line.get("after", now[line["key"]]), now[line["key"]]):
                    raise ChangedSince(line["key"])
                _UNDO[kind](line["key"], line["before"], by, at)
        except DomainError as refusal:
            line |= {"is_done": False, "says": str(refusal.says)}
    found.undone_at = at
    found.save(update_fields=["lines", "undone_at"])
    audit.note("classes.bulk_undone", f"bulk {act_id}", by=by, kind=found.kind)
    return as_value(found)


def _reopen(key: str, before: dict[str, Any], by: By, at: datetime) -> None:
    c = CourseClass.objects.get(key=key)
    _close(c, datetime.fromisoformat(before["closes_at"]), before["plan"])


def _reseat(key: str, before: dict[str, Any], by: By, at: datetime) -> None:
    c = CourseClass.objects.get(key=key)
    set_seats(class_key=key, seats=before["seats"], waiting_limit=c.waiting_limit, by=by, at=at)


def _rehouse(key: str, before: dict[str, Any], by: By, at: datetime) -> None:
    rooms.move_back(class_key=key, before=before, by=by, at=at)


_UNDO: dict[BulkKind, Callable[[str, dict[str, Any], By, datetime], None]] = {
    BulkKind.CLOSE: _reopen,
    BulkKind.SEATS: _reseat,
    BulkKind.ROOM: _rehouse,
}


def _kept(line: BulkLine, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"key": line.key, "is_done": line.is_done, "says": line.says, "told": line.told,
            "before": before, "after": after}  # fmt: skip
