"""The sections ``groups``, ``people`` and ``memberships`` of a blueprint.

People are staff, instructors and, in a demo, invented residents.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from django.db.models import CharField, F, Q, QuerySet
from django.db.models import Value as Literally
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from pydantic import AfterValidator, Field

from learncity.apps.places import queries as places
from learncity.kernel.acting import COMMAND
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated, Value

from . import queries, services
from .models import NO_PASSWORD, Account, Group, Membership, Person, Token
from .rules import parse_address
from .types import BadAddress


def _as_kept(text: str) -> str:
    """An e-mail address in the form in which somebody types it when they sign in."""
    try:
        return parse_address(text, region="", invented=False).email or text
    except BadAddress as error:
        raise ValueError("this is no e-mail address") from error


class StatedPerson(Stated):
    """A person with an account, when an address is given."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    phone: Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")] | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$"), AfterValidator(_as_kept)] | None = (
        None
    )
    language: Literal["zh-Hans", "vi", "en"] = "zh-Hans"
    home: Annotated[Key, Ref("places")] | None = None
    born: Annotated[int, Field(ge=1900, le=2100)] | None = None


# The fields that hold an address.
_ADDRESSES = ("phone", "email")


def _holders(addresses: Collection[tuple[str, str]]) -> dict[tuple[str, str], str | None]:
    """The key of the person, or ``None``, who has each address that somebody has; one query.

    An address that a stranger only asked a code for is nobody's yet.
    """
    phones = [address for name, address in addresses if name == "phone"]
    emails = [address for name, address in addresses if name == "email"]
    rows = Account.objects.annotate(lower=Lower("email"))
    found = rows.filter(Q(phone__in=phones) | Q(lower__in=emails)).exclude(verified_at=None)
    held: dict[tuple[str, str], str | None] = {}
    for phone, email, key in found.values_list("phone", "lower", "person__key"):
        held["phone", phone or ""] = held["email", email or ""] = key
    return held


class People(Section):
    """Persons and how they sign in."""

    name = "people"
    schema = StatedPerson

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """An address is one person's, in the file and among those who signed in; one query."""
        stated = [
            (key, name, said[name])
            for key, said in items.items()
            for name in _ADDRESSES
            if said[name]
        ]
        holders = _holders([(name, address) for _, name, address in stated])
        first: dict[tuple[str, str], str] = {}
        for key, name, address in stated:
            reach = (name, address)
            if first.setdefault(reach, key) != key:
                yield spots[key].mistake(f"{address!r} is already that of {first[reach]!r}", name)
            elif holders.get(reach, key) != key:
                yield spots[key].mistake(f"{address!r} already belongs to another person", name)

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These persons as a blueprint would state them; two queries."""
        rows = Person.objects.filter(key__in=keys, ended_at=None).select_related("home")
        accounts = {
            a.person_id: a for a in Account.objects.filter(person__key__in=keys, is_active=True)
        }
        return {
            p.key or "": {
                "name": p.name,
                "phone": accounts[p.id].phone if p.id in accounts else None,
                "email": accounts[p.id].email if p.id in accounts else None,
                "language": p.language,
                "home": p.home.key if p.home else None,
                "born": p.born,
            }
            for p in rows
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Person.objects.filter(key__in=keys, ended_at=None)
        return {key for key in rows.values_list("key", flat=True) if key}

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change persons and their accounts, each table in one statement.

        Whose address was changed or taken away signs in anew, with what is stated now.
        """
        keys = [key for key, _ in items]
        people = {p.key: p for p in Person.objects.filter(key__in=keys)}
        accounts = {a.person_id: a for a in Account.objects.filter(person__key__in=keys)}
        homes = places.ids_by_key({said["home"] for _, said in items if said["home"]})
        now = timezone.now()
        services.free_addresses(
            phones=[said["phone"] for _, said in items if said["phone"]],
            emails=[said["email"] for _, said in items if said["email"]],
        )
        changed: list[Account] = []
        moved: list[Account] = []
        for key, said in items:
            person = people.setdefault(key, Person(key=key))
            person.call(said["name"])
            person.language, person.born = said["language"], said["born"]
            person.ended_at = None
            account = accounts.get(person.id)
            before = (account.phone, account.email) if account else (None, None)
            has_address = bool(said["phone"] or said["email"])
            if account is None and has_address:
                account = Account(person=person, password=NO_PASSWORD)
            if account is None:
                continue
            account.is_active = has_address
            if has_address:
                account.phone, account.email = said["phone"], said["email"]
                account.verified_at = account.verified_at or now
            if not account._state.adding and before != (said["phone"], said["email"]):
                # No session outlives it.
                account.set_unusable_password()
                moved.append(account)
            changed.append(account)
        Person.objects.bulk_create(
            [people[key] for key in keys],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "name_order", "name_words", "language", "born", "ended_at"],
            batch_size=1000,
        )
        lives = {
            people[key].id: homes[said["home"]] if said["home"] else None for key, said in items
        }
        services.settle(lives, by=COMMAND, at=now)
        Account.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["phone", "email", "verified_at", "is_active", "password"],
            batch_size=1000,
        )
        Token.objects.filter(account__in=moved, revoked_at=None).update(revoked_at=now)

    def end(self, keys: Collection[str]) -> None:
        """The persons can no longer sign in; what they learned stays."""
        Account.objects.filter(person__key__in=keys).update(is_active=False)
        Person.objects.filter(key__in=keys).update(ended_at=timezone.now())


class StatedGroup(Stated):
    """A kind of learner, as the field calls it."""

    name: Names


class Groups(Section):
    """Kinds of learners: migrant workers, apprentices, senior citizens."""

    name = "groups"
    schema = StatedGroup

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These groups as a blueprint would state them; one query."""
        rows = Group.objects.filter(key__in=keys, ended_at=None)
        return {g.key: {"name": dict(g.name)} for g in rows}

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(Group.objects.filter(key__in=keys, ended_at=None).values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change groups: one read, one write."""
        known = {g.key: g for g in Group.objects.filter(key__in=[key for key, _ in items])}
        for key, said in items:
            group = known.setdefault(key, Group(key=key))
            group.name, group.ended_at = said["name"], None
        Group.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "ended_at"],
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """Nobody joins them any more; who belonged stays in the record."""
        Group.objects.filter(key__in=keys).update(ended_at=timezone.now())


class StatedMembership(Value):
    """Somebody of the file belongs to a group."""

    person: Annotated[Key, Ref("people")]
    group: Annotated[Key, Ref("groups")]


class Memberships(Section):
    """Who of the people of the file belongs to which group; what they say themselves stays."""

    name = "memberships"
    schema = StatedMembership

    def key_of(self, said: dict[str, Any]) -> str:
        """A membership has no name of its own."""
        return f"{said['person']}/{said['group']}"

    def _living(self, keys: Collection[str]) -> "QuerySet[Membership]":
        pairs = Concat(F("person__key"), Literally("/"), F("group__key"), output_field=CharField())
        return Membership.objects.alias(pair=pairs).filter(pair__in=keys, until=None)

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These memberships as a blueprint would state them; one query."""
        rows = self._living(keys).values_list("person__key", "group__key")
        return {f"{p}/{g}": {"person": p, "group": g} for p, g in rows}

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(self.read(keys))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Put people into groups from today, in one statement."""
        persons = queries.ids_by_key({said["person"] for _, said in items})
        groups = dict(Group.objects.filter(ended_at=None).values_list("key", "id"))
        Membership.objects.bulk_create(
            [
                Membership(
                    person_id=persons[said["person"]],
                    group_id=groups[said["group"]],
                    since=timezone.localdate(),
                    stated_via=COMMAND.via,
                )
                for _, said in items
            ],
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """They belong no longer; what was stated and taken back on one day leaves nothing."""
        today, rows = timezone.localdate(), self._living(keys)
        rows.filter(since__gte=today).delete()
        rows.update(until=today)
