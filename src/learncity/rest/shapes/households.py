"""Households and mandates, as the public sees them."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from learncity.apps.households.types import (
    ActValue,
    Deed,
    DisputeValue,
    HouseholdValue,
    InvitationValue,
    Kind,
    MandateKind,
    MandateState,
    MandateValue,
    Purpose,
)

from .common import Moment, Shape, Slug, Words, page_of

Address = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        description="A mobile phone number, E.164 or as it is written in the country, or e-mail.",
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Said = Annotated[str, Field(max_length=1000)]


class Member(Shape):
    """Somebody in a household."""

    membership: UUID
    name: str
    relation: Words
    """What they are to `relation_to`; may be empty."""
    relation_to: str
    is_head: bool
    since: date


class Household(Shape):
    """A household, family or clan of mine with its members of today, the head first."""

    id: UUID
    href: str
    kind: Kind
    name: str
    members: list[Member]

    @classmethod
    def of(cls, group: HouseholdValue) -> "Household":
        """From a household."""
        members = [
            Member(
                membership=m.membership_id,
                name=m.name,
                relation=Words(m.relation),
                relation_to=m.relation_to,
                is_head=m.is_head,
                since=m.since,
            )
            for m in group.members
        ]
        return cls(id=group.id, href=HOUSEHOLDS, kind=group.kind, name=group.name, members=members)


HOUSEHOLDS, MANDATES = "/api/v1/me/households", "/api/v1/me/mandates"
INVITATIONS, ACTS = "/api/v1/me/invitations", "/api/v1/me/acts"


class Households(Shape):
    """Where I belong."""

    items: list[Household]


class NewHousehold(Shape):
    """A household, family or clan to start, with me as its head."""

    kind: Kind
    name: Name


class NewInvitation(Shape):
    """Whom to invite."""

    address: Address
    relation: Slug | None = None
    """What they are to me: parent, child, spouse, grandparent, grandchild, sibling, other."""


class Invitation(Shape):
    """An invitation that waits for an answer."""

    id: UUID
    href: str
    household: str
    kind: Kind
    inviter: str
    relation: Words
    last_day: date

    @classmethod
    def of(cls, found: InvitationValue) -> "Invitation":
        """From an invitation."""
        return cls(
            id=found.id,
            href=INVITATIONS,
            household=found.household,
            kind=found.kind,
            inviter=found.inviter,
            relation=Words(found.relation),
            last_day=found.until - timedelta(days=1),
        )


class Invitations(Shape):
    """Who asks me to join."""

    items: list[Invitation]


class Made(Shape):
    """Something that was made; nothing more is told of it."""

    id: UUID
    href: str


class NewHead(Shape):
    """Who becomes head."""

    membership: UUID


class Answer(Shape):
    """Yes or no."""

    accept: bool


class Mandate(Shape):
    """Who may act for whom; the id goes into the header `Acting-For`."""

    id: UUID
    kind: MandateKind
    state: MandateState
    is_mine_to_use: bool
    """I am the delegate; otherwise somebody acts for me."""
    other: str
    """The other side; of an offer of mine the address, hidden in part."""
    purposes: list[Purpose]
    last_day: date

    @classmethod
    def of(cls, found: MandateValue) -> "Mandate":
        """From a mandate, as one of its sides sees it."""
        other = found.delegate if found.is_given else found.principal
        return cls(
            id=found.id,
            kind=found.kind,
            state=found.state,
            is_mine_to_use=not found.is_given,
            other=(other.name if other else "") or found.label,
            purposes=[p for p in Purpose if p in found.purposes],
            last_day=found.until - timedelta(days=1),
        )


class Mandates(Shape):
    """Who acts for me, for whom I act, and who asks me to."""

    items: list[Mandate]


Purposes = Annotated[list[Purpose], Field(min_length=1, max_length=len(Purpose))]


class NewMandate(Shape):
    """Who may act for me."""

    address: Address
    purposes: Purposes
    last_day: date
    """At most a year from today."""


class Act(Shape):
    """Something that somebody did for me."""

    id: UUID
    at: Moment
    deed: Deed
    title: Words
    """What it was about; may be empty."""
    receipt: str
    by: str
    via: str
    is_disputed: bool
    is_upheld: bool | None
    """How the office decided, when it has."""
    page: str

    @classmethod
    def of(cls, act: ActValue) -> "Act":
        """From an act."""
        return cls(
            id=act.id,
            at=act.at,
            deed=act.deed,
            title=Words(act.title),
            receipt=act.reference,
            by=act.delegate,
            via=act.via,
            is_disputed=act.dispute_id is not None,
            is_upheld=act.is_upheld,
            page=page_of("/me/acts/"),
        )


class Acts(Shape):
    """What others did for me, newest first; at most 100."""

    items: list[Act]


class NewDispute(Shape):
    """This was not me."""

    words: Said = ""


class Dispute(Shape):
    """An act that its principal disputes."""

    id: UUID
    act: Act
    principal: str
    words: str
    opened_at: Moment
    mandate: MandateState

    @classmethod
    def of(cls, found: DisputeValue) -> "Dispute":
        """From a dispute."""
        return cls(
            id=found.id,
            act=Act.of(found.act),
            principal=found.principal.name,
            words=found.words,
            opened_at=found.opened_at,
            mandate=found.mandate,
        )


class Disputes(Shape):
    """What waits for a decision, oldest first; at most 100."""

    items: list[Dispute]


class Resolution(Shape):
    """How a dispute is decided."""

    is_upheld: bool
    note: Annotated[str, Field(min_length=1, max_length=1000)]
    """Why; both sides read it."""


class NewPrincipal(Shape):
    """Somebody without a phone number and e-mail address."""

    name: Name
    born: Annotated[int, Field(ge=1900, le=2100)] | None = None


class Registration(Shape):
    """Who may act for whom, as a paper at the desk says."""

    kind: MandateKind
    principal: Address | NewPrincipal
    delegate: Address
    purposes: Purposes
    last_day: date
    """A delegate: at most a year. A guardian: at most in the year of the 18th birthday."""
    paper: Name
    """Its kind, such as household register; no number."""


class Done(Shape):
    """It is done, or was done before."""

    id: UUID
