"""Committees and boards: terms of office and members."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.texts import Text

from .register import OrganizationValue


class Post(StrEnum):
    """What a member of a committee is in it."""

    CHAIR = "CHAIR"
    VICE_CHAIR = "VICE_CHAIR"
    SECRETARY = "SECRETARY"
    MEMBER = "MEMBER"


POST_NAMES = {
    Post.CHAIR: _("Chair"),
    Post.VICE_CHAIR: _("Vice-chair"),
    Post.SECRETARY: _("Secretary"),
    Post.MEMBER: _("Member"),
}


@dataclass(frozen=True, slots=True)
class MemberValue:
    """Somebody in a committee; ``until`` is the first day they no longer are."""

    id: UUID
    name: str
    person_id: UUID | None
    post: Post
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class TermValue:
    """A term of office; ``until`` is the day by which the next is elected."""

    id: UUID
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class CommitteeValue:
    """A board or committee of an organization with its terms, oldest first, and its members."""

    id: UUID
    key: str
    organization: OrganizationValue
    name: Text
    is_public: bool
    terms: tuple[TermValue, ...] = ()
    members: tuple[MemberValue, ...] = ()

    def in_office(self, on: date) -> tuple[MemberValue, ...]:
        """The members of a day, chair first."""
        order = list(Post)
        found = [m for m in self.members if m.since <= on and (m.until is None or on < m.until)]
        return tuple(sorted(found, key=lambda m: (order.index(m.post), m.since, m.id)))

    def overdue_since(self, on: date) -> date | None:
        """The day on which the last term ended without a next one; ``None`` when none is due."""
        last = max((term.until for term in self.terms), default=None)
        return last if last is not None and last <= on else None
