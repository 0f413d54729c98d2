"""The same done to many classes, and a calendar of their meetings."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field

from learncity.apps.classes.types import BulkKind, BulkLine, BulkValue, BulkWish, Mode
from learncity.apps.classes.types import Meeting as MeetingValue

from .common import Asked, Moment, Shape, Slug, Words
from .desk import not_text

_More = Annotated[int, Field(ge=-100_000, le=100_000), BeforeValidator(not_text)]

# What the database can hold in every time zone; beyond that, it is the same.
_EARLIEST, _LATEST = datetime(1950, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class Close(Asked):
    """Applications end at a moment."""

    kind: Literal["close"]
    closes_at: AwareDatetime

    def wish(self, room_id: UUID | None) -> BulkWish:
        """As the service takes it."""
        return BulkWish(BulkKind.CLOSE, closes_at=min(max(self.closes_at, _EARLIEST), _LATEST))


class MoreSeats(Asked):
    """So many seats more in each class, or fewer."""

    kind: Literal["seats"]
    seats: _More

    def wish(self, room_id: UUID | None) -> BulkWish:
        """As the service takes it."""
        return BulkWish(BulkKind.SEATS, seats=self.seats)


class ToRoom(Asked):
    """Every coming meeting that is held in a room is in this one, at a site of the classes."""

    kind: Literal["room"]
    venue: Slug
    room: Slug

    def wish(self, room_id: UUID | None) -> BulkWish:
        """As the service takes it."""
        return BulkWish(BulkKind.ROOM, room_id=room_id)


class CallOff(Asked):
    """The classes are cancelled. Everybody in them reads why."""

    kind: Literal["cancel"]
    reason: Annotated[
        str, Field(min_length=1, max_length=200, pattern=r"^[^\u0000-\u001f\u007f]+$")
    ]

    def wish(self, room_id: UUID | None) -> BulkWish:
        """As the service takes it."""
        return BulkWish(BulkKind.CANCEL, reason=self.reason)


class ClassChange(Asked):
    """What shall be done to which classes."""

    classes: Annotated[list[Slug], Field(min_length=1, max_length=200)]
    wish: Annotated[Close | MoreSeats | ToRoom | CallOff, Field(discriminator="kind")]


class NewClassChange(ClassChange):
    """What is done to which classes, once."""

    id: UUID
    """Yours; the same again is what was done then."""


class ChangeLine(Shape):
    """What becomes of one class."""

    class_key: str
    title: Words
    starts_at: Moment
    is_possible: bool
    why_not: str | None
    people_told: int

    @classmethod
    def of(cls, line: BulkLine) -> "ChangeLine":
        """From a line."""
        return cls(
            class_key=line.key,
            title=Words(line.title),
            starts_at=line.starts_at,
            is_possible=line.is_done,
            why_not=line.says or None,
            people_told=line.told,
        )


class ChangePreview(Shape):
    """What would be done, class by class. Nothing is done yet."""

    items: list[ChangeLine]


class DoneChange(Shape):
    """What was done, class by class."""

    id: UUID
    kind: Literal["close", "seats", "room", "cancel"]
    at: Moment
    can_be_undone_until: Moment | None
    """Null when it cannot."""
    undone_at: Moment | None
    items: list[ChangeLine]

    @classmethod
    def of(cls, value: BulkValue, until: Moment | None) -> "DoneChange":
        """From what was done."""
        return cls(
            id=value.id,
            kind=value.kind.value,
            at=value.at,
            can_be_undone_until=until,
            undone_at=value.undone_at,
            items=[ChangeLine.of(line) for line in value.lines],
        )


class CalendarMeeting(Shape):
    """A meeting of a class I run."""

    class_key: str
    title: Words
    number: int
    starts_at: Moment
    ends_at: Moment
    mode: Mode
    venue: Words
    room: str | None
    """The key of the room it has, or wants."""
    teacher: str | None
    is_roomless: bool
    """It wants the room, and does not have it."""
    taken_by: str | None
    """The class that has the room."""

    @classmethod
    def of(cls, value: MeetingValue) -> "CalendarMeeting":
        """From a meeting."""
        return cls(
            class_key=value.class_key,
            title=Words(value.title),
            number=value.number,
            starts_at=value.starts_at,
            ends_at=value.ends_at,
            mode=value.mode,
            venue=Words(value.venue_name),
            room=value.room_key or None,
            teacher=value.who or None,
            is_roomless=value.is_roomless,
            taken_by=value.taken_by or None,
        )


class Calendar(Shape):
    """Meetings of a week, by time; at most 2,000."""

    items: list[CalendarMeeting]
