"""What belongs to the signed-in person: who they are, their classes, record and messages."""

from uuid import UUID

from learncity.apps.notices.types import MessageValue
from learncity.apps.record.types import FactValue

from .classes import ClassDetail, Enrolment, TimedClass
from .common import Moment, Named, Next, Shape, Words, page_of


class Me(Shape):
    """The signed-in person."""

    name: str
    """Empty until it was given."""
    language: str
    """In which they are written to, BCP 47."""
    home: Named | None
    phone: str | None
    email: str | None
    unread_messages: int
    """Counted to 99."""
    has_desk: bool
    """They run classes, for a provider or the city. What else roles let them do: `/me/roles`."""
    is_operator: bool
    """They operate the whole city."""


class MyClass(Enrolment):
    """One of my applications with its class and the next meeting."""

    course_class: TimedClass


class MyClasses(Shape):
    """Everything I applied for, the next meeting first, what I gave back last; at most 200."""

    items: list[MyClass]


class MyPlace(Enrolment):
    """One of my applications with its class; links are there when I have a seat."""

    course_class: ClassDetail


class Subject(Shape):
    """What a fact is about."""

    type: str
    name: Words
    page: str
    """The page for people."""


class Fact(Shape):
    """Something that happened, and that is never changed; a mistake is corrected by a new fact."""

    id: UUID
    at: Moment
    kind: str
    label: Words
    """How the kind is called."""
    subject: Subject | None
    place: Words
    """Where, as of that day; may be empty."""
    via: str
    """The way in: WEB, API, DESK, COMMAND or SYSTEM."""
    by_myself: bool
    by_mandate: bool
    """By somebody who acts for me."""

    @classmethod
    def of(cls, fact: FactValue, label: Words) -> "Fact":
        """From a fact and the name of its kind in all languages."""
        subject = None
        if fact.url:
            subject = Subject(
                type=fact.subject_type, name=Words(fact.subject), page=page_of(fact.url)
            )
        return cls(
            id=fact.id,
            at=fact.at,
            kind=fact.kind,
            label=label,
            subject=subject,
            place=Words(fact.place),
            via=fact.via,
            by_myself=fact.own,
            by_mandate=fact.mandated,
        )


class Record(Shape):
    """My record, newest first."""

    items: list[Fact]
    next: Next


class Message(Shape):
    """A message in my inbox, as it was written to me. Reading it here leaves it unread."""

    id: UUID
    title: str
    body: str
    language: str
    page: str | None
    """The page for people that it leads to."""
    created_at: Moment
    is_read: bool

    @classmethod
    def of(cls, message: MessageValue) -> "Message":
        """From a message."""
        return cls(
            id=message.id,
            title=message.title,
            body=message.body,
            language=message.language,
            page=page_of(message.url) if message.url else None,
            created_at=message.created_at,
            is_read=message.is_read,
        )


class Messages(Shape):
    """My messages, newest first."""

    items: list[Message]
    next: Next
