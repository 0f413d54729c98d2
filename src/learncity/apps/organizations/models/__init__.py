"""Tables of organizations. Private: other rooms go through queries."""

from .agreements import Agreement, Deed, Party, Promise
from .committees import Committee, Member, TermOfOffice
from .register import Covered, Office, Organization, Parent, Room, Venue
from .standing import Accreditation, Suspension

__all__ = [
    "Accreditation",
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
    "Suspension",
    "TermOfOffice",
    "Venue",
]
