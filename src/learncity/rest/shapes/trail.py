"""The audit trail as programs read it."""

from typing import Any
from uuid import UUID

from learncity.kernel.audit import AuditEntry

from .common import Moment, Next, Shape


class TrailEntry(Shape):
    """Something that was done, or looked at. Identifiers and symbols only."""

    id: UUID
    at: Moment
    actor_id: UUID | None
    """Who did it; null for the command line and the system."""
    via: str
    action: str
    """What, as `room.verb`."""
    subject: str
    """The kind of thing and its key."""
    detail: dict[str, Any]

    @classmethod
    def of(cls, entry: AuditEntry) -> "TrailEntry":
        """From an entry."""
        return cls(
            id=entry.id,
            at=entry.at,
            actor_id=entry.actor_id,
            via=entry.via,
            action=entry.action,
            subject=entry.subject,
            detail=entry.detail,
        )


class Trail(Shape):
    """What was done, the newest first."""

    items: list[TrailEntry]
    next: Next
