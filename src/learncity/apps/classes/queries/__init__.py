"""Everything that can be asked of classes. Nothing here writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Q, When

from learncity.apps.classes.bands import bands_on as bands_on
from learncity.apps.classes.calendars import calendar_since as calendar_since
from learncity.apps.classes.calendars import meetings_at as meetings_at
from learncity.apps.classes.calendars import meetings_of_class as meetings_of_class
from learncity.apps.classes.calendars import meetings_of_person as meetings_of_person
from learncity.apps.classes.calendars import pages_changed as pages_changed
from learncity.apps.classes.calendars import person_of_calendar as person_of_calendar
from learncity.apps.classes.calendars import taught_times as taught_times
from learncity.apps.classes.cards import CARD_SIZE, card_columns, card_of, cards_of, offered
from learncity.apps.classes.cards import cards as cards
from learncity.apps.classes.counting import Figures as Figures
from learncity.apps.classes.counting import count_at_sites as count_at_sites
from learncity.apps.classes.counting import count_coming as count_coming
from learncity.apps.classes.counting import count_coming_at as count_coming_at
from learncity.apps.classes.counting import count_coming_by_site as count_coming_by_site
from learncity.apps.classes.counting import counted_places as counted_places
from learncity.apps.classes.counting import figures as figures
from learncity.apps.classes.counting import taken_by_month as taken_by_month
from learncity.apps.classes.counting import waiting_by_course as waiting_by_course
from learncity.apps.classes.facets import Facet as Facet
from learncity.apps.classes.facets import Found as Found
from learncity.apps.classes.facets import Hit as Hit
from learncity.apps.classes.facets import Order as Order
from learncity.apps.classes.facets import Price as Price
from learncity.apps.classes.facets import Spot as Spot
from learncity.apps.classes.facets import Wanted as Wanted
from learncity.apps.classes.facets import spots_of as spots_of
from learncity.apps.classes.finding import everything as everything
from learncity.apps.classes.finding import find as find
from learncity.apps.classes.finding import known as known
from learncity.apps.classes.models import CourseClass, Enrolment, Session
from learncity.apps.classes.rules import WEEKDAYS as WEEKDAYS
from learncity.apps.classes.rules import evening as evening
from learncity.apps.classes.rules import is_near as is_near
from learncity.apps.classes.rules import nearby as nearby
from learncity.apps.classes.standing import Standing, standing
from learncity.apps.classes.standing import in_both as in_both
from learncity.apps.classes.types import (
    ClassCard,
    ClassDetail,
    Given,
    Mode,
    RosterRow,
    SessionValue,
    State,
)
from learncity.apps.classes.types import Enrolment as EnrolmentValue
from learncity.apps.people import queries as people
from learncity.kernel.memo import remember
from learncity.kernel.texts import Text

from .listing import as_rows as as_rows
from .listing import classes_named as classes_named
from .listing import count_classes as count_classes
from .listing import list_classes as list_classes
from .listing import providers as providers
from .listing import sorted_classes as sorted_classes


def _in_place(path: str, prefix: str = "") -> Q:
    """Classes of a region and all below it."""
    return Q(**{f"{prefix}place__path": path}) | Q(
        **{f"{prefix}place__path__startswith": f"{path}."}
    )


def tonight(*, begin: datetime, end: datetime, path: str = "", limit: int = 200) -> list[ClassCard]:
    """Classes with a session beginning between two moments, by its time; one query.

    Args:
        path: of the region to stay in; online classes are always there. Empty: everywhere.
    """
    rows = Session.objects.filter(
        starts_at__gte=begin, starts_at__lt=end, cancelled_at=None,
        course_class__cancelled_at=None, course_class__course__is_shown=True,
    )  # fmt: skip
    if path:
        rows = rows.filter(_in_place(path, "course_class__") | Q(mode=Mode.ONLINE))
    fields = ("starts_at", "ends_at", "mode", *card_columns("course_class__"))
    return [
        replace(card_of(row[3:]), next_at=row[0], next_until=row[1], next_mode=Mode(row[2]))
        for row in rows.order_by("starts_at", "id").values_list(*fields)[:limit]
    ]


def next_classes(course_ids: Collection[UUID], *, at: datetime) -> Mapping[UUID, ClassCard]:
    """For each course the class that is open and begins first, in one query.

    Courses without an open class are absent.
    """
    rows = (
        CourseClass.objects.filter(
            offered(), course_id__in=course_ids, cancelled_at=None, closes_at__gt=at
        )
        .order_by("course_id", "starts_at", "id")
        .distinct("course_id")
    )
    return {card.course_id: card for card in cards_of(rows)}


def classes_of_course(course_id: UUID, *, at: datetime) -> list[ClassCard]:
    """Classes of a course that are not over, the next to begin first; one query."""
    rows = CourseClass.objects.filter(course_id=course_id, ends_at__gt=at)
    return cards_of(rows.order_by("starts_at", "id")[:60])


def sessions_at(venue_id: UUID, *, begin: datetime, end: datetime) -> list[ClassCard]:
    """Classes with a session in a room of the venue between two moments, by time; one query."""
    rows = Session.objects.filter(
        room__venue_id=venue_id, starts_at__gte=begin, starts_at__lt=end, cancelled_at=None,
        course_class__course__is_shown=True,
    )  # fmt: skip
    fields = ("starts_at", "ends_at", "mode", *card_columns("course_class__"))
    return [
        replace(card_of(row[3:]), next_at=row[0], next_until=row[1], next_mode=Mode(row[2]))
        for row in rows.order_by("starts_at", "id").values_list(*fields)[:100]
    ]


def coming_in(path: str, *, at: datetime, limit: int) -> list[ClassCard]:
    """Classes that are not over in a region and below it, those that begin next first; one query.

    What is under way comes after what is still to begin.
    """
    rows = CourseClass.objects.filter(
        _in_place(path), ends_at__gt=at, cancelled_at=None, course__is_shown=True
    )
    has_begun = Case(When(starts_at__lte=at, then=1), default=0)
    return cards_of(rows.order_by(has_begun, "starts_at", "id")[:limit])


def find_class(key: str, *, links: bool = False) -> ClassDetail | None:
    """A class with its sessions, or ``None``; two queries.

    Args:
        links: whether to hand out the links of online sessions: members and staff only.
    """
    found = (
        CourseClass.objects.filter(key=key)
        .values_list(
            *card_columns(), "note", "fee_for", "given", "opens_at", "language", "course__is_shown"
        )
        .first()
    )
    if found is None:
        return None
    rows = (
        Session.objects.filter(course_class__key=key)
        .select_related("room__venue", "instructor")
        .order_by("number")
    )
    sessions = tuple(_session(s, links) for s in rows)
    note, fee_for, given, opens_at, language, is_shown = found[CARD_SIZE:]
    card = card_of(found[:CARD_SIZE])
    return ClassDetail(
        card, note, fee_for, Given(given), opens_at, language, sessions, is_shown=is_shown
    )


def _session(s: Session, links: bool) -> SessionValue:
    return SessionValue(
        s.id,
        s.number,
        s.starts_at,
        s.ends_at,
        Mode(s.mode),
        s.room.name if s.room else Text(),
        s.room.venue.key if s.room else "",
        s.room.venue.name if s.room else Text(),
        s.instructor.name if s.instructor else "",
        s.cancelled_at is not None,
        s.link if links else "",
    )


def provider_of(class_key: str) -> UUID | None:
    """The organization that runs the class, or ``None``; one query."""
    return CourseClass.objects.filter(key=class_key).values_list("provider_id", flat=True).first()


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of classes by key, in one query; unknown keys are absent."""
    return dict(CourseClass.objects.filter(key__in=keys).values_list("key", "id"))


def names(ids: Collection[UUID]) -> Mapping[UUID, tuple[Text, str]]:
    """Title and page of classes by id, in one query."""
    rows = CourseClass.objects.filter(pk__in=ids).values_list("id", "course__title", "key")
    return {pk: (title, f"/classes/{key}/") for pk, title, key in rows}


def position_of(class_id: UUID, applied_at: datetime, enrolment_id: UUID) -> int:
    """Place in the waiting list of who applied then, from 1; one query."""
    earlier = Q(applied_at__lt=applied_at) | Q(applied_at=applied_at, id__lt=enrolment_id)
    waiting = Enrolment.objects.filter(course_class_id=class_id, state=State.WAITING)
    return waiting.filter(earlier).count() + 1


def find_enrolment(receipt: str, *, person_id: UUID) -> tuple[str, EnrolmentValue] | None:
    """A person's own enrolment by its receipt with the key of its class, or ``None``.

    One query, two when waiting.
    """
    rows = Enrolment.objects.filter(people.of_person(person_id), receipt=receipt)
    found = rows.select_related("course_class").only(*_ENROLMENT, "course_class__key").first()
    if found is None:
        return None
    position = None
    if found.state == State.WAITING:
        position = position_of(found.course_class_id, found.applied_at, found.id)
    return found.course_class.key, found.as_value(position)


_ENROLMENT = tuple(field.attname for field in Enrolment._meta.concrete_fields)


def held_in(found: Standing) -> EnrolmentValue | None:
    """The place the person holds, or waits for; ``None`` when neither. A query when waiting."""
    held = found.held
    if held is None:
        return None
    class_id, position = found.named.class_id, None
    if held.state == State.WAITING:
        position = position_of(class_id, held.applied_at, held.id)
    return EnrolmentValue(
        held.id, held.receipt, class_id, held.person_id, held.state, held.applied_at, position
    )


def clash(detail: ClassDetail, *, person_id: UUID, at: datetime) -> tuple[Text, datetime] | None:
    """The first coming meeting of another class of the person while this class meets.

    Its title and beginning. One query for who has no other class, two or three otherwise: each goes
    by an index whatever the tables hold.
    """
    coming = [s for s in detail.sessions if s.ends_at > at and not s.is_cancelled]
    mine = Enrolment.objects.filter(people.of_person(person_id), state=State.ENROLLED)
    others = set(mine.values_list("course_class_id", flat=True)) - {detail.card.id}
    if not coming or not others:
        return None
    rows = Session.objects.filter(
        course_class_id__in=others,
        cancelled_at=None,
        starts_at__lt=max(s.ends_at for s in coming),
        ends_at__gt=max(at, min(s.starts_at for s in coming)),
    ).order_by("starts_at", "id")
    for class_id, begins, ends in rows.values_list("course_class_id", "starts_at", "ends_at"):
        if any(s.starts_at < ends and begins < s.ends_at for s in coming):
            return names([class_id])[class_id][0], begins
    return None


@remember(seconds=4)
def _described(key: str) -> ClassDetail | None:
    return find_class(key, links=True)


def class_now(
    key: str, *, person_id: UUID | None
) -> tuple[ClassDetail, EnrolmentValue | None] | None:
    """A class with the links of its sessions, and the place the person has in it, if any.

    What hardly changes may be four seconds old; seats, the dates of application, a cancellation,
    whether it is shown and offered, and the person's place are of now. One query, three when this
    process was not asked lately.
    Who may see it, and the links, is decided in ``access``.
    """
    now = standing(key, person_id)
    if now is None:
        return None
    # A class is never deleted, so what is there now can be described.
    detail = _described(key)
    assert detail is not None
    card = replace(
        detail.card,
        seats=now.seats,
        closes_at=now.closes_at,
        is_cancelled=now.cancelled_at is not None,
        is_offered=now.is_offered,
    )
    detail = replace(detail, card=card, opens_at=now.opens_at, is_shown=now.is_shown)
    return detail, held_in(now)


@dataclass(frozen=True, slots=True)
class MyClass:
    """One of a person's own enrolments with its class and its next session, if any."""

    enrolment: EnrolmentValue
    card: ClassCard


def my_classes(person_id: UUID, *, at: datetime) -> list[MyClass]:
    """A person's enrolments with their classes, the next session first; three queries.

    ``card.next_at`` is empty when the class has no session left. A session that had begun when
    they applied is not theirs. Withdrawn ones come last.
    """
    rows = Enrolment.objects.filter(people.of_person(person_id))
    mine = list(rows.order_by("-applied_at", "-id")[:200])
    class_ids = {e.course_class_id for e in mine}
    found_cards = {c.id: c for c in cards_of(CourseClass.objects.filter(pk__in=class_ids))}
    upcoming = (
        Session.objects.filter(
            course_class__enrolments__in=mine,
            starts_at__gt=F("course_class__enrolments__applied_at"),
            ends_at__gt=at,
            cancelled_at=None,
        )
        .order_by("course_class_id", "starts_at")
        .distinct("course_class_id")
        .values_list("course_class_id", "starts_at", "ends_at", "mode")
    )
    for class_id, begins, ends, mode in upcoming:
        found_cards[class_id] = replace(
            found_cards[class_id], next_at=begins, next_until=ends, next_mode=Mode(mode)
        )
    positions = _positions([e for e in mine if e.state == State.WAITING])
    found = [MyClass(e.as_value(positions.get(e.id)), found_cards[e.course_class_id]) for e in mine]
    far = datetime.max.replace(tzinfo=at.tzinfo)
    return sorted(
        found, key=lambda m: (m.enrolment.state == State.WITHDRAWN, m.card.next_at or far)
    )


def _positions(waiting: list[Enrolment]) -> dict[UUID, int]:
    if not waiting:
        return {}
    lists: dict[UUID, list[UUID]] = {}
    rows = Enrolment.objects.filter(
        course_class_id__in={e.course_class_id for e in waiting}, state=State.WAITING
    ).order_by("applied_at", "id")
    for class_id, pk in rows.values_list("course_class_id", "id"):
        lists.setdefault(class_id, []).append(pk)
    return {e.id: lists[e.course_class_id].index(e.id) + 1 for e in waiting}


def roster(class_id: UUID) -> list[RosterRow]:
    """Who has a place, by name, then who waits, in order; two queries. For staff only."""
    rows = list(
        Enrolment.objects.filter(course_class_id=class_id)
        .exclude(state=State.WITHDRAWN)
        .select_related("person")
        .order_by("state", "person__name_order", "applied_at", "id")
    )
    waiting = sorted(
        (e for e in rows if e.state == State.WAITING), key=lambda e: (e.applied_at, e.id)
    )
    seated = [e for e in rows if e.state == State.ENROLLED]
    reach = people.addresses([e.person_id for e in rows])
    found = []
    for number, enrolment in enumerate([*seated, *waiting], 1 - len(seated)):
        where = reach.get(enrolment.person_id)
        found.append(
            RosterRow(
                enrolment.as_value(number if enrolment.state == State.WAITING else None),
                enrolment.person.name,
                (where.phone if where else None) or "",
                (where.email if where else None) or "",
            )
        )
    return found
