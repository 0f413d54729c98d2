"""What was done to many classes at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from learncity.apps.classes.models import BulkAct, CourseClass
from learncity.apps.classes.types import BulkKind, BulkLine, BulkNote, BulkValue

# So long it can be undone.
UNDO = timedelta(minutes=30)


def can_undo(act: BulkValue, *, at: datetime) -> bool:
    """Whether it can still be undone."""
    return (
        act.kind != BulkKind.CANCEL
        and act.undone_at is None
        and at < act.at + UNDO
        and any(line.is_done for line in act.lines)
    )


def undoable_of(person_id: UUID, *, at: datetime) -> list[BulkNote]:
    """What somebody did to many classes and can still undo, the latest first; one query."""
    rows = BulkAct.objects.filter(
        by=person_id, at__gt=at - UNDO, undone_at=None, lines__contains=[{"is_done": True}]
    ).exclude(kind=BulkKind.CANCEL)
    found = rows.order_by("-at").values_list("id", "kind", "at")
    return [BulkNote(pk, BulkKind(kind), done + UNDO) for pk, kind, done in found]


def find_bulk(act_id: UUID) -> BulkValue | None:
    """What was done to many classes at once, or ``None``; two queries."""
    found = BulkAct.objects.filter(pk=act_id).first()
    return as_value(found) if found else None


def as_value(act: BulkAct) -> BulkValue:
    """The only shape in which it leaves this room; one query."""
    keys = [line["key"] for line in act.lines]
    rows = CourseClass.objects.filter(key__in=keys)
    known = {
        key: (title, starts_at)
        for key, title, starts_at in rows.values_list("key", "course__title", "starts_at")
    }
    lines: Sequence[BulkLine] = [
        BulkLine(
            key=line["key"], title=known[line["key"]][0], is_done=line["is_done"],
            says=line["says"], told=line["told"], starts_at=known[line["key"]][1],
        )
        for line in act.lines
    ]  # fmt: skip
    return BulkValue(act.id, BulkKind(act.kind), act.by_id, act.at, act.undone_at, tuple(lines))
