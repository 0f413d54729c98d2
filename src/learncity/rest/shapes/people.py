"""People as the city office sees them, and one's own numbers: always masked."""

from datetime import date
from uuid import UUID

from pydantic import Field

from learncity.apps.people import types
from learncity.apps.people.types import IdentifierKind, MergeReason, RevealReason

from .assertions import Work
from .common import Asked, Moment, Named, Shape, Words


class Identifier(Shape):
    """A living number of somebody, by its last signs."""

    id: UUID
    kind: IdentifierKind
    issuer: str
    """Country (ISO 3166), or the name of who gave it out; empty where the kind says it."""
    tail: str
    """The last four signs at most."""
    added_at: Moment
    stated_by_the_person: bool

    @classmethod
    def of(cls, value: types.IdentifierValue) -> "Identifier":
        """From an identifier."""
        return cls(
            id=value.id,
            kind=value.kind,
            issuer=value.issuer,
            tail=value.tail,
            added_at=value.added_at,
            stated_by_the_person=value.own,
        )


class Identifiers(Shape):
    """Numbers, oldest first."""

    items: list[Identifier]


class NewIdentifier(Asked):
    """A number as it stands in the document."""

    kind: IdentifierKind
    issuer: str = Field(default="", max_length=80)
    """Country (ISO 3166, two letters) of a national ID or passport; name of union, employer or
    school; otherwise passed over."""
    number: str = Field(min_length=1, max_length=60)


class PersonLine(Shape):
    """Somebody in a list."""

    id: UUID
    name: str
    born: int | None
    home: Named | None
    signs_in_with: str
    """The end of the phone number or e-mail address; empty without an account."""
    has_account: bool
    identifiers: list[Identifier]


class People(Shape):
    """A part of the people who were searched for, by name."""

    items: list[PersonLine]
    next: UUID | None
    """Send it as `after` to get the next part; there is none when it is empty."""


class Search(Asked):
    """Whom to look for; in the body, so that no name or number stands in an address."""

    text: str = Field(default="", max_length=120)
    """A name or part of one, also without marks or in pinyin; or exactly a phone number, e-mail
    address or number of identity. Empty is everybody."""
    after: UUID | None = None
    limit: int = Field(default=20, ge=1, le=200)


class Correction(Asked):
    """What is right of somebody, all of it, and why it is changed."""

    name: str = Field(min_length=1, max_length=120)
    born: int | None = Field(default=None, ge=1900, le=2100)
    """Year of birth; empty where nobody knows it."""
    hometown: str = Field(default="", max_length=80)
    language: str | None = Field(default=None, pattern=r"^(zh-Hans|vi|en)$")
    """In which they are written to; what is there when it is left out."""
    reason: types.CorrectionReason


class Membership(Shape):
    """A group of learners somebody belongs to."""

    group: Named
    since: date
    stated_by_the_person: bool

    @classmethod
    def of(cls, value: types.MembershipValue) -> "Membership":
        """From a membership."""
        return cls(
            group=Named(key=value.group.key, name=Words(value.group.name)),
            since=value.since,
            stated_by_the_person=value.own,
        )


class Merge(Shape):
    """That one record stands for another."""

    kept: UUID
    other: UUID
    reason: MergeReason
    at: Moment

    @classmethod
    def of(cls, value: types.MergeValue) -> "Merge":
        """From a merge."""
        return cls(kept=value.kept_id, other=value.other_id, reason=value.reason, at=value.at)


class MergeProposal(Shape):
    """That one of the office wants to join two records that both sign in; another answers."""

    kept: UUID
    other: UUID
    reason: MergeReason
    at: Moment
    until: Moment
    """From this moment it has lapsed."""
    outcome: types.Outcome | None
    """`null` while nobody has answered."""

    @classmethod
    def of(cls, value: types.ProposalValue) -> "MergeProposal":
        """From a proposal."""
        return cls(
            kept=value.kept_id,
            other=value.other_id,
            reason=value.reason,
            at=value.at,
            until=value.until,
            outcome=value.outcome,
        )


class MergeProposals(Shape):
    """What waits for a second officer, oldest first."""

    items: list[MergeProposal]


class MergeAnswer(Asked):
    """What a second officer says of a proposal."""

    confirm: bool


class Duplicate(Shape):
    """A record that may be the same person."""

    id: UUID
    name: str
    why: types.DuplicateBy


class Person(PersonLine):
    """Somebody, with all records that were merged into theirs."""

    href: str
    """Where this record is read."""
    hometown: str
    groups: list[Membership]
    work: list[Work]
    """As they say themselves, the latest first."""
    merges: list[Merge]
    possible_duplicates: list[Duplicate]
    possible_duplicates_elsewhere: int
    """How many more live where you do not keep people: ask the city’s office."""


class NewPerson(Asked):
    """Somebody without an account."""

    id: UUID
    """Made by the caller (a UUID); sent again, nothing is made twice."""
    name: str = Field(min_length=1, max_length=120)
    born: int | None = Field(default=None, ge=1900, le=2100)
    language: str = Field(default="zh-Hans", pattern=r"^(zh-Hans|vi|en)$")
    identifiers: list[NewIdentifier] = Field(default_factory=list, max_length=10)
    home: str | None = Field(default=None, max_length=80)
    """Key of a place."""
    hometown: str = Field(default="", max_length=80)
    groups: list[str] = Field(default_factory=list, max_length=20)
    """Keys of groups."""


class Reason(Asked):
    """Why a whole number is read."""

    reason: RevealReason


class WholeNumber(Shape):
    """A number that must not be kept."""

    number: str


class NewMerge(Asked):
    """Another record that is the same person."""

    other: UUID
    reason: MergeReason
