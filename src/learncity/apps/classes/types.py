"""What other rooms may know of classes: values, events, refusals. Pure data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.apps.places.types import Point
from learncity.kernel.texts import Text

from .refusals import CannotUndo as CannotUndo
from .refusals import ChangedSince as ChangedSince
from .refusals import ClassCancelled as ClassCancelled
from .refusals import ClassClosed as ClassClosed
from .refusals import ClassFull as ClassFull
from .refusals import ClassNotFound as ClassNotFound
from .refusals import ClassNotOpenYet as ClassNotOpenYet
from .refusals import ClassOver as ClassOver
from .refusals import ClosesTooLate as ClosesTooLate
from .refusals import EnrolmentNotFound as EnrolmentNotFound
from .refusals import InstructorTaken as InstructorTaken
from .refusals import NotOffered as NotOffered
from .refusals import RoomNotFound as RoomNotFound
from .refusals import RoomTaken as RoomTaken
from .refusals import RoomTooSmall as RoomTooSmall
from .refusals import SeatsInUse as SeatsInUse
from .refusals import TermNotFound as TermNotFound
from .refusals import TooManyAtOnce as TooManyAtOnce


class Mode(StrEnum):
    """How a session, or all sessions of a class, are held."""

    IN_PERSON = "IN_PERSON"
    ONLINE = "ONLINE"
    BLENDED = "BLENDED"  # of a class: some sessions in a room, some online


class PartOfDay(StrEnum):
    """When on a day a meeting begins; from which hour stands in ``bands``."""

    MORNING = "MORNING"
    AFTERNOON = "AFTERNOON"
    EVENING = "EVENING"


class State(StrEnum):
    """What became of an application for a place in a class."""

    ENROLLED = "ENROLLED"
    WAITING = "WAITING"
    WITHDRAWN = "WITHDRAWN"


class Given(StrEnum):
    """How the places of a class are given."""

    FIRST_COME = "FIRST_COME"


class Shown(StrEnum):
    """Which classes a list is of."""

    NOT_OVER = "NOT_OVER"
    OPEN = "OPEN"  # takes applications
    FULL = "FULL"  # not over, and no seat is free
    OVER = "OVER"
    ALL = "ALL"


class BulkKind(StrEnum):
    """What can be done to many classes at once."""

    CLOSE = "close"  # applications end at a moment
    SEATS = "seats"  # so many more, or fewer
    ROOM = "room"  # every coming meeting that is held in a room
    CANCEL = "cancel"


BULK_NAMES = {
    BulkKind.CLOSE: _("Close applications at a moment"),
    BulkKind.SEATS: _("Change the seats"),
    BulkKind.ROOM: _("Move to a room"),
    BulkKind.CANCEL: _("Cancel, with a reason"),
}


@dataclass(frozen=True, slots=True)
class BulkWish:
    """What shall be done; of the fields that of the kind is filled."""

    kind: BulkKind
    closes_at: datetime | None = None
    seats: int = 0
    room_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BulkLine:
    """What was done to one class, or why not; ``told`` is how many people were."""

    key: str
    title: Text
    is_done: bool
    says: str
    told: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class BulkValue:
    """What was done to many classes at once, by whom and when."""

    id: UUID
    kind: BulkKind
    by_id: UUID | None
    at: datetime
    undone_at: datetime | None
    lines: tuple[BulkLine, ...]


@dataclass(frozen=True, slots=True)
class BulkNote:
    """That something was done to many classes, and until when it can be undone."""

    id: UUID
    kind: BulkKind
    until: datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting as a calendar shows it. ``who``: the instructor; ``taken_by``: a class.

    ``is_roomless``: it wants the room and another class has it.
    """

    class_key: str
    title: Text
    number: int
    starts_at: datetime
    ends_at: datetime
    mode: Mode
    room_key: str
    room_name: Text
    venue_name: Text
    who: str
    is_roomless: bool = False
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """An organization that runs classes."""

    id: UUID
    key: str
    name: Text


@dataclass(frozen=True, slots=True)
class TermValue:
    """A teaching period, first and last day."""

    key: str
    name: Text
    starts_on: date
    ends_on: date


class Sort(StrEnum):
    """By what a desk sorts its list of classes."""

    STARTS = "starts"
    TITLE = "title"
    PROVIDER = "provider"
    FREE = "free"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person's place in one class, as it stood when it was read.

    ``position`` is the place in the waiting list, from 1; ``None`` when not waiting.
    """

    id: UUID
    receipt: str
    class_id: UUID
    person_id: UUID
    state: State
    applied_at: datetime
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of a class and its waiting list."""

    total: int
    taken: int
    waiting: int
    waiting_limit: int

    @property
    def free(self) -> int:
        """Seats nobody holds."""
        return self.total - self.taken

    @property
    def can_wait(self) -> bool:
        """Whether there is still room in the waiting list."""
        return self.waiting < self.waiting_limit

    @property
    def is_full(self) -> bool:
        """Whether nobody can get a seat or wait for one."""
        return self.free <= 0 and not self.can_wait


@dataclass(frozen=True, slots=True)
class ClassCard:
    """One run of a course, as lists show it.

    ``starts_at``/``ends_at`` are the beginning of the first and the end of the last session,
    ``next_at``/``next_until`` of the one a list is about. Venue fields are empty online.
    ``is_offered``: the public sees its course, and whoever runs it is not suspended; what runs goes
    on all the same.
    """

    id: UUID
    key: str
    course_id: UUID
    course_key: str
    title: Text
    category: str
    provider_id: UUID
    provider_name: Text
    mode: Mode
    seats: Seats
    starts_at: datetime
    ends_at: datetime
    sessions: int
    closes_at: datetime
    is_cancelled: bool
    fee_minor: int
    fee_currency: str
    venue_key: str = ""
    venue_name: Text = Text()  # noqa: RUF009 - an empty Text is never changed
    venue_point: Point | None = None
    place_id: UUID | None = None
    next_at: datetime | None = None
    next_until: datetime | None = None
    next_mode: Mode | None = None
    is_offered: bool = True

    def is_open(self, at: datetime) -> bool:
        """Whether applications are taken: the closing moment itself is too late."""
        return self.is_offered and not self.is_cancelled and at < self.closes_at


@dataclass(frozen=True, slots=True)
class SessionValue:
    """One meeting of a class. ``link`` is filled only for members and staff."""

    id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    mode: Mode
    room_name: Text
    venue_key: str
    venue_name: Text
    instructor_name: str
    is_cancelled: bool
    link: str = ""


@dataclass(frozen=True, slots=True)
class ClassDetail:
    """A class with its sessions, as its page shows it. ``is_shown``: whether the public sees it."""

    card: ClassCard
    note: Text
    fee_for: Text
    given: Given
    opens_at: datetime | None
    language: str
    sessions: tuple[SessionValue, ...]
    is_shown: bool

    @property
    def instructors(self) -> tuple[str, ...]:
        """Names of all who teach it, each once, in order of appearance."""
        return tuple(dict.fromkeys(s.instructor_name for s in self.sessions if s.instructor_name))

    @property
    def has_links(self) -> bool:
        """Whether a link of a session is in it."""
        return any(s.link for s in self.sessions)

    def without_links(self) -> "ClassDetail":
        """The class as those see it who have no seat in it."""
        return replace(self, sessions=tuple(replace(s, link="") for s in self.sessions))


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One meeting as a calendar shows it.

    ``revision`` counts the changes of when, where and whether it is held; ``of`` is how many
    meetings the class has; ``link`` is filled only for members.
    """

    id: UUID
    number: int
    of: int
    starts_at: datetime
    ends_at: datetime
    mode: Mode
    is_cancelled: bool
    revision: int
    revised_at: datetime
    class_key: str
    title: Text
    provider_name: Text
    room_name: Text
    venue_name: Text
    address: Text
    point: Point | None
    link: str = ""


@dataclass(frozen=True, slots=True)
class TaughtTime:
    """How long a class meets: in all, and at one time at the most; cancelled meetings left out."""

    total: timedelta
    longest: timedelta
    meetings: int

    @classmethod
    def of(cls, lengths: Sequence[timedelta]) -> "TaughtTime":
        """Of meetings that take so long."""
        return cls(sum(lengths, timedelta()), max(lengths, default=timedelta()), len(lengths))


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of a class's roster, for its staff only."""

    enrolment: Enrolment
    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """Published once for every seat given, at once or from the waiting list."""

    enrolment_id: UUID
    class_id: UUID
    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PlaceGivenBack:
    """Published once for every seat or place in the waiting list that is given up."""

    enrolment_id: UUID
    class_id: UUID
    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ClassesOpened:
    """Published for classes that are written for the first time, or take place after all."""

    class_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class SeatFreed:
    """Published whenever a class that was full has a free seat for which nobody waits."""

    class_id: UUID
    at: datetime
