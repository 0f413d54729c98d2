"""Lists of people that others keep: known by their name, each with a secret. Through services."""

import secrets

from django.db import transaction

from learncity.kernel import sealing
from learncity.kernel.ids import uuid7

from .models import PeopleList
from .rules import folded_name, tidy
from .types import KnownList, ListNameMissing


@transaction.atomic
def list_named(name: str) -> KnownList:
    """The list of this name, whatever its case and width, made when there is none.

    Raises:
        ListNameMissing: the name is empty.
    """
    name = tidy(name, 80)
    folded = folded_name(name)
    if not folded:
        raise ListNameMissing
    found = PeopleList.objects.filter(folded=folded).first()
    if found is None:
        made = _made(name, folded)
        # Of two at once both get the one that was first.
        PeopleList.objects.bulk_create([made], ignore_conflicts=True)
        found = PeopleList.objects.get(folded=folded)
    return _known(found)


def list_to_look(name: str) -> KnownList:
    """The list of this name for a look that writes nothing; one of the moment when there is none.

    Raises:
        ListNameMissing: the name is empty.
    """
    name = tidy(name, 80)
    folded = folded_name(name)
    if not folded:
        raise ListNameMissing
    found = PeopleList.objects.filter(folded=folded).first()
    return _known(found) if found else KnownList(uuid7(), name, secrets.token_bytes(32))


def _known(found: PeopleList) -> KnownList:
    secret = sealing.unseal(
        bytes(found.secret), key=found.as_wrapped(), owner=str(found.pk), about=_about(found)
    )
    return KnownList(found.pk, found.name, bytes.fromhex(secret))


def _made(name: str, folded: str) -> PeopleList:
    made = PeopleList(id=uuid7(), name=name, folded=folded)
    key = sealing.new_key(owner=str(made.pk))
    made.key_id, made.box = key.key_id, key.box
    made.secret = sealing.seal(
        secrets.token_hex(32), key=key, owner=str(made.pk), about=_about(made)
    )
    return made


def _about(row: PeopleList) -> str:
    return f"people.list {row.pk}"
