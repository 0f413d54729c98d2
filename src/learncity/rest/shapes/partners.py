"""Organizations, committees and agreements; which places have one."""

from datetime import date

from pydantic import Field

from learncity.apps.organizations import types as room
from learncity.apps.organizations.types import AgreementState, OrganizationKind, Post, Unit

from .common import Named, Next, Shape, Words, page_of


class Organization(Shape):
    """An organization in the city's register."""

    key: str
    page: str
    """The page for people."""
    kind: OrganizationKind
    name: Words
    about: Words
    phone: str
    since: date | None
    """When it was founded, if that is known."""

    @classmethod
    def of(cls, value: room.OrganizationValue) -> "Organization":
        """From an organization."""
        return cls(
            key=value.key,
            page=page_of(f"/providers/{value.key}/"),
            kind=value.kind,
            name=Words(value.name),
            about=Words(value.about),
            phone=value.phone,
            since=value.since,
        )


def named(value: room.OrganizationValue) -> Named:
    """An organization by its key and name."""
    return Named(key=value.key, name=Words(value.name))


class Organizations(Shape):
    """Organizations, by key."""

    items: list[Organization]
    total: int
    next: Next


class Office(Shape):
    """Where an organization receives people."""

    name: Words
    address: Words
    hours: Words
    phone: str

    @classmethod
    def of(cls, value: room.OfficeValue) -> "Office":
        """From an office."""
        return cls(
            name=Words(value.name),
            address=Words(value.address),
            hours=Words(value.hours),
            phone=value.phone,
        )


class CommitteeMember(Shape):
    """Somebody who is in a committee today."""

    name: str
    post: Post
    since: date


class Committee(Shape):
    """A board or committee whose members are published."""

    key: str
    name: Words
    term_until: date | None
    """The day by which the next election is; null when no term is known."""
    members: list[CommitteeMember]
    """Chair first."""

    @classmethod
    def of(cls, value: room.CommitteeValue, on: date) -> "Committee":
        """From a committee, as it is on a day."""
        return cls(
            key=value.key,
            name=Words(value.name),
            term_until=max((term.until for term in value.terms), default=None),
            members=[
                CommitteeMember(name=m.name, post=m.post, since=m.since)
                for m in value.in_office(on)
            ],
        )


class OrganizationDetail(Organization):
    """An organization with what it belongs to and has, today."""

    parent: Named | None
    children: list[Named]
    covers: list[Named]
    """The places that it is there for."""
    offices: list[Office]
    committees: list[Committee]


class Promise(Shape):
    """What a party promised, and how much of it was done."""

    number: int
    by: Named
    text: Words
    amount: int | None
    """In the unit; money in its smallest one. Null when it is not counted."""
    unit: Unit | None
    due: date | None
    done: int
    """In the unit; of what is not counted, how many times."""
    is_kept: bool

    @classmethod
    def of(cls, value: room.PromiseValue) -> "Promise":
        """From a promise."""
        return cls(
            number=value.number,
            by=named(value.by),
            text=Words(value.text),
            amount=value.amount,
            unit=value.unit,
            due=value.due,
            done=value.done,
            is_kept=value.is_kept,
        )


class Agreement(Shape):
    """What organizations agreed on."""

    key: str
    subject: Words
    state: AgreementState
    since: date
    until: date | None
    """The first day on which it no longer holds."""
    parties: list[Named]
    promises: list[Promise]

    @classmethod
    def of(cls, value: room.AgreementValue, on: date) -> "Agreement":
        """From an agreement, as it is on a day."""
        return cls(
            key=value.key,
            subject=Words(value.subject),
            state=value.state(on),
            since=value.since,
            until=value.until,
            parties=[named(party) for party in value.parties],
            promises=[Promise.of(promise) for promise in value.promises],
        )


class AgreementFigures(Shape):
    """Of the agreements in force today."""

    agreements: int
    partners: int
    promises: int
    kept: int
    late: int


class Agreements(Shape):
    """Agreements, the latest first, and the figures of those in force."""

    items: list[Agreement]
    figures: AgreementFigures


class Deed(Shape):
    """Something that was done for a promise."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    day: date
    amount: int | None = Field(None, ge=1, le=10**15)
    """In the unit of the promise; null when it is not counted."""
    evidence: str = Field(min_length=1, max_length=1000)
    """What was done and how one can see it; names nobody."""
    link: str = Field("", max_length=500)


class Covered(Shape):
    """A place that has an organization."""

    place: Named
    organizations: list[Named]


class Coverage(Shape):
    """How many places of a kind have an organization on a day, and which have none."""

    day: date
    total: int
    per_cent: float | None
    """Rounded down to a tenth; null when there is no such place."""
    covered: list[Covered]
    without: list[Named]
