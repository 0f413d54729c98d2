"""Every change to people: one function, one transaction."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from types import EllipsisType
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from learncity.kernel.texts import LANGUAGES
from learncity.kernel.words import sort_key

from .models import NO_PASSWORD, Account, Person, Token
from .rules import parse_address
from .types import Addresses, NameMissing

__all__ = [
    "account_for",
    "describe",
    "forget_unproven",
    "free_addresses",
    "issue_token",
    "parse_address",
    "prefer_language",
    "prove",
    "register",
    "revoke_token",
]


@transaction.atomic
def account_for(*, address: Addresses, language: str) -> Account:
    """The account that signs in with this address, made when there is none.

    Whether it was there cannot be told from outside: a code is sent either way. Two at once get the
    same account.

    Args:
        address: exactly one of phone and e-mail, in the form of ``rules.parse_address``.
        language: BCP 47 tag for a new person.
    """
    found = _find(address)
    if found:
        return found
    try:
        with transaction.atomic():
            person = Person.objects.create(language=language)
            return Account.objects.create(
                person=person, phone=address.phone, email=address.email, password=NO_PASSWORD
            )
    except IntegrityError:  # somebody asked for the same address in between
        found = _find(address)
        assert found is not None
        return found


def _find(address: Addresses) -> Account | None:
    accounts = Account.objects.select_related("person")
    if address.phone:
        return accounts.filter(phone=address.phone).first()
    # In the words of people_one_account_per_email, which then serves it; parsed to lower case.
    return accounts.alias(lower=Lower("email")).filter(lower=address.email).first()


def prove(*, account_id: UUID, at: datetime) -> None:
    """Note that a code came back, so the address is this person's. Repeating changes nothing."""
    Account.objects.filter(pk=account_id, verified_at=None).update(verified_at=at)


@transaction.atomic
def describe(
    *,
    person_id: UUID,
    name: str,
    language: str | None = None,
    home_id: UUID | EllipsisType | None = ...,
) -> None:
    """Set how a person is called, written to, and where they live.

    Args:
        language: ``None`` leaves what is there.
        home_id: ``...`` leaves what is there; ``None`` forgets it.

    Raises:
        NameMissing: the name is empty.
    """
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:120]
    if not name:
        raise NameMissing
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    person.name, person.name_order = name, sort_key(name)
    if language in LANGUAGES:
        person.language = language
    if not isinstance(home_id, EllipsisType):
        person.home_id = home_id
    person.save(update_fields=["name", "name_order", "language", "home"])


@transaction.atomic
def register(*, name: str, born: int | None, language: str, home_id: UUID | None) -> UUID:
    """A person without an account, who came to the desk in person; their identifier.

    Raises:
        NameMissing: the name is empty.
    """
    person = Person.objects.create(born=born)
    describe(person_id=person.id, name=name, language=language, home_id=home_id)
    return person.id


def prefer_language(*, person_id: UUID, language: str) -> None:
    """Write to the person in this language from now on."""
    if language in LANGUAGES:
        Person.objects.filter(pk=person_id).update(language=language)


def issue_token(*, account_id: UUID, label: str) -> str:
    """Make a token for the person's own program; the only time its secret is seen."""
    secret = f"lc_{secrets.token_urlsafe(30)}"
    Token.objects.create(
        account_id=account_id,
        label="".join(c for c in label if c.isprintable()).strip()[:80] or "API",
        digest=sha256(secret.encode()).hexdigest(),
    )
    return secret


def revoke_token(*, account_id: UUID, token_id: UUID, at: datetime) -> bool:
    """End one of the account's own tokens; whether there was one."""
    mine = Token.objects.filter(account_id=account_id, pk=token_id, revoked_at=None)
    return bool(mine.update(revoked_at=at))


@transaction.atomic
def forget_unproven(*, at: datetime) -> int:
    """Delete accounts made more than a day ago whose code never came back; how many."""
    return _forget(Account.objects.filter(joined_at__lt=at - timedelta(days=1)))


def free_addresses(*, phones: Collection[str], emails: Collection[str]) -> int:
    """Delete accounts that somebody only asked a code for, so that a city can state the address.

    Args:
        emails: in lower case.
    """
    rows = Account.objects.alias(lower=Lower("email"))
    return _forget(rows.filter(Q(phone__in=phones) | Q(lower__in=emails)))


def _forget(accounts: "QuerySet[Account]") -> int:
    stale = accounts.filter(verified_at=None)
    person_ids = list(stale.values_list("person_id", flat=True))
    Account.objects.filter(person_id__in=person_ids, verified_at=None).delete()
    # A person of a blueprint, or one with a record, stays: only the empty shells go.
    Person.objects.filter(pk__in=person_ids, key=None, name="").delete()
    return len(person_ids)
