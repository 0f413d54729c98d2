"""Appending to the record, in the transaction of the change that is recorded."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from learncity.kernel.ids import uuid7
from learncity.kernel.rows import insert

from .models import Fact
from .rules import kind_named, register, register_subjects
from .types import NewFact

__all__ = ["append", "register", "register_subjects"]


def append(facts: Sequence[NewFact]) -> list[UUID]:
    """Write the facts, in one statement; their ids in the same order.

    The caller's transaction decides: a change that is rolled back leaves no fact.

    Raises:
        UnknownKind: a kind that no room registered.
    """
    ids = [uuid7() for _ in facts]
    rows = [
        {
            "id": pk,
            "person_id": f.person_id,
            "kind": kind_named(f.kind.name).name,
            "at": f.at,
            "place_id": f.place_id,
            "home_id": f.home_id,
            "organization_id": f.organization_id,
            "subject_type": f.subject[0],
            "subject_id": f.subject[1],
            "actor_id": f.by.person_id,
            "via": f.by.via,
            "evidence": _evidence(f),
        }
        for pk, f in zip(ids, facts, strict=True)
    ]
    insert(Fact, rows)
    return ids


def _evidence(fact: NewFact) -> dict[str, Any]:
    """What the caller knows, and by whose mandate the actor acted for the person, if by one."""
    if fact.by.mandate_id is None:
        return dict(fact.evidence)
    return {**fact.evidence, "mandate": str(fact.by.mandate_id)}
