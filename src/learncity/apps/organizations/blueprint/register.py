"""Organizations, their sites and who acts for them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone
from pydantic import Field

from learncity.apps.organizations.models import (
    Covered,
    Office,
    Organization,
    Parent,
)
from learncity.apps.organizations.queries import accredited
from learncity.apps.organizations.rules import registration as checked
from learncity.apps.organizations.services import accredit_all, end_accreditations
from learncity.apps.organizations.types import (
    BadRegistration,
    OrganizationKind,
    Register,
)
from learncity.apps.places import queries as places
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated, Value
from learncity.kernel.dated import day_of


class StatedOffice(Value):
    """Where an organization receives people; one that leaves the file is closed."""

    name: Names
    address: Names
    hours: Names = Field(default_factory=dict)
    phone: str = ""
    since: date | None = None


class StatedRegistration(Value):
    """The number under which a country registered an organization, with its check digit."""

    kind: Register
    number: Annotated[str, Field(max_length=20)]


class StatedOrganization(Stated):
    """A university, college, school, centre, union, enterprise, association, agency or sponsor.

    Parent and covered places are those of today; applied with others, the old ones end that day.
    """

    kind: OrganizationKind
    name: Names
    about: Names = Field(default_factory=dict)
    place: Annotated[Key, Ref("places")]
    phone: str = ""
    since: date | None = None
    registration: StatedRegistration | None = None
    parent: Annotated[Key, Ref("organizations")] | None = None
    covers: list[Annotated[Key, Ref("places")]] = Field(default_factory=list)
    offices: list[StatedOffice] = Field(default_factory=list)
    accredited: bool = True
    """Whether it may publish courses."""


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


class Organizations(Section):
    """The partners."""

    name = "organizations"
    schema = StatedOrganization

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The order of places and offices means nothing."""
        offices = sorted(said.get("offices", []), key=lambda office: json.dumps(office))
        return {**said, "covers": sorted(said.get("covers", [])), "offices": offices}

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """The number's own check digit fits."""
        if said["registration"]:
            try:
                checked(Register(said["registration"]["kind"]), said["registration"]["number"])
            except BadRegistration as mistake:
                yield spot.mistake(str(mistake.says), "registration")

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """No organization belongs to itself by way of others of the file."""
        done: set[str] = set()
        for start in items:
            way: list[str] = []
            key: str | None = start
            while key is not None and key in items and key not in done and key not in way:
                way.append(key)
                key = items[key]["parent"]
            if key is not None and key in way:
                ring = " in ".join([*way[way.index(key) :], key])
                yield spots[key].mistake(f"{key!r} would belong to itself: {ring}", "parent")
            done.update(way)

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These organizations as a blueprint would state them; five queries."""
        rows = list(
            Organization.objects.filter(key__in=keys, ended_at=None).select_related("place")
        )
        ids = [o.id for o in rows]
        up = Parent.objects.filter(child_id__in=ids, until=None)
        parents = dict(up.values_list("child_id", "parent__key"))
        covers: dict[UUID, list[str]] = {}
        for pk, key in (
            Covered.objects.filter(organization_id__in=ids, until=None)
            .order_by("place__key")
            .values_list("organization_id", "place__key")
        ):
            covers.setdefault(pk, []).append(key)
        offices: dict[UUID, list[dict[str, Any]]] = {}
        for office in Office.objects.filter(organization_id__in=ids, until=None).order_by("id"):
            offices.setdefault(office.organization_id, []).append(_stated(office))
        given = accredited(ids, on=day_of(timezone.now()))
        return {
            o.key: {
                "kind": o.kind,
                "name": dict(o.name),
                "about": dict(o.about),
                "place": o.place.key,
                "phone": o.phone,
                "since": o.since.isoformat() if o.since else None,
                "registration": {"kind": o.register, "number": o.registration}
                if o.registration
                else None,
                "parent": parents.get(o.id),
                "covers": covers.get(o.id, []),
                "offices": offices.get(o.id, []),
                "accredited": o.id in given,
            }
            for o in rows
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Organization.objects.filter(key__in=keys, ended_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change organizations, whom they belong to, what they cover, where they are."""
        known = {o.key: o for o in Organization.objects.filter(key__in=[k for k, _ in items])}
        said_places = {said["place"] for _, said in items}
        where = places.ids_by_key(said_places | {p for _, said in items for p in said["covers"]})
        at = timezone.now()
        for key, said in items:
            o = known.setdefault(key, Organization(key=key))
            o.kind, o.name, o.about = said["kind"], said["name"], said["about"]
            if o.place_id != where[said["place"]]:
                o.place_id, o.placed_at = where[said["place"]], at
            o.phone, o.since = said["phone"], _day(said["since"])
            number = said["registration"]
            o.register = number["kind"] if number else ""
            o.registration = checked(Register(o.register), number["number"]) if number else ""
            o.ended_at, o.successor = None, None
        Organization.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["kind", "name", "about", "place", "placed_at", "phone", "since",
                           "register", "registration", "ended_at", "successor"],
            batch_size=1000,
        )  # fmt: skip
        today = day_of(timezone.now())
        accredit_all([known[key] for key, said in items if said["accredited"]])
        end_accreditations(
            [known[key].id for key, said in items if not said["accredited"]], on=today
        )
        self._write_parents([(known[key], said["parent"]) for key, said in items], today)
        covers = {
            (known[key].id, where[place]): known[key].since
            for key, said in items
            for place in said["covers"]
        }
        rows = Covered.objects.filter(organization_id__in=[known[k].id for k, _ in items])
        have = {(r.organization_id, r.place_id): r.id for r in rows.filter(until=None)}
        before = set(rows.values_list("organization_id", "place_id"))
        _end([pk for pair, pk in have.items() if pair not in covers], Covered, today)
        Covered.objects.bulk_create(
            Covered(
                organization_id=pair[0],
                place_id=pair[1],
                since=today if pair in before else since,
            )
            for pair, since in covers.items()
            if pair not in have
        )
        self._write_offices([(known[key], said["offices"]) for key, said in items], today)

    def _write_parents(self, items: Sequence[tuple[Organization, str | None]], today: date) -> None:
        ids = dict(
            Organization.objects.filter(key__in={key for _, key in items if key}).values_list(
                "key", "id"
            )
        )
        rows = Parent.objects.filter(child_id__in=[o.id for o, _ in items])
        have = {r.child_id: r for r in rows.filter(until=None)}
        before = set(rows.values_list("child_id", flat=True))
        wanted = {o.id: (ids[key] if key else None, o.since) for o, key in items}
        gone = [r.id for pk, r in have.items() if r.parent_id != wanted[pk][0]]
        _end(gone, Parent, today)
        Parent.objects.bulk_create(
            Parent(child_id=pk, parent_id=parent, since=today if pk in before else since)
            for pk, (parent, since) in wanted.items()
            if parent and (pk not in have or have[pk].id in gone)
        )

    def _write_offices(
        self, items: Sequence[tuple[Organization, list[dict[str, Any]]]], today: date
    ) -> None:
        rows = Office.objects.filter(organization_id__in=[o.id for o, _ in items], until=None)
        have: dict[UUID, list[Office]] = {}
        for office in rows.order_by("id"):
            have.setdefault(office.organization_id, []).append(office)
        new, gone = [], []
        for o, stated in items:
            left = list(stated)
            for office in have.get(o.id, []):
                said = _stated(office)
                if said in left:
                    left.remove(said)
                else:
                    gone.append(office.id)
            new += [
                Office(
                    organization=o,
                    name=said["name"],
                    address=said["address"],
                    hours=said["hours"],
                    phone=said["phone"],
                    since=_day(said["since"]),
                )
                for said in left
            ]
        _end(gone, Office, today)
        Office.objects.bulk_create(new)

    def end(self, keys: Collection[str]) -> None:
        """The organizations are no longer partners; what they did stays."""
        at = timezone.now()
        gone = Organization.objects.filter(key__in=keys)
        ids = list(gone.values_list("id", flat=True))
        for model, named in ((Parent, "child"), (Parent, "parent"), (Covered, "organization"),
                             (Office, "organization")):  # fmt: skip
            rows = model.objects.filter(**{f"{named}_id__in": ids}, until=None)
            _end(list(rows.values_list("pk", flat=True)), model, day_of(at))
        gone.update(ended_at=at)


def _stated(office: Office) -> dict[str, Any]:
    return {
        "name": dict(office.name),
        "address": dict(office.address),
        "hours": dict(office.hours),
        "phone": office.phone,
        "since": office.since.isoformat() if office.since else None,
    }


def _end(ids: Collection[UUID], model: type[Model], today: date) -> None:
    """What held until now ends today; what began today was a mistake."""
    rows = model._default_manager.filter(pk__in=ids)
    rows.filter(since__gte=today).delete()
    rows.update(until=today)
