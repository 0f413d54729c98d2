"""Roles: who has which, reviews, stand-ins."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from learncity.apps.roles.types import Ending, GrantValue, ItemValue, ReviewValue, Role

from .common import Asked, Moment, Named, Next, Shape, Slug, Words

Address = Annotated[str, Field(min_length=3, max_length=254)]


class Grant(Shape):
    """A role somebody has, had or will have."""

    id: UUID
    person: UUID
    role: Role
    organization: Named
    region: UUID | None
    """Of an officer."""
    since: Moment
    until: Moment | None
    """The first moment without it."""
    reason: str
    stands_in_for: UUID | None
    """The person whose role it is."""
    kept_at: Moment | None
    """When a review last kept it."""
    ending: Ending | None
    """Why it ended before its last day."""

    @classmethod
    def of(cls, value: GrantValue) -> "Grant":
        """From the room's own shape."""
        organization = value.organization
        return cls(
            id=value.id,
            person=value.person_id,
            role=value.role,
            organization=Named(key=organization.key, name=Words(organization.name)),
            region=value.place_id,
            since=value.since,
            until=value.until,
            reason=value.reason,
            stands_in_for=value.stands_in_for,
            kept_at=value.confirmed_at,
            ending=value.ending,
        )


class Grants(Shape):
    """Roles by organization and beginning."""

    items: list[Grant]
    next: Next


class NewGrant(Asked):
    """A role for somebody who signs in with an address."""

    address: Address
    role: Role
    organization: Slug
    region: Slug | None = None
    """Of an officer, and of nobody else."""
    first_day: date | None = None
    """From now when it is left out."""
    last_day: date | None = None
    reason: Annotated[str, Field(max_length=300)] = ""


class NewStandIn(Asked):
    """Somebody who stands in for me."""

    address: Address
    first_day: date | None = None
    last_day: date


class Review(Shape):
    """A look at all roles of an organization."""

    id: UUID
    organization: Named
    opened_at: Moment
    due: Moment
    """Roles that are not kept before this end."""
    closed_at: Moment | None
    total: int
    decided: int

    @classmethod
    def of(cls, value: ReviewValue) -> "Review":
        """From the room's own shape."""
        organization = value.organization
        return cls(
            id=value.id,
            organization=Named(key=organization.key, name=Words(organization.name)),
            opened_at=value.opened_at,
            due=value.due,
            closed_at=value.closed_at,
            total=value.total,
            decided=value.decided,
        )


class Reviews(Shape):
    """Reviews, the open ones first; at most fifty."""

    items: list[Review]


class NewReview(Asked):
    """Of which organization."""

    organization: Slug


class Item(Shape):
    """A role in a review."""

    role: Grant
    keep: bool | None
    """Not decided yet when it is null."""

    @classmethod
    def of(cls, value: ItemValue) -> "Item":
        """From the room's own shape."""
        return cls(role=Grant.of(value.grant), keep=value.keep)


class ReviewDetail(Review):
    """A review with its roles, what is undecided first."""

    items: list[Item]


class Verdict(Asked):
    """What becomes of a role."""

    role: UUID
    keep: bool
