"""What people hear, and what their record keeps, of what happens in a class.

Set-based: a class of two hundred that is cancelled costs as many statements as a place taken.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from learncity.apps.notices import services as notices
from learncity.apps.notices.types import Kind as MessageKind
from learncity.apps.notices.types import NewMessage
from learncity.apps.people import queries as people
from learncity.apps.people.types import PersonValue
from learncity.apps.record import services as record
from learncity.apps.record.types import Kind as FactKind
from learncity.apps.record.types import NewFact
from learncity.kernel.acting import By

from . import facts
from .models import CourseClass, Enrolment, Session
from .standing import Named
from .types import Enrolment as EnrolmentValue
from .types import State


@dataclass(frozen=True, slots=True)
class Move:
    """What happened to one enrolment."""

    named: Named
    enrolment: EnrolmentValue
    person: PersonValue


def tell(
    moves: Sequence[Move],
    message: MessageKind,
    *,
    by: By,
    at: datetime,
    fact: FactKind | None = None,
    reason: str = "",
) -> None:
    """Write the message of each move, and its fact where it is one of the person's own record."""
    if fact is not None:
        record.append([_fact(move, fact, by, at) for move in moves])
    begins = _first_meetings({move.named.class_id: move.named for move in moves}, at)
    notices.tell([_message(m, message, begins[m.named.class_id], at, reason) for m in moves])


def tell_all(
    class_ids: Collection[UUID],
    message: MessageKind,
    *,
    by: By,
    at: datetime,
    fact: FactKind | None = None,
    reason: str = "",
) -> None:
    """Tell everybody who has a place in these classes, or waits for one."""
    rows = Enrolment.objects.filter(course_class_id__in=class_ids).exclude(state=State.WITHDRAWN)
    enrolments = [e.as_value() for e in rows.order_by("course_class_id", "applied_at", "id")]
    if not enrolments:
        return
    persons = people.persons({e.person_id for e in enrolments})
    classes = named({e.class_id for e in enrolments})
    moves = [Move(classes[e.class_id], e, persons[e.person_id]) for e in enrolments]
    tell(moves, message, by=by, at=at, fact=fact, reason=reason)


def named(class_ids: Collection[UUID]) -> Mapping[UUID, Named]:
    """What facts and messages say of classes; one query."""
    rows = CourseClass.objects.filter(pk__in=class_ids)
    fields = ("id", "place_id", "provider_id", "course__title", "starts_at")
    return {row[0]: Named(*row) for row in rows.values_list(*fields)}


def _fact(move: Move, kind: FactKind, by: By, at: datetime) -> NewFact:
    named, person = move.named, move.person
    return NewFact(
        person.id,
        kind,
        at,
        by,
        named.place_id,
        person.home_id,
        (facts.SUBJECT, named.class_id),
        named.provider_id,
        {"receipt": move.enrolment.receipt},
    )


def _message(
    move: Move, kind: MessageKind, starts: datetime, at: datetime, reason: str
) -> NewMessage:
    enrolment, person = move.enrolment, move.person
    values = {
        "title": move.named.title,
        "starts": starts,
        "receipt": enrolment.receipt,
        "position": enrolment.position or "",
    }
    if reason:
        values["reason"] = reason
    key, url = f"{enrolment.id}:{at.timestamp()}", f"/me/places/{enrolment.receipt}/"
    return NewMessage(person.id, person.language, kind, key, values, at, url)


def _first_meetings(classes: Mapping[UUID, Named], at: datetime) -> Mapping[UUID, datetime]:
    """When somebody who joins now first comes: a class may be under way."""
    begins = {pk: max(at, n.starts_at) for pk, n in classes.items()}
    under_way = [pk for pk, n in classes.items() if n.starts_at <= at]
    if under_way:
        coming = Session.objects.filter(
            course_class_id__in=under_way, starts_at__gt=at, cancelled_at=None
        )
        rows = coming.order_by("course_class_id", "starts_at").distinct("course_class_id")
        begins.update(rows.values_list("course_class_id", "starts_at"))
    return begins
