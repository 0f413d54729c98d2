"""The section ``roles`` of a city's file: who acts for whom, and where."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from django.db.models import Q
from django.db.models import Value as SqlValue
from django.db.models.functions import Greatest
from django.utils import timezone
from pydantic import model_validator

from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.kernel.blueprints import Key, Ref, Section, Value

from .models import Grant
from .types import Ending, Role


class StatedRole(Value):
    """A person acts for an organization; an officer, for a region."""

    person: Annotated[Key, Ref("people")]
    organization: Annotated[Key, Ref("organizations")]
    role: Role
    region: Annotated[Key, Ref("places")] | None = None

    @model_validator(mode="after")
    def _region_for_officers(self) -> "StatedRole":
        if (self.role == Role.OFFICER) != (self.region is not None):
            raise ValueError("An OFFICER needs a region, and only an officer has one.")
        return self


class Roles(Section):
    """Who acts for whom."""

    name = "roles"
    schema = StatedRole

    def key_of(self, said: dict[str, Any]) -> str:
        """A role has no name of its own."""
        parts = [said["person"], said["organization"], said["role"], said.get("region")]
        return "/".join(str(part) for part in parts if part)

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These roles as a blueprint would state them; one query."""
        persons = {key.split("/")[0] for key in keys}
        rows = self._own().filter(person__key__in=persons)
        fields = ("person__key", "organization__key", "role", "place__key")
        stated = [
            {"person": p, "organization": o, "role": r, "region": place}
            for p, o, r, place in rows.values_list(*fields)
        ]
        found = {self.key_of(said): said for said in stated}
        return {key: said for key, said in found.items() if key in keys}

    @staticmethod
    def _own() -> Any:
        """Roles that are held or to come, not what somebody lets another do."""
        return Grant.objects.filter(stands_in_for=None).exclude(until__lte=timezone.now())

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(self.read(keys))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Give roles; one that is held already stays as it is."""
        held = self.known([key for key, _ in items])
        wanted = [said for key, said in items if key not in held]
        persons = people.ids_by_key({said["person"] for said in wanted})
        owners = organizations.ids_by_key({said["organization"] for said in wanted})
        regions = places.ids_by_key({said["region"] for said in wanted if said["region"]})
        Grant.objects.bulk_create(
            [
                Grant(
                    person_id=persons[said["person"]],
                    organization_id=owners[said["organization"]],
                    role=said["role"],
                    place_id=regions[said["region"]] if said["region"] else None,
                )
                for said in wanted
            ],
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """Take the roles away from now on."""
        at = timezone.now()
        wanted = Q(pk=None)
        for key in keys:
            person, organization, role, *region = key.split("/")
            place = Q(place__key=region[0]) if region else Q(place=None)
            wanted |= place & Q(person__key=person, organization__key=organization, role=role)
        self._own().filter(wanted).update(
            until=Greatest("since", SqlValue(at)), ending=Ending.TAKEN
        )
