"""The audit trail: staff actions and looks at other people's data."""

from collections.abc import Mapping
from typing import Any

from .acting import By
from .models import AuditEntry


def note(action: str, subject: str, *, by: By, **detail: Any) -> None:
    """Append one entry, in the running transaction.

    Args:
        action: what was done, ``room.verb`` such as ``classes.roster_read``.
        subject: the kind and identifier of what it was done to.
        detail: counts and keys; never names or addresses.
    """
    if by.mandate_id is not None:
        detail["mandate"] = str(by.mandate_id)
    AuditEntry.objects.create(
        actor_id=by.person_id, via=by.via, action=action, subject=subject, detail=detail
    )


def note_all(action: str, subjects: Mapping[str, Mapping[str, Any]], *, by: By) -> None:
    """Append one entry for each of several subjects with its detail, in one statement."""
    more = {} if by.mandate_id is None else {"mandate": str(by.mandate_id)}
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor_id=by.person_id, via=by.via, action=action, subject=subject,
            detail={**detail, **more},
        )
        for subject, detail in subjects.items()
    )  # fmt: skip


def latest(limit: int = 100) -> list[AuditEntry]:
    """The newest entries, newest first, in one query."""
    return list(AuditEntry.objects.order_by("-at", "-id")[:limit])
