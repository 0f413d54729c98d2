"""Every change to roles: one function, one transaction, under the lock of the organization."""

from .granting import end, end_stand_in, end_with, give, let_stand_in
from .reforms import follow_places
from .reviews import close_due_reviews, decide, open_due_reviews, open_review

__all__ = [
    "close_due_reviews",
    "decide",
    "end",
    "end_stand_in",
    "end_with",
    "follow_places",
    "give",
    "let_stand_in",
    "open_due_reviews",
    "open_review",
]
