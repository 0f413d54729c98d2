"""Appending to the record, in the transaction of the change that is recorded."""

from collections.abc import Sequence
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
            "evidence": dict(f.evidence),
        }
        for pk, f in zip(ids, facts, strict=True)
    ]
    insert(Fact, rows)
    return ids
