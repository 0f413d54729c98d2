"""Everything that can be asked of assertions. Nothing here writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import F, Func, QuerySet, UUIDField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from django.utils.translation import override

from learncity.apps.people import queries as people
from learncity.kernel.dated import day_of, holds
from learncity.kernel.texts import LANGUAGES, Text, django_language

from .models import Assertion, Objection
from .rules import all_keys, code_state, key_named, masked
from .types import (
    WORK_KEYS,
    AssertionValue,
    CodeState,
    Key,
    Known,
    Pattern,
    Verified,
    WorkValue,
)

__all__ = [
    "all_keys",
    "assertions",
    "find_of_organization",
    "find_of_person",
    "find_verified",
    "key_named",
    "label",
    "masked_name",
    "names",
    "of_organization",
    "of_person",
    "person_of_code",
    "work_of",
]


def assertions(
    person_ids: Collection[UUID], keys: Collection[str], *, on: date
) -> Mapping[UUID, Mapping[str, Known]]:
    """What is known of these people on a day, by person and key; two queries.

    What was said of any record of a person is known of the person. A key that nobody says anything
    of is absent: unknown, not false. What an organization vouches for goes before what only the
    person says, and of the same weight the latest before the older.
    """
    kept = people.same_person(person_ids)
    everybody = RawSQL("SELECT people_all_ids(p) FROM unnest(%s::uuid[]) p", [list(person_ids)])
    rows = _rows().filter(holds(on), person_id__in=everybody, key__in=keys, withdrawn_at=None)
    rows = rows.annotate(kept=Func("person_id", function="people_root", output_field=UUIDField()))
    found: dict[UUID, dict[str, Known]] = {}
    for row in rows.order_by("asserted_at", "id"):
        value = row.as_value()
        known = found.setdefault(row.kept, {})
        before = known.get(row.key)
        if before is not None and before.source is not None and value.organization is None:
            continue
        known[row.key] = Known(
            value.value, value.organization, value.since, day_of(value.asserted_at), value.id
        )
    return {pk: found[root] for pk, root in kept.items() if root in found}


def of_person(person_id: UUID) -> list[AssertionValue]:
    """All that is and was said of a person, newest first, with the last objection; two queries."""
    return _with_objections(
        _rows().filter(people.of_person(person_id)).order_by("-asserted_at", "-id")
    )


@dataclass(frozen=True, slots=True)
class Line:
    """An assertion in the list of the organization that said it, with the person's name."""

    assertion: AssertionValue
    name: str


def of_organization(
    organization_id: UUID, *, limit: int = 50, offset: int = 0
) -> tuple[list[Line], int]:
    """What an organization says of people, newest first, and how many in all; four queries."""
    rows = _rows().filter(organization_id=organization_id)
    found = _with_objections(rows.order_by("-asserted_at", "-id")[offset : offset + limit])
    persons = people.persons({a.person_id for a in found})
    total = Assertion.objects.filter(organization_id=organization_id).count()
    return [Line(a, persons[a.person_id].name) for a in found], total


def work_of(person_id: UUID) -> list[WorkValue]:
    """What a person says of their own work, the latest first; one query.

    What one record of theirs says of the same days belongs together. Where they are is what the
    employer says, and what else says it only where no employer is named.
    """
    rows = _rows().filter(
        people.of_person(person_id), organization=None, key__in=WORK_KEYS, withdrawn_at=None
    )
    together: dict[tuple[date | None, date | None, UUID], dict[str, Assertion]] = {}
    for row in rows.order_by(F("since").desc(nulls_last=True), "asserted_at", "id"):
        together.setdefault((row.since, row.until, row.person_id), {})[row.key] = row
    return [_work(since, until, said) for (since, until, _person), said in together.items()]


def _work(since: date | None, until: date | None, said: Mapping[str, Assertion]) -> WorkValue:
    employed, post, shifts = (said.get(key) for key in ("employed", "post", "shifts"))
    where = employed or next((row for row in (post, shifts) if row and row.at), None)
    pattern: dict[str, str] = (shifts.value or {}) if shifts else {}
    return WorkValue(
        since,
        until,
        employer=str(employed.value) if employed else "",
        at=where.at.as_value() if where and where.at else None,
        post=str(post.value) if post else "",
        pattern=Pattern(pattern["pattern"]) if pattern else None,
    )


def find_of_person(assertion_id: UUID, *, person_id: UUID) -> AssertionValue | None:
    """One that is about the person, or ``None``; two queries."""
    rows = _rows().filter(people.of_person(person_id), pk=assertion_id)
    return next(iter(_with_objections(rows)), None)


def find_of_organization(assertion_id: UUID, *, organization_id: UUID) -> Line | None:
    """One that the organization said, or ``None``; three queries."""
    rows = _rows().filter(pk=assertion_id, organization_id=organization_id)
    found = next(iter(_with_objections(rows)), None)
    if found is None:
        return None
    return Line(found, people.persons([found.person_id])[found.person_id].name)


def person_of_code(code: str, *, on: date) -> UUID | None:
    """Who shows the code of an assertion that is valid today, or ``None``; one query."""
    row = Assertion.objects.filter(code=code).exclude(code="").first()
    return row.person_id if row is not None and _state(row, on) == CodeState.VALID else None


def masked_name(person_id: UUID) -> str:
    """A person's name that tells whether it is who one thinks, and no more; one query."""
    return masked(people.persons([person_id])[person_id].name)


def find_verified(code: str, *, on: date) -> Verified | None:
    """What a stranger learns from a code, or ``None`` when there is no such code; two queries."""
    row = _rows().filter(code=code).exclude(code="").first()
    if row is None:
        return None
    state = _state(row, on)
    if state != CodeState.VALID:
        return Verified(code, state)
    value = row.as_value()
    person = people.persons([row.person_id])[row.person_id]
    return Verified(
        code,
        state,
        value.key,
        value.organization,
        masked(person.name),
        value.since,
        value.until,
        value.code_until,
    )


def names(ids: Collection[UUID]) -> Mapping[UUID, tuple[Text, str]]:
    """How assertions are named in their person's record, and where they are; one query."""
    rows = Assertion.objects.filter(pk__in=ids).select_related("organization")
    return {
        row.id: (
            _title(key_named(row.key), row.organization.name if row.organization else Text()),
            "/me/assertions/",
        )
        for row in rows
    }


def label(key: Key) -> Text:
    """What a key is called, in every language of the interface."""
    return _title(key, Text())


def _title(key: Key, organization: Text) -> Text:
    found = Text()
    for tag in LANGUAGES:
        with override(django_language(tag)):
            by = organization.best(tag)
            both = _("%(what)s, %(organization)s") % {"what": key.label, "organization": by}
            found[tag] = both if by else str(key.label)
    return found


def _state(row: Assertion, on: date) -> CodeState:
    assert row.code_until is not None
    return code_state(
        on=on,
        code_until=row.code_until,
        is_withdrawn=row.withdrawn_at is not None,
        since=row.since,
        until=row.until,
    )


def _rows() -> "QuerySet[Assertion]":
    return Assertion.objects.select_related("organization", "at")


def _with_objections(rows: "QuerySet[Assertion]") -> list[AssertionValue]:
    found = [row.as_value() for row in rows]
    if not found:
        return []
    objections = Objection.objects.filter(assertion_id__in=[a.id for a in found])
    last = {o.assertion_id: o.as_value() for o in objections.order_by("at", "id")}
    return [replace(a, objection=last.get(a.id)) for a in found]
