"""Tables of organizations. Private: other rooms go through queries."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from learncity.apps.places.types import Point
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import TranslatedField

from .types import Access, OrganizationKind, OrganizationValue, Role, RoomValue, VenueValue


class Organization(models.Model):
    """A university, college, centre, union, enterprise, association or agency. Never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=[(k.value, k.name) for k in OrganizationKind])
    name = TranslatedField()
    about = TranslatedField(blank=True)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=40, default="", blank=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> OrganizationValue:
        """The only shape in which an organization leaves this room."""
        return OrganizationValue(
            self.id,
            self.key,
            OrganizationKind(self.kind),
            self.name,
            self.about,
            self.place_id,
            self.phone,
        )


class Venue(models.Model):
    """A site where people learn. Never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="venues")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    name = TranslatedField()
    address = TranslatedField(blank=True)
    hours = TranslatedField(blank=True)
    directions = TranslatedField(blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    access = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="organizations_venue_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def as_value(self, rooms: tuple[RoomValue, ...] = ()) -> VenueValue:
        """The only shape in which a venue leaves this room."""
        point = None
        if self.latitude is not None and self.longitude is not None:
            point = Point(self.latitude, self.longitude)
        return VenueValue(
            self.id,
            self.key,
            self.name,
            self.address,
            self.hours,
            self.directions,
            point,
            self.organization.as_value(),
            self.place_id,
            tuple(Access(a) for a in self.access),
            rooms,
        )


class Room(models.Model):
    """A room of a venue. Never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="rooms")
    key = models.CharField(max_length=40)
    name = TranslatedField()
    seats = models.PositiveIntegerField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "key"], name="organizations_room_named_once")
        ]

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> RoomValue:
        """The only shape in which a room leaves this room of the house."""
        return RoomValue(self.id, self.key, self.name, self.seats)


class StaffRole(models.Model):
    """A person acts for an organization, from when to when.

    Personal data: who works for whom; kept, to be deleted five years after the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=[(r.value, r.name) for r in Role])
    since = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organization", "role"],
                condition=Q(ended_at=None),
                name="organizations_role_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"
