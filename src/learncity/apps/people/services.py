"""Every change to people: one function, one transaction."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from learncity.apps.places.types import Heirs
from learncity.kernel import audit, locks
from learncity.kernel.acting import SYSTEM, By
from learncity.kernel.models import RepeatedRequest
from learncity.kernel.texts import LANGUAGES

from .belonging import (
    change_profile,
    confirm_home,
    describe,
    join_group,
    leave_group,
    move_home,
    register,
    settle,
)
from .claims import claim_record, decline_record
from .corrections import correct
from .identifiers import (
    add_identifier,
    add_own_identifier,
    destroy_key,
    end_identifier,
    renew_keys,
    reveal_identifier,
)
from .lists import list_named, list_to_look
from .merges import answer_merge, merge, unmerge
from .models import (
    NO_PASSWORD,
    Account,
    Membership,
    MergeProposal,
    Person,
    Resemblance,
    Residence,
    SeenInPerson,
    Token,
)
from .rules import parse_address, parse_number
from .types import (
    Addresses,
    Document,
    NotSeenByOneself,
    SeenValue,
)

__all__ = [
    "account_for",
    "add_identifier",
    "add_own_identifier",
    "answer_merge",
    "change_profile",
    "claim_record",
    "confirm_home",
    "correct",
    "decline_record",
    "describe",
    "destroy_key",
    "end_identifier",
    "end_seen",
    "follow_places",
    "forget",
    "forget_unproven",
    "free_addresses",
    "issue_token",
    "join_group",
    "leave_group",
    "list_named",
    "list_to_look",
    "merge",
    "move_home",
    "note_person_read",
    "note_search",
    "note_seen",
    "note_taken",
    "parse_address",
    "parse_number",
    "prefer_language",
    "prove",
    "register",
    "renew_keys",
    "reveal_identifier",
    "revoke_token",
    "settle",
    "unmerge",
]


@transaction.atomic
def account_for(*, address: Addresses, language: str) -> Account:
    """The account that signs in with this address, made when there is none.

    Whether it was there cannot be told from outside: a code is sent either way. Two at once get the
    same account. They begin with a record of their own. If an office stated the address of somebody
    without an account, whoever proves it is asked whether that is them (``claim_record``).

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
def forget_unproven(*, before: datetime) -> int:
    """Delete accounts made before a moment whose code never came back; how many."""
    return _forget(Account.objects.filter(joined_at__lt=before))


@transaction.atomic
def forget(*, person_id: UUID, at: datetime) -> int:
    """Erase a person: no account, no key, no name; what others keep leads to nobody any more.

    The last step of erasing (``kernel.personal_data.erase``). The address is free afterwards:
    whoever signs in with it is a new person. Numbers cannot be read any more. Erasing twice changes
    nothing.

    Returns:
        1, or 0 when there was nothing left to erase.
    """
    account_ids = list(Account.objects.filter(person_id=person_id).values_list("id", flat=True))
    RepeatedRequest.objects.filter(account_id__in=account_ids).delete()
    Account.objects.filter(pk__in=account_ids).delete()
    destroy_key(person_id=person_id, at=at)
    for model in (Membership, Residence, SeenInPerson):
        model.objects.filter(person_id=person_id).delete()
    alike = Q(person_id=person_id) | Q(other_id=person_id)
    Resemblance.objects.filter(alike).delete()
    MergeProposal.objects.filter(Q(kept_id=person_id) | Q(other_id=person_id)).delete()
    return Person.objects.filter(pk=person_id, erased_at=None).update(
        key=None, name="", name_order=b"", name_words="", home=None, hometown="", born=None,
        ended_at=at, erased_at=at,
    )  # fmt: skip


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


def follow_places(heirs: Mapping[UUID, Heirs], *, at: datetime) -> int:
    """Let homes go with their region where it has one heir; how many.

    Whoever lives in a region that was divided is asked on their next visit, and never moved.
    """
    sole = {pk: h.sole for pk, h in heirs.items() if h.sole}
    there = Person.objects.filter(home_id__in=sole).values_list("id", "home_id")
    homes: dict[UUID, UUID | None] = {person: sole[home] for person, home in there if home}
    settle(homes, by=SYSTEM, at=at)
    return len(homes)


@transaction.atomic
def note_seen(
    *, person_id: UUID, document: Document, by_id: UUID, at: datetime
) -> tuple[SeenValue, bool]:
    """Note that staff saw the person with a document; the note, and whether it is new.

    Somebody who was seen already stays so, with what was shown then.

    Raises:
        NotSeenByOneself: as it says.
    """
    if person_id == by_id:
        raise NotSeenByOneself
    locks.hold("people.SeenInPerson", person_id)
    found, is_new = SeenInPerson.objects.get_or_create(
        person_id=person_id,
        ended_at=None,
        defaults={"document": document, "by_id": by_id, "at": at},
    )
    return found.as_value(), is_new


def end_seen(*, person_id: UUID, at: datetime) -> bool:
    """Take the note back, because it was a mistake; whether there was one."""
    living = SeenInPerson.objects.filter(person_id=person_id, ended_at=None)
    return bool(living.update(ended_at=at))


def note_person_read(*, person_id: UUID, by: By, how: str) -> None:
    """Write down that somebody of the office looked at a person."""
    audit.note("people.person_read", f"person {person_id}", by=by, how=how)


def note_search(*, found: int, by: By, how: str) -> None:
    """Write down that somebody of the office searched for people; not for whom."""
    audit.note("people.searched", "people", by=by, found=found, how=how)


def note_taken(*, person_id: UUID | None, by: By) -> None:
    """Write down that somebody was told that a number they stated is another's; not which.

    Args:
        person_id: of whom it was stated; ``None`` for somebody who was not registered for it.
    """
    subject = f"person {person_id}" if person_id else "people"
    audit.note("people.number_taken", subject, by=by)
