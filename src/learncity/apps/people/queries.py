"""Everything that can be asked of people. Nothing here writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models.functions import Lower

from .models import Account, Person, Token
from .types import Addresses, PersonValue


def persons(ids: Collection[UUID]) -> Mapping[UUID, PersonValue]:
    """Persons by id, in one query; unknown ids are absent."""
    return {p.id: p.as_value() for p in Person.objects.filter(pk__in=ids)}


def addresses(person_ids: Collection[UUID]) -> Mapping[UUID, Addresses]:
    """Proven addresses by person, in one query; people without an account are absent."""
    rows = Account.objects.filter(person_id__in=person_ids).exclude(verified_at=None)
    return {a.person_id: a.addresses() for a in rows.filter(is_active=True)}


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of people of a blueprint by key, in one query; unknown keys are absent."""
    rows = Person.objects.filter(key__in=keys).values_list("key", "id")
    return {key: pk for key, pk in rows if key}


def holder_of(address: Addresses) -> UUID | None:
    """The person who has proven this address and can sign in with it, or ``None``; one query."""
    rows = Account.objects.filter(is_active=True).exclude(verified_at=None)
    if address.phone:
        rows = rows.filter(phone=address.phone)
    else:
        rows = rows.alias(lower=Lower("email")).filter(lower=address.email)
    return rows.values_list("person_id", flat=True).first()


def birth_years(ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Years of birth by person, where they are known; one query."""
    rows = Person.objects.filter(pk__in=ids, born__isnull=False).values_list("id", "born")
    return {pk: born for pk, born in rows if born}


def find_account(person_id: UUID) -> Account | None:
    """The account of a person, or ``None``; one query."""
    return Account.objects.filter(person_id=person_id).select_related("person").first()


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
