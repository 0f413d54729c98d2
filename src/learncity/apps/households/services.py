"""Every change to households, mandates and disputes: one function, one transaction."""

from .disputes import dispute, note_disputes_read, resolve
from .gathering import (
    answer_invitation,
    end_expired_invitations,
    found_household,
    hand_over,
    invite,
    leave,
    take_back_invitation,
)
from .mandates import (
    answer_mandate,
    describe,
    end_expired,
    end_mandate,
    note_act,
    note_look,
    offer_mandate,
    register_mandate,
)

__all__ = [
    "answer_invitation",
    "answer_mandate",
    "describe",
    "dispute",
    "end_expired",
    "end_expired_invitations",
    "end_mandate",
    "found_household",
    "hand_over",
    "invite",
    "leave",
    "note_act",
    "note_disputes_read",
    "note_look",
    "offer_mandate",
    "register_mandate",
    "resolve",
    "take_back_invitation",
]
