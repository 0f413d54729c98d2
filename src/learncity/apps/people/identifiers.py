"""Numbers of identity: stated, ended, shown whole for a reason, erased. Called through services."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from learncity.kernel import audit, locks, sealing
from learncity.kernel.acting import By
from learncity.kernel.ids import uuid7

from . import queries
from .models import Account, Identifier, PeopleList, Person, PersonKey
from .rules import claim_of, tail_of
from .types import (
    ADDRESSES,
    HasOneAlready,
    IdentifierInvalid,
    IdentifierKind,
    IdentifierNotFound,
    IdentifierTaken,
    IdentifierValue,
    Number,
    NumberErased,
    OwnAddress,
    PersonNotFound,
    ReasonMissing,
    RevealReason,
    TooManyIdentifiers,
)

CLAIM = "people.claim"
# More than anybody has to state in a day; a program that tries numbers out meets it soon.
MOST_A_DAY = 10


@transaction.atomic
def add_identifier(*, person_id: UUID, number: Number, by: By, at: datetime) -> IdentifierValue:
    """Note that a number is this person's. Stated again, it is the one that is there.

    An act of somebody else is noted in the audit trail.

    Args:
        number: checked, from ``parse_number``.

    Raises:
        PersonNotFound: there is no such person.
        IdentifierTaken: another person holds it.
        HasOneAlready: a national ID of this country is living; end it first.
        OwnAddress: an address that whoever states it signs in with or holds, of somebody else.
        TooManyIdentifiers: more than ten of their own in a day.
    """
    claims = _hold_claim(number)
    if not Person.objects.filter(pk=person_id).exists():
        raise PersonNotFound(str(person_id))
    mine = set(queries.all_ids(person_id))
    held = _holder(claims)
    _refuse_own_address(mine, number, held, by)
    if held and held.person_id not in mine:
        raise IdentifierTaken
    for one in _cards(held):
        if one.kind == number.kind:
            return _confirmed(one, mine, by).as_value()
    # Another card goes with the record that has the first one, should the two come apart.
    whose = held.person_id if held else person_id
    _refuse_what_cannot_be(mine, number, by, at)
    # Stated by themselves it is so in whichever record of theirs.
    made = _seal(whose, number, By(whose, by.via) if by.person_id in mine else by, at)
    made.claim, made.same_as = (None, held) if held else (claims[0], None)
    made.save(force_insert=True)
    if by.person_id not in mine:
        audit.note("people.identifier_added", f"person {person_id}", by=by, kind=number.kind.value)
    return made.as_value()


def add_own_identifier(*, person_id: UUID, number: Number, by: By, at: datetime) -> IdentifierValue:
    """Note a number that somebody states of themselves; otherwise as ``add_identifier``.

    Raises:
        IdentifierInvalid: an address, which is proven by signing in and not stated.
    """
    if number.kind in ADDRESSES:
        raise IdentifierInvalid
    return add_identifier(person_id=person_id, number=number, by=by, at=at)


def _hold_claim(number: Number) -> list[bytes]:
    """Hold what the number means, before anything is read; its hashes, that of now first."""
    about, value = claim_of(number)
    found = sealing.digests(value, about=about)
    # By the oldest key: it stays the same while a new one comes.
    locks.hold_one_of(CLAIM, UUID(bytes=found[-1][:16]))
    return found


def _holder(claims: list[bytes]) -> Identifier | None:
    """The living number that has one of the hashes; under the lock of the claim."""
    return Identifier.objects.filter(claim__in=claims, ended_at=None).order_by("id").first()


def _cards(held: Identifier | None) -> list[Identifier]:
    """The card that claims a number, and the others of the person that say the same."""
    if held is None:
        return []
    return [held, *Identifier.objects.filter(same_as=held, ended_at=None).order_by("id")]


def _confirmed(one: Identifier, mine: set[UUID], by: By) -> Identifier:
    """A number that is there; what somebody said of themselves an office says from now on."""
    if one.added_by_id == one.person_id and by.person_id not in mine:
        one.added_by_id, one.added_via = by.person_id, by.via
        one.save(update_fields=["added_by_id", "added_via"])
        subject = f"person {one.person_id}"
        audit.note("people.identifier_confirmed", subject, by=by, kind=one.kind)
    return one


def _refuse_own_address(mine: set[UUID], number: Number, held: Identifier | None, by: By) -> None:
    """Whoever proves an address finds what an office wrote: never the clerk themselves."""
    if number.kind not in ADDRESSES or by.person_id is None or by.person_id in mine:
        return
    clerk = queries.all_ids(by.person_id)
    accounts = Account.objects.filter(person_id__in=clerk)
    theirs = {a for row in accounts for a in (row.phone, (row.email or "").lower()) if a}
    if number.value in theirs or (held and held.person_id in clerk):
        raise OwnAddress


def _refuse_what_cannot_be(mine: set[UUID], number: Number, by: By, at: datetime) -> None:
    own = Identifier.objects.filter(person_id__in=mine)
    if number.kind == IdentifierKind.NATIONAL_ID:
        if own.filter(kind=number.kind, issuer=number.issuer, ended_at=None).exists():
            raise HasOneAlready
    elif number.kind in ADDRESSES:
        accounts = Account.objects.alias(lower=Lower("email")).exclude(verified_at=None)
        accounts = accounts.filter(Q(phone=number.value) | Q(lower=number.value))
        if accounts.exclude(person_id__in=mine).exists():
            raise IdentifierTaken
    lately = own.filter(added_by_id__in=mine, added_at__gt=at - timedelta(days=1))
    if by.person_id in mine and lately.count() >= MOST_A_DAY:
        raise TooManyIdentifiers


def _seal(person_id: UUID, number: Number, by: By, at: datetime) -> Identifier:
    """The row of a number, which claims nothing yet."""
    pk = uuid7()
    sealed = sealing.seal(
        number.value, key=_key_of(person_id), owner=str(person_id), about=about_of(pk)
    )
    return Identifier(
        id=pk,
        person_id=person_id,
        kind=number.kind,
        issuer=number.issuer,
        sealed=sealed,
        signs=queries.signs_of(number.value)[0],
        key_id=sealing.current_key_id(),
        tail=tail_of(number),
        added_at=at,
        added_by_id=by.person_id,
        added_via=by.via,
    )


def about_of(identifier_id: UUID) -> str:
    """What a number is sealed for: it opens in its own row alone."""
    return f"people.identifier {identifier_id}"


def _key_of(person_id: UUID) -> sealing.Wrapped:
    """The person's key, made when there is none; two at once get the same."""
    found = PersonKey.objects.filter(pk=person_id).first()
    if found is None:
        new = sealing.new_key(owner=str(person_id))
        PersonKey.objects.bulk_create(
            [PersonKey(person_id=person_id, key_id=new.key_id, box=new.box)], ignore_conflicts=True
        )
        found = PersonKey.objects.get(pk=person_id)
    return found.as_wrapped()


@transaction.atomic
def end_identifier(*, person_id: UUID, identifier_id: UUID, by: By, at: datetime) -> bool:
    """Note that a number is no longer this person's; whether it was until now.

    Raises:
        IdentifierNotFound: neither this person nor anybody merged with them ever held it.
    """
    mine = queries.all_ids(person_id)
    rows = Identifier.objects.filter(pk=identifier_id, person_id__in=mine)
    seen = rows.first()
    if seen is None:
        raise IdentifierNotFound(str(identifier_id))
    if seen.ended_at is not None:
        return False
    # Two cards that end at once take turns, and so does whoever adds another meanwhile.
    _hold_claim(_opened(seen))
    found = rows.select_for_update(no_key=True).get()
    if found.ended_at is not None:
        return False
    found.ended_at = max(at, found.added_at)
    found.save(update_fields=["ended_at"])
    _claim_by_next(found)
    if by.person_id not in mine:
        subject, kind = f"person {found.person_id}", found.kind
        audit.note("people.identifier_ended", subject, by=by, kind=kind)
    return True


def _opened(living: Identifier) -> Number:
    """The number of a living row, whole; nobody is shown it."""
    value = sealing.unseal(
        bytes(living.sealed or b""),
        key=_key_of(living.person_id),
        owner=str(living.person_id),
        about=about_of(living.id),
    )
    return Number(IdentifierKind(living.kind), living.issuer, value)


def _claim_by_next(ended: Identifier) -> None:
    """The number is still on another card of the person, if they have one: that claims it now."""
    _, *others = _cards(ended)
    if others:
        first = others[0]
        first.claim, first.same_as = ended.claim, None
        if ended.key_id != sealing.current_key_id():
            # The hash it takes over is still to be renewed.
            first.key_id = ended.key_id
        first.save(update_fields=["claim", "same_as", "key_id"])
        Identifier.objects.filter(same_as=ended, ended_at=None).update(same_as=first)


@transaction.atomic
def reveal_identifier(
    *, person_id: UUID, identifier_id: UUID, reason: RevealReason | None, by: By
) -> str:
    """The whole number, for somebody of the office who says why; the look is written down.

    Raises:
        ReasonMissing: nobody said why.
        IdentifierNotFound: the person holds no such number.
        NumberErased: the person's key was destroyed.
    """
    if reason is None:
        raise ReasonMissing
    found = Identifier.objects.filter(
        pk=identifier_id, person_id__in=queries.all_ids(person_id)
    ).first()
    if found is None:
        raise IdentifierNotFound(str(identifier_id))
    key = PersonKey.objects.filter(pk=found.person_id).first()
    if key is None or found.sealed is None:
        raise NumberErased
    subject = f"person {found.person_id}"
    audit.note("people.identifier_revealed", subject, by=by, reason=reason.value, kind=found.kind)
    return sealing.unseal(
        bytes(found.sealed),
        key=key.as_wrapped(),
        owner=str(found.person_id),
        about=about_of(found.id),
    )


@transaction.atomic
def destroy_key(*, person_id: UUID, at: datetime) -> bool:
    """Make all that was sealed for a person unreadable for good; whether there was a key.

    Living numbers end. Hashes and last signs go too: nothing tells any more that it was theirs.
    """
    rows = Identifier.objects.select_for_update(no_key=True).filter(person_id=person_id)
    for one in rows.filter(ended_at=None).order_by("id"):
        one.ended_at = max(at, one.added_at)
        one.save(update_fields=["ended_at"])
    Identifier.objects.filter(person_id=person_id).update(
        sealed=None, claim=None, signs=None, tail="", issuer=""
    )
    return bool(PersonKey.objects.filter(pk=person_id).delete()[0])


def renew_keys(*, limit: int = 1000) -> int:
    """Bring what older installation keys wrapped or hashed under the current one; how many rows.

    When it answers 0, no row needs an older key any more.
    """
    return _rewrap(limit) + _rehash(limit)


@transaction.atomic
def _rewrap(limit: int) -> int:
    current = sealing.current_key_id()
    old = PersonKey.objects.exclude(key_id=current).select_for_update(skip_locked=True)
    rows = list(old.order_by("person_id")[:limit])
    for row in rows:
        new = sealing.rewrap(row.as_wrapped(), owner=str(row.person_id))
        row.key_id, row.box = new.key_id, new.box
    PersonKey.objects.bulk_update(rows, ["key_id", "box"], batch_size=500)
    return len(rows) + _rewrap_lists(current)


def _rewrap_lists(current: str) -> int:
    rows = list(PeopleList.objects.exclude(key_id=current).select_for_update(skip_locked=True))
    for row in rows:
        new = sealing.rewrap(row.as_wrapped(), owner=str(row.pk))
        row.key_id, row.box = new.key_id, new.box
    PeopleList.objects.bulk_update(rows, ["key_id", "box"])
    return len(rows)


@transaction.atomic
def _rehash(limit: int) -> int:
    # Before any row: whoever ends or adds a number holds its claim before its rows.
    locks.hold_whole(CLAIM)
    current = sealing.current_key_id()
    old = Identifier.objects.exclude(key_id=current).exclude(sealed=None)
    rows = list(old.select_for_update(skip_locked=True).order_by("id")[:limit])
    keys = {k.person_id: k.as_wrapped() for k in PersonKey.objects.filter(
        person_id__in={row.person_id for row in rows}
    )}  # fmt: skip
    for row in rows:
        value = sealing.unseal(
            bytes(row.sealed or b""),
            key=keys[row.person_id],
            owner=str(row.person_id),
            about=about_of(row.id),
        )
        about, meant = claim_of(Number(IdentifierKind(row.kind), row.issuer, value))
        if row.same_as_id is None:
            row.claim = sealing.digest(meant, about=about)
        row.signs, row.key_id = queries.signs_of(value)[0], current
    kept = _without_second_claims(rows)
    Identifier.objects.bulk_update(
        kept, ["claim", "same_as", "ended_at", "signs", "key_id"], batch_size=500
    )
    return len(kept)


def _without_second_claims(rows: list[Identifier]) -> list[Identifier]:
    """The rows that may be renewed: no living number is claimed twice by them.

    While two keys are in use, a process that does not know the newer one may take a number that is
    claimed already. Of one person it is another card, or the same one again, which ends; of two it
    stays as it is, under the older key, for the office to find as a possible duplicate.
    """
    living = [row for row in rows if row.ended_at is None and row.claim is not None]
    claims = [bytes(row.claim or b"") for row in living]
    first = {bytes(i.claim or b""): i for i in Identifier.objects.filter(
        claim__in=claims, ended_at=None
    )}  # fmt: skip
    again = [(row, first.setdefault(bytes(row.claim or b""), row)) for row in living]
    again = [(row, held) for row, held in again if row.id != held.id]
    leading = Identifier.objects.filter(same_as__in=[row for row, _held in again], ended_at=None)
    left = set(leading.values_list("same_as_id", flat=True)) if again else set()
    for row, held in again:
        if held.person_id != row.person_id:
            left.add(row.id)
        elif held.kind == row.kind:
            row.ended_at = row.added_at
        else:
            row.claim, row.same_as = None, held
    return [row for row in rows if row.id not in left]
