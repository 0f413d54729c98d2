"""Tables of organizations. Private: other rooms go through queries."""

from .agreements import Agreement, Deed, Party, Promise
from .committees import Committee, Member, TermOfOffice
from .register import Covered, Office, Organization, Parent, Room, Venue

__all__ = [
    "Agreement",
    "Committee",
    "Covered",
    "Deed",
    "Member",
    "Office",
    "Organization",
    "Parent",
    "Party",
    "Promise",
    "Room",
    "TermOfOffice",
    "Venue",
]
