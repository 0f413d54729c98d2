"""Everything that can be asked of the record. Nothing here writes."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.kernel.texts import Text

from .models import Fact
from .rules import all_kinds, kind_named, subjects
from .types import FactValue

__all__ = ["all_kinds", "count_facts", "facts_of", "facts_of_all"]


def facts_of(
    person_id: UUID, *, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[FactValue]:
    """A person's facts, newest first; one query, one for the places, one a kind of subject.

    Those of records that were merged with the person are among them.

    Args:
        before: time and id of the last fact already seen; ``None`` starts at the newest.
    """
    rows = Fact.objects.filter(people.of_person(person_id))
    if before:
        at, last = before
        rows = rows.filter(at__lte=at).exclude(at=at, id__gte=last)
    found = list(rows.order_by("-at", "-id")[:limit])
    return [value for _fact, value in _values(found)]


def facts_of_all(person_ids: Collection[UUID]) -> dict[UUID, list[FactValue]]:
    """All facts of persons, newest first; as many queries as for one."""
    rows = Fact.objects.filter(person_id__in=person_ids).order_by("-at", "-id")
    found: dict[UUID, list[FactValue]] = {}
    for fact, value in _values(list(rows)):
        found.setdefault(fact.person_id, []).append(value)
    return found


def _values(found: list[Fact]) -> list[tuple[Fact, FactValue]]:
    where = places.places({f.place_id for f in found if f.place_id})
    named = _named(found)
    return [
        (
            f,
            FactValue(
                f.id,
                f.at,
                f.kind,
                str(kind_named(f.kind).label),
                f.subject_type,
                f.subject_id,
                *named.get((f.subject_type, f.subject_id), (Text(), "")),
                where[f.place_id].name if f.place_id and f.place_id in where else Text(),
                f.via,
                f.actor_id == f.person_id,
                "mandate" in f.evidence,
            ),
        )
        for f in found
    ]


def count_facts(person_id: UUID) -> int:
    """How many lines the record of a person has, with those merged into it; one query."""
    return Fact.objects.filter(people.of_person(person_id)).count()


def _named(facts: Collection[Fact]) -> dict[tuple[str, UUID], tuple[Text, str]]:
    found: dict[tuple[str, UUID], tuple[Text, str]] = {}
    for kind in {f.subject_type for f in facts}:
        look_up = subjects(kind)
        if look_up:
            ids = {f.subject_id for f in facts if f.subject_type == kind}
            found |= {(kind, pk): named for pk, named in look_up(ids).items()}
    return found
