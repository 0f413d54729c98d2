"""Every change to organizations, committees and agreements: one function, one transaction."""

from .agreements import make_agreement, note_deed, promise, take_back, take_out
from .committees import begin_term, found_committee, leave, take_office
from .coverage import cover, stop_covering
from .register import (
    before_ending,
    change_organization,
    close_office,
    end_organization,
    follow_places,
    found_organization,
    open_office,
    set_parent,
)
from .standing import LOCK as STANDING_LOCK
from .standing import (
    accredit,
    accredit_all,
    ask_accreditation,
    end_accreditations,
    lift_suspension,
    refuse_accreditation,
    suspend,
)
from .whereabouts import lay

__all__ = [
    "STANDING_LOCK",
    "accredit",
    "accredit_all",
    "ask_accreditation",
    "before_ending",
    "begin_term",
    "change_organization",
    "close_office",
    "cover",
    "end_accreditations",
    "end_organization",
    "follow_places",
    "found_committee",
    "found_organization",
    "lay",
    "leave",
    "lift_suspension",
    "make_agreement",
    "note_deed",
    "open_office",
    "promise",
    "refuse_accreditation",
    "set_parent",
    "stop_covering",
    "suspend",
    "take_back",
    "take_office",
    "take_out",
]
