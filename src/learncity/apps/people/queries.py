"""Everything that can be asked of people. Nothing here writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from learncity.kernel import sealing

from .looking_up import cards, find_people, kept_of, possible_duplicates, signs_of
from .models import (
    Account,
    Group,
    Identifier,
    Membership,
    Merge,
    MergeProposal,
    PeopleList,
    Person,
    PersonKey,
    Resemblance,
    Residence,
    SeenInPerson,
    Token,
)
from .rules import claim_of, folded_name, spelled
from .types import (
    OF_STATES,
    Addresses,
    Alike,
    Assurance,
    ClaimBy,
    GroupValue,
    IdentifierKind,
    IdentifierValue,
    MembershipValue,
    MergeValue,
    Number,
    PersonValue,
    ProposalValue,
    Reach,
    ResidenceValue,
    SeenValue,
)

__all__ = [
    "account_of",
    "account_of_id",
    "addresses",
    "all_ids",
    "both_sign_in",
    "cards",
    "find_account",
    "find_by_identifier",
    "find_people",
    "groups",
    "identifiers_of",
    "ids_by_key",
    "kept_of",
    "memberships_of",
    "merges_of",
    "of_person",
    "persons",
    "possible_duplicates",
    "proposal_of",
    "proposals",
    "reach_of",
    "records_of",
    "residences_of",
    "same_person",
    "sealing_key_ids",
    "signs_of",
    "tokens",
]


def persons(ids: Collection[UUID]) -> Mapping[UUID, PersonValue]:
    """Persons by id, in one query; unknown ids are absent."""
    return {p.id: p.as_value() for p in Person.objects.filter(pk__in=ids)}


# Of everybody merged with a person the first account that works, their own before all.
_ADDRESSES = """
SELECT p.id, a.phone, a.email FROM unnest(%s::uuid[]) AS p(id)
CROSS JOIN LATERAL (
  SELECT phone, email FROM people_all_ids(p.id) AS m(id) JOIN people_account ON person_id = m.id
  WHERE verified_at IS NOT NULL AND is_active
  ORDER BY person_id <> p.id, person_id LIMIT 1
) a
"""


def addresses(person_ids: Collection[UUID]) -> Mapping[UUID, Addresses]:
    """Proven addresses by person, in one query; people without an account are absent.

    Somebody without an account is reached by that of a record they were merged with.
    """
    if not person_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES, [list(person_ids)])
        return {pk: Addresses(phone, email) for pk, phone, email in cursor.fetchall()}


def count_homes(place_ids: Collection[UUID]) -> int:
    """How many people live in these regions; one query."""
    return Person.objects.filter(home_id__in=place_ids, ended_at=None).count()


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of people of a blueprint by key, in one query; unknown keys are absent."""
    rows = Person.objects.filter(key__in=keys).values_list("key", "id")
    return {key: pk for key, pk in rows if key}


def keys(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Keys of those of the persons whom a blueprint names, in one query."""
    rows = Person.objects.filter(pk__in=ids).exclude(key=None).values_list("id", "key")
    return {pk: key for pk, key in rows if key}


def erased(ids: Collection[UUID]) -> set[UUID]:
    """Those of the persons who were erased, in one query."""
    rows = Person.objects.filter(pk__in=ids).exclude(erased_at=None)
    return set(rows.values_list("id", flat=True))


def holder_of(address: Addresses) -> UUID | None:
    """The person who has proven this address and can sign in with it, or ``None``; one query."""
    rows = Account.objects.filter(is_active=True).exclude(verified_at=None)
    if address.phone:
        rows = rows.filter(phone=address.phone)
    else:
        rows = rows.alias(lower=Lower("email")).filter(lower=address.email)
    return rows.values_list("person_id", flat=True).first()


def with_account(ids: Collection[UUID]) -> set[UUID]:
    """Those of the persons who sign in with a record of their own, in one query."""
    rows = Account.objects.filter(person_id__in=ids, is_active=True).exclude(verified_at=None)
    return set(rows.values_list("person_id", flat=True))


def birth_years(ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Years of birth by person, where they are known; one query."""
    rows = Person.objects.filter(pk__in=ids, born__isnull=False).values_list("id", "born")
    return {pk: born for pk, born in rows if born}


def find_account(person_id: UUID) -> Account | None:
    """The account of a person, or ``None``; one query."""
    return Account.objects.filter(person_id=person_id).select_related("person").first()


def account_at(address: Addresses) -> Account | None:
    """The living, proven account that signs in with this address, or ``None``; one query."""
    rows = Account.objects.select_related("person").filter(is_active=True)
    rows = rows.exclude(verified_at=None)
    if address.phone:
        return rows.filter(phone=address.phone).first()
    return rows.alias(lower=Lower("email")).filter(lower=address.email).first()


def assurance(person_id: UUID) -> Assurance:
    """How sure the city is of who somebody is; at most three queries."""
    if SeenInPerson.objects.filter(person_id=person_id, ended_at=None).exists():
        return Assurance.IN_PERSON
    checked = Identifier.objects.filter(of_person(person_id), kind__in=OF_STATES, ended_at=None)
    # Whoever said it of themselves, in whichever record of theirs.
    if checked.exclude(added_by_id=F("person_id")).exists():
        return Assurance.IDENTITY
    proven = Account.objects.filter(person_id=person_id, is_active=True).exclude(verified_at=None)
    return Assurance.ADDRESS if proven.exists() else Assurance.NONE


def seen(person_id: UUID) -> SeenValue | None:
    """The living note that the person was seen at a desk, or ``None``; one query."""
    found = SeenInPerson.objects.filter(person_id=person_id, ended_at=None).first()
    return found.as_value() if found else None


_ACCOUNT = [field.attname for field in Account._meta.concrete_fields]
_PERSON = [field.attname for field in Person._meta.concrete_fields]
_COLUMNS = ", ".join([f"a.{name}" for name in _ACCOUNT] + [f"p.{name}" for name in _PERSON])
_OF_ID = f"""
SELECT {_COLUMNS} FROM people_account a JOIN people_person p ON p.id = a.person_id
WHERE a.id = %s AND a.is_active
"""  # noqa: S608 - names of columns, from the models
_OF_TOKEN = f"""
SELECT {_COLUMNS} FROM people_token t
JOIN people_account a ON a.id = t.account_id JOIN people_person p ON p.id = a.person_id
WHERE t.digest = %s AND t.revoked_at IS NULL AND a.is_active
"""  # noqa: S608


def account_of_id(account_id: UUID | str) -> Account | None:
    """The living account of a session, or ``None``; one query."""
    return _account(_OF_ID, account_id)


def account_of(token: str) -> Account | None:
    """The account whose living API token this is, or ``None``; one query."""
    return _account(_OF_TOKEN, sha256(token.encode()).hexdigest())


def _account(statement: str, value: UUID | str) -> Account | None:
    """One account; written out, because every page and call of somebody begins with it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        row = cursor.fetchone()
    if row is None:
        return None
    found = Account.from_db("default", _ACCOUNT, row[: len(_ACCOUNT)])
    found.person = Person.from_db("default", _PERSON, row[len(_ACCOUNT) :])
    return found


@dataclass(frozen=True, slots=True)
class TokenValue:
    """A token of one's own, without its secret."""

    id: UUID
    label: str
    created_at: datetime


def tokens(account_id: UUID) -> list[TokenValue]:
    """The living tokens of an account, newest first; one query."""
    rows = Token.objects.filter(account_id=account_id, revoked_at=None).order_by(
        "-created_at", "id"
    )
    return [TokenValue(t.id, t.label, t.created_at) for t in rows]


def find_by_address(address: Addresses) -> UUID | None:
    """Who signs in with exactly this address and has proven it, or ``None``; one query."""
    rows = Account.objects.filter(is_active=True).exclude(verified_at=None)
    if address.phone:
        rows = rows.filter(phone=address.phone)
    else:
        rows = rows.alias(lower=Lower("email")).filter(lower=(address.email or "").lower())
    return rows.values_list("person_id", flat=True).first()


# One person, several records.


def of_person(person_id: UUID, field: str = "person") -> Q:
    """Rows of a person and of everybody merged with them, for a query of a room above.

    It costs no query of its own.

    Args:
        field: the key to people.
    """
    return Q(**{f"{field}__in": RawSQL("SELECT people_all_ids(%s)", [person_id])})


def all_ids(person_id: UUID) -> list[UUID]:
    """The person and everybody merged with them, the record that is kept first; one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_all_ids(%s)", [person_id])
        return [row[0] for row in cursor.fetchall()]


def same_person(ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """By id, the record that is kept for it: equal for two that are one person; one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, people_root(id) FROM unnest(%s::uuid[]) AS p(id)", [list(ids)])
        return dict(cursor.fetchall())


def records_of(person_ids: Collection[UUID]) -> Mapping[UUID, frozenset[UUID]]:
    """By person, every record that is the same person, the given one included; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, array_agg(m) FROM unnest(%s::uuid[]) AS p(id) "
            "CROSS JOIN people_all_ids(p.id) m GROUP BY p.id",
            [list(set(person_ids))],
        )
        return {pk: frozenset(ids) for pk, ids in cursor.fetchall()}


_REACH = """
SELECT m, a.phone, lower(a.email) FROM people_all_ids(%s) AS m
LEFT JOIN people_account a ON a.person_id = m AND a.verified_at IS NOT NULL AND a.is_active
"""


def reach_of(person_id: UUID) -> Reach:
    """Every record of a person and the addresses they have proven with any; one query.

    What was written to somebody, by record or by address, is found with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REACH, [person_id])
        rows = cursor.fetchall()
    return Reach(
        frozenset(pk for pk, _phone, _email in rows),
        tuple(phone for _pk, phone, _email in rows if phone),
        tuple(email for _pk, _phone, email in rows if email),
    )


def merges_of(person_id: UUID) -> list[MergeValue]:
    """The living merges that make up this person, oldest first; one query."""
    rows = Merge.objects.filter(of_person(person_id, "kept"), ended_at=None)
    return [m.as_value() for m in rows.order_by("at", "id")]


_SIGN_IN = """
SELECT count(DISTINCT p.id) FROM unnest(%s::uuid[]) AS p(id)
CROSS JOIN people_all_ids(p.id) m JOIN people_account a ON a.person_id = m AND a.is_active
"""


def both_sign_in(one: UUID, other: UUID) -> bool:
    """Whether each of two persons, with all records of theirs, has an account; one query.

    One whose first code is still on its way counts: it would read everything once it came.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SIGN_IN, [[one, other]])
        return bool(cursor.fetchone()[0] == 2)


def proposal_of(one: UUID, other: UUID, *, at: datetime) -> ProposalValue | None:
    """That it is proposed now to join these two, whichever is to be kept; one query."""
    pair = [one, other]
    rows = MergeProposal.objects.filter(kept__in=pair, other__in=pair, outcome=None, until__gt=at)
    found = rows.first()
    return found.as_value() if found else None


def proposals(
    *, at: datetime, home_ids: Collection[UUID] | None = None, limit: int = 50
) -> list[ProposalValue]:
    """What is proposed now to be joined and waits for somebody, oldest first; one query.

    Args:
        home_ids: only where both live in one of these regions.
    """
    rows = MergeProposal.objects.filter(outcome=None, until__gt=at)
    if home_ids is not None:
        rows = rows.filter(kept__home__in=home_ids, other__home__in=home_ids)
    return [p.as_value() for p in rows.order_by("at", "id")[:limit]]


def resemblances(list_name: str, *, since: datetime, limit: int = 50) -> list[Alike]:
    """Whom a list brought since a moment who may be somebody else here, oldest first; one query.

    Those that were merged meanwhile are left out.
    """
    rows = Resemblance.objects.filter(people_list__folded=folded_name(list_name), at__gte=since)
    either = Q(other_id=OuterRef("person_id")) | Q(other_id=OuterRef("other_id"))
    merged = Merge.objects.filter(either, ended_at=None)
    rows = rows.exclude(Exists(merged))
    return [r.as_value() for r in rows.order_by("at", "id")[:limit]]


# Numbers of identity, groups, residences.


def find_by_identifier(number: Number) -> UUID | None:
    """The person who holds this living number, or ``None``; one query. Not their kept record."""
    about, value = claim_of(number)
    rows = Identifier.objects.filter(claim__in=sealing.digests(value, about=about), ended_at=None)
    return rows.order_by("id").values_list("person_id", flat=True).first()


def stated_of(address: Addresses) -> UUID | None:
    """Of whom an office stated this address, if they have no account at all; three queries."""
    kind = IdentifierKind.PHONE if address.phone else IdentifierKind.EMAIL
    held = find_by_identifier(Number(kind, "", address.phone or (address.email or "").lower()))
    if held is None or Account.objects.filter(person_id__in=all_ids(held)).exists():
        return None
    return held


def birth_years_of(person_id: UUID) -> set[int]:
    """The years of birth in all records of a person; none when nobody wrote one; one query."""
    rows = Person.objects.filter(of_person(person_id, "id"), born__isnull=False)
    return {born for born in rows.values_list("born", flat=True) if born}


def names_of(person_id: UUID) -> set[str]:
    """The names in all records of a person; one query."""
    rows = Person.objects.filter(of_person(person_id, "id")).exclude(name="")
    return set(rows.values_list("name", flat=True))


def claimed_by(person_id: UUID) -> ClaimBy | None:
    """What is asked of whoever proves an address of this record, if anything is; two queries."""
    if birth_years_of(person_id):
        return ClaimBy.BORN
    return ClaimBy.NAME if any(spelled(name) for name in names_of(person_id)) else None


def waiting_record(account: Account) -> UUID | None:
    """The record of an office that is this account's if its owner knows what is asked of them.

    Nobody is asked of a record that they declined. One query where no office stated the address,
    four at most.
    """
    for address in (Addresses(account.phone, None), Addresses(None, account.email)):
        held = stated_of(address) if address.phone or address.email else None
        if held is None:
            continue
        if not Resemblance.objects.filter(person_id=account.person_id, other_id=held).exists():
            return held
    return None


def identifiers_of(person_id: UUID) -> list[IdentifierValue]:
    """The living numbers of a person, masked, oldest first; one query."""
    rows = Identifier.objects.filter(of_person(person_id), ended_at=None)
    return [i.as_value() for i in rows.order_by("added_at", "id")]


def groups() -> list[GroupValue]:
    """Every group that has not ended, by key; one query."""
    return [g.as_value() for g in Group.objects.filter(ended_at=None).order_by("key")]


def memberships_of(person_id: UUID) -> list[MembershipValue]:
    """The groups a person belongs to today, by key; one query."""
    rows = Membership.objects.filter(of_person(person_id), until=None, group__ended_at=None)
    found = [m.as_value() for m in rows.select_related("group").order_by("group__key", "id")]
    return list({m.group.key: m for m in found}.values())


def residences_of(person_id: UUID) -> list[ResidenceValue]:
    """Where a person lives and lived, the latest first; one query."""
    rows = Residence.objects.filter(of_person(person_id))
    return [r.as_value() for r in rows.order_by("-since", "-id")]


def sealing_key_ids() -> set[str]:
    """The installation keys that are still needed to read or find numbers; three queries."""
    wrapped = set(PersonKey.objects.values_list("key_id", flat=True).distinct())
    wrapped |= set(PeopleList.objects.values_list("key_id", flat=True).distinct())
    hashed = Identifier.objects.exclude(sealed=None).values_list("key_id", flat=True)
    return wrapped | set(hashed.distinct())
