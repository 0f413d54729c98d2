"""The ``households`` and ``mandates`` sections of a blueprint: those of people of the file.

Everybody else joins and acts by their own yes; a file cannot give it for them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from pydantic import Field

from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Ref, Section, Stated, Value

from .models import Household, Mandate, Membership, Relation
from .rules import LONGEST
from .types import End, Kind, MandateKind, Purpose


class StatedHousehold(Stated):
    """A household, family or clan of people of the file."""

    kind: Kind = Kind.HOUSEHOLD
    name: Annotated[str, Field(min_length=1, max_length=120)]
    place: Annotated[Key, Ref("places")] | None = None
    head: Annotated[Key, Ref("people")]
    members: Annotated[list[Key], Ref("people")] = Field(default_factory=list)
    # What members are to the head, by a word of the room's: parent, child, spouse and so on.
    relations: dict[Key, Key] = Field(default_factory=dict)


def _living() -> Any:
    return Membership.objects.filter(until=None, person__key__isnull=False)


class Households(Section):
    """Who belongs together."""

    name = "households"
    schema = StatedHousehold

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The order of members means nothing."""
        return {**said, "members": sorted(said["members"])}

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """A person is in one household, here and among those there are; relations have a word."""
        words = set(Relation.objects.values_list("key", flat=True))
        first: dict[str, str] = {}
        for key, said in items.items():
            everybody = [said["head"], *said["members"]]
            if len(set(everybody)) < len(everybody):
                yield spots[key].mistake("somebody is named twice", "members")
            for unknown in sorted(set(said["relations"].values()) - words):
                yield spots[key].mistake(f"there is no word for {unknown!r}", "relations")
            for stranger in sorted(set(said["relations"]) - set(said["members"])):
                yield spots[key].mistake(f"{stranger!r} is none of the members", "relations")
            if said["kind"] != Kind.HOUSEHOLD:
                continue
            for person in everybody:
                if first.setdefault(person, key) != key:
                    where = first[person]
                    yield spots[key].mistake(f"{person!r} is in {where!r} already", "members")
        held = _living().filter(kind=Kind.HOUSEHOLD, person__key__in=first)
        held = held.exclude(household__key__in=list(items))
        for person in held.order_by("person__key").values_list("person__key", flat=True):
            yield spots[first[person]].mistake(f"{person!r} lives in another household", "members")

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These households as a blueprint would state them; two queries."""
        groups = Household.objects.filter(key__in=keys, ended_at=None).select_related("place")
        members: dict[UUID, list[Membership]] = {}
        rows = _living().filter(household__key__in=keys).select_related("person")
        for m in rows.order_by("person__key"):
            members.setdefault(m.household_id, []).append(m)
        return {
            g.key or "": {
                "kind": g.kind,
                "name": g.name,
                "place": g.place.key if g.place else None,
                "head": next((m.person.key for m in members.get(g.id, ()) if m.is_head), None),
                "members": [m.person.key for m in members.get(g.id, ()) if not m.is_head],
                "relations": {
                    m.person.key: m.relation_id
                    for m in members.get(g.id, ())
                    if m.relation_id and not m.is_head
                },
            }
            for g in groups
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Household.objects.filter(key__in=keys, ended_at=None)
        return {key for key in rows.values_list("key", flat=True) if key}

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change households and who of the file is in them; the others stay."""
        keys = [key for key, _ in items]
        known = {g.key: g for g in Household.objects.filter(key__in=keys)}
        where = places.ids_by_key({said["place"] for _, said in items if said["place"]})
        for key, said in items:
            g = known.setdefault(key, Household(key=key))
            g.kind, g.name, g.ended_at = said["kind"], said["name"], None
            g.place_id = where[said["place"]] if said["place"] else None
        Household.objects.bulk_create(
            [known[key] for key in keys],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["kind", "name", "place", "ended_at"],
            batch_size=1000,
        )
        self._write_members([(known[key], said) for key, said in items])

    def _write_members(self, items: Sequence[tuple[Household, dict[str, Any]]]) -> None:
        named = {person for _, said in items for person in (said["head"], *said["members"])}
        ids, today = people.ids_by_key(named), timezone.localdate()
        rows = _living().filter(household__in=[g for g, _ in items])
        held = {(m.household_id, m.person_id): m for m in rows}
        wanted: list[Membership] = []
        for group, said in items:
            head_id = ids[said["head"]]
            relations = {ids[key]: said["relations"].get(key) for key in said["members"]}
            for person_id in (head_id, *relations):
                m = held.pop((group.id, person_id), None) or Membership(
                    household=group, person_id=person_id, since=today
                )
                m.kind, m.is_head = group.kind, person_id == head_id
                m.relation_id = relations.get(person_id)
                m.relation_to_id = None if m.is_head else head_id
                wanted.append(m)
        gone = [m.id for m in held.values()]
        Membership.objects.filter(pk__in=gone).update(until=today, is_head=False)
        # Whoever becomes head does so when nobody is.
        heads = Membership.objects.filter(household__in=[g for g, _ in items], is_head=True)
        heads.update(is_head=False)
        Membership.objects.bulk_create(
            wanted,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["kind", "is_head", "relation", "relation_to"],
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """The households are no more; that people belonged to them stays."""
        Membership.objects.filter(household__key__in=keys, until=None).update(
            until=timezone.localdate(), is_head=False
        )
        Household.objects.filter(key__in=keys).update(ended_at=timezone.now())


class StatedMandate(Value):
    """Somebody of the file acts for another of the file, until and without a day."""

    principal: Annotated[Key, Ref("people")]
    delegate: Annotated[Key, Ref("people")]
    purposes: Annotated[list[Purpose], Field(min_length=1)]
    until: date


class Mandates(Section):
    """Who acts for whom. Guardians are registered at the desk only."""

    name = "mandates"
    schema = StatedMandate

    def key_of(self, said: dict[str, Any]) -> str:
        """A mandate has no name of its own."""
        return f"{said['principal']}/{said['delegate']}"

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The order of purposes means nothing."""
        return {**said, "purposes": sorted(set(said["purposes"]))}

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """Nobody acts for themselves, or for longer than a year."""
        if said["principal"] == said["delegate"]:
            yield spot.mistake("nobody acts for themselves", "delegate")
        if date.fromisoformat(said["until"]) > timezone.localdate() + LONGEST:
            yield spot.mistake("a mandate lasts at most a year", "until")

    def _rows(self, keys: Collection[str]) -> Any:
        pairs = Q()
        for key in keys:
            principal, _, delegate = key.partition("/")
            pairs |= Q(principal__key=principal, delegate__key=delegate)
        return Mandate.objects.filter(pairs, ended_at=None) if keys else Mandate.objects.none()

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These mandates as a blueprint would state them; one query."""
        rows = self._rows(keys).filter(accepted_at__isnull=False)
        return {
            f"{m.principal.key}/{m.delegate.key}": {
                "principal": m.principal.key,
                "delegate": m.delegate.key,
                "purposes": sorted(m.purposes),
                "until": m.until.isoformat(),
            }
            for m in rows.select_related("principal", "delegate")
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(self.read(keys))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change mandates; one that was ended by hand is made anew."""
        named = {said[side] for _, said in items for side in ("principal", "delegate")}
        ids, now, today = people.ids_by_key(named), timezone.now(), timezone.localdate()
        rows = self._rows([key for key, _ in items])
        held = {(m.principal_id, m.delegate_id): m for m in rows}
        wanted = []
        for _, said in items:
            pair = ids[said["principal"]], ids[said["delegate"]]
            until = date.fromisoformat(said["until"])
            m = held.get(pair) or Mandate(
                principal_id=pair[0],
                delegate_id=pair[1],
                kind=MandateKind.DELEGATE,
                since=min(today, until - timedelta(days=1)),
                offered_at=now,
            )
            m.purposes, m.until = said["purposes"], until
            # What was begun earlier would last too long.
            m.since = max(m.since, until - LONGEST)
            m.accepted_at = m.accepted_at or now
            wanted.append(m)
        Mandate.objects.bulk_create(
            wanted,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["purposes", "since", "until", "accepted_at"],
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """The mandates end at once; what was done under them stays."""
        self._rows(keys).update(ended_at=timezone.now(), end=End.BY_CITY)
