"""Who somebody is: registered by an office, how called, where at home, of which groups.

Called through services.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import LANGUAGES

from . import queries
from .identifiers import add_identifier
from .merges import LOCK
from .models import Group, Membership, Person
from .rules import tidy
from .types import GroupNotFound, MembershipValue, NameMissing, Number, PersonNotFound


@transaction.atomic
def register(
    *,
    person_id: UUID,
    name: str,
    born: int | None,
    language: str,
    numbers: Collection[Number],
    home_id: UUID | None,
    hometown: str,
    group_keys: Collection[str],
    by: By,
    at: datetime,
) -> UUID:
    """Make a record of somebody without an account. The same id again changes nothing.

    Who later proves a phone number stated here, and says their year of birth, or name where none is
    stated, opens this record (``claim_record``).

    Args:
        person_id: made by the caller, so that a form sent twice is one person.

    Raises:
        NameMissing: the name is empty.
        IdentifierTaken: a number is that of another person; nothing is made.
        HasOneAlready: two national IDs of one country.
        OwnAddress: an address of whoever registers them.
        GroupNotFound: there is no such group.
    """
    name = tidy(name)
    if not name:
        raise NameMissing
    locks.hold(LOCK, person_id)
    if Person.objects.filter(pk=person_id).exists():
        return person_id
    person = Person(id=person_id, born=born, hometown=tidy(hometown, 80))
    person.language = language if language in LANGUAGES else person.language
    person.call(name)
    person.save(force_insert=True)
    audit.note("people.registered", f"person {person_id}", by=by)
    for number in numbers:
        add_identifier(person_id=person_id, number=number, by=by, at=at)
    if home_id:
        settle({person_id: home_id}, by=by, at=at)
    _join(person_id, set(group_keys), by, at)
    return person_id


@transaction.atomic
def change_profile(
    *,
    person_id: UUID,
    name: str,
    language: str,
    home_id: UUID | None,
    hometown: str,
    group_keys: Collection[str],
    by: By,
    at: datetime,
) -> None:
    """Set what somebody says of themselves: name, language, home, home town and groups.

    Args:
        group_keys: all they belong to; those that are missing are left.

    Raises:
        NameMissing: the name is empty.
        GroupNotFound: there is no such group.
    """
    describe(person_id=person_id, name=name, language=language)
    Person.objects.filter(pk=person_id).update(hometown=tidy(hometown, 80))
    settle({person_id: home_id}, by=by, at=at)
    now = {m.group.key for m in queries.memberships_of(person_id)}
    if left := now - set(group_keys):
        _leave(person_id, left, by, at)
    if joined := set(group_keys) - now:
        _join(person_id, joined, by, at)


@transaction.atomic
def describe(*, person_id: UUID, name: str, language: str | None = None) -> None:
    """Set how a person is called and in which language they are written to.

    Args:
        language: ``None`` leaves what is there.

    Raises:
        NameMissing: the name is empty.
    """
    name = tidy(name)
    if not name:
        raise NameMissing
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    if person.erased_at:  # by somebody else, while this page was open
        return
    person.call(name)
    if language in LANGUAGES:
        person.language = language
    person.save(update_fields=["name", "name_order", "name_words", "language"])


_WANTED = "unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS w(person_id, place_id, id)"
_OPEN = "r.person_id = w.person_id AND r.until IS NULL AND r.place_id IS DISTINCT FROM w.place_id"
_ENDED = "(SELECT max(r.until) FROM people_residence r WHERE r.person_id = w.person_id)"
_NONE_OPEN = """
NOT EXISTS (SELECT FROM people_residence r WHERE r.person_id = w.person_id AND r.until IS NULL)
"""
# In this order: what did not last a moment goes, what lasted ends, what is new begins.
_TAKE_BACK = f"DELETE FROM people_residence r USING {_WANTED} WHERE {_OPEN} AND r.since >= %s"  # noqa: S608
_END = f"UPDATE people_residence r SET until = %s FROM {_WANTED} WHERE {_OPEN}"  # noqa: S608
_BEGIN = f"""
INSERT INTO people_residence (id, person_id, place_id, since, stated_by_id, stated_via)
SELECT w.id, w.person_id, w.place_id, greatest(%s, {_ENDED}), %s::uuid, %s
FROM {_WANTED} WHERE w.place_id IS NOT NULL AND {_NONE_OPEN}
"""  # noqa: S608
_KEEP = f"""
UPDATE people_person p SET home_id = w.place_id FROM {_WANTED}
WHERE p.id = w.person_id AND p.home_id IS DISTINCT FROM w.place_id
"""  # noqa: S608


def _lock(person_ids: Collection[UUID]) -> None:
    """Hold the rows of these persons, in order."""
    rows = Person.objects.filter(pk__in=person_ids).select_for_update(no_key=True)
    list(rows.order_by("id").values_list("id"))


@transaction.atomic
def settle(homes: Mapping[UUID, UUID | None], *, by: By, at: datetime) -> None:
    """Say where people live from now on; the only way in which a home is changed.

    The residence before ends; where nothing changes nothing is written. Five statements, however
    many people.

    Args:
        homes: places by person; ``None`` forgets where they live now, not where they lived.
    """
    if not homes:
        return
    _lock(homes)
    wanted: list[Any] = [list(homes), list(homes.values()), [uuid7() for _ in homes]]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, [*wanted, at])
        cursor.execute(_END, [at, *wanted])
        cursor.execute(_BEGIN, [at, by.person_id, by.via, *wanted])
        cursor.execute(_KEEP, wanted)


@transaction.atomic
def confirm_home(*, person_id: UUID, place_id: UUID, by: By, at: datetime) -> None:
    """Note that somebody lives where they lived, as they were asked: a residence begins anew."""
    settle({person_id: None}, by=by, at=at)
    settle({person_id: place_id}, by=by, at=at)


@transaction.atomic
def move_home(*, person_id: UUID, place_id: UUID | None, by: By, at: datetime) -> None:
    """Note at a desk where somebody lives from now on.

    Raises:
        PersonNotFound: there is no such person.
    """
    if not Person.objects.filter(pk=person_id).exists():
        raise PersonNotFound(str(person_id))
    settle({person_id: place_id}, by=by, at=at)
    audit.note("people.home_changed", f"person {person_id}", by=by)


@transaction.atomic
def join_group(*, person_id: UUID, group_key: str, by: By, at: datetime) -> MembershipValue:
    """Note that a person belongs to a group from today; again it is the one that is there.

    Raises:
        GroupNotFound: there is no such group.
        PersonNotFound: there is no such person.
    """
    _join(person_id, {group_key}, by, at)
    return next(m for m in queries.memberships_of(person_id) if m.group.key == group_key)


@transaction.atomic
def leave_group(*, person_id: UUID, group_key: str, by: By, at: datetime) -> bool:
    """Note that a person belongs to a group no longer; whether they did until now.

    What was stated and taken back on one day leaves nothing.
    """
    return _leave(person_id, {group_key}, by, at)


def _join(person_id: UUID, keys: set[str], by: By, at: datetime) -> None:
    """From today in all of these groups; the same few queries however many."""
    found = {g.key: g for g in Group.objects.filter(key__in=keys, ended_at=None)}
    if set(found) != keys:
        raise GroupNotFound(", ".join(sorted(keys - set(found))))
    _lock([person_id])
    mine = queries.all_ids(person_id)
    rows = Membership.objects.filter(person_id__in=mine, until=None)
    new = sorted(keys - set(rows.values_list("group__key", flat=True)))
    if not new:
        return
    if not Person.objects.filter(pk=person_id).exists():
        raise PersonNotFound(str(person_id))
    Membership.objects.bulk_create(
        Membership(
            person_id=person_id,
            group=found[key],
            since=timezone.localdate(at),
            stated_by_id=by.person_id,
            stated_via=by.via,
        )
        for key in new
    )
    if by.person_id not in mine:
        audit.note("people.group_joined", f"person {person_id}", by=by, group=" ".join(new))


def _leave(person_id: UUID, keys: set[str], by: By, at: datetime) -> bool:
    """In none of these groups any more."""
    _lock([person_id])
    mine, today = queries.all_ids(person_id), timezone.localdate(at)
    rows = Membership.objects.filter(person_id__in=mine, group__key__in=keys, until=None)
    gone, _tables = rows.filter(since__gte=today).delete()
    ended = rows.update(until=today)
    if (gone or ended) and by.person_id not in mine:
        subject, group = f"person {person_id}", " ".join(sorted(keys))
        audit.note("people.group_left", subject, by=by, group=group)
    return bool(gone or ended)
