"""Tables of organizations: kinship, offices, sites and staff."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from learncity.apps.organizations.types import (
    Access,
    OfficeValue,
    OrganizationKind,
    OrganizationValue,
    Register,
    RoomValue,
    VenueValue,
)
from learncity.apps.places.types import Point
from learncity.kernel.dated import in_order, once_a_day
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import TranslatedField


class Organization(models.Model):
    """A university, union, enterprise, association, agency and so on. Never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=[(k.value, k.name) for k in OrganizationKind])
    name = TranslatedField()
    about = TranslatedField(blank=True)
    # Its seat. What it is there for: Covered; where people are received: Office.
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    # When somebody last said so; a reform that came into force since must be asked about.
    placed_at = models.DateTimeField(default=timezone.now)
    phone = models.CharField(max_length=40, default="", blank=True)
    since = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    register = models.CharField(
        max_length=10, default="", blank=True, choices=[(r.value, r.name) for r in Register]
    )
    registration = models.CharField(max_length=20, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(register="", registration="")
                | (~Q(registration="") & Q(register__in=[r.value for r in Register])),
                name="organizations_registration_is_whole",
            ),
            models.UniqueConstraint(
                fields=["register", "registration"],
                condition=~Q(registration="") & Q(ended_at=None),
                name="organizations_registered_once",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | (Q(ended_at__isnull=False) & ~Q(successor=F("id"))),
                name="organizations_successor_of_an_ended_one",
            ),
        ]
        indexes = [
            # Serves the register by kind, and the figure of coverage.
            models.Index(fields=["kind", "key"], name="organizations_by_kind"),
        ]

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
            self.since,
            self.ended_at,
            Register(self.register) if self.register else None,
            self.registration,
            self.successor_id,
        )


class Parent(models.Model):
    """What an organization belonged to, from when to before when. No circles: a trigger looks.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    parent = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            once_a_day("organizations_one_parent_at_a_time", "child"),
            in_order("organizations_parent_in_order"),
        ]

    def __str__(self) -> str:
        return f"parent {self.pk}"


class Covered(models.Model):
    """A place that an organization is there for, from when to before when.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    # When somebody last said so; a reform that came into force since must be asked about.
    placed_at = models.DateTimeField(default=timezone.now)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    # What was covered before a reform, and goes on in this place.
    follows = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            once_a_day("organizations_covers_a_place_once", "organization", "place"),
            in_order("organizations_covered_in_order"),
        ]

    def __str__(self) -> str:
        return f"covered {self.pk}"


class Office(models.Model):
    """Where an organization receives people, from when to before when.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", null=True, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    name = TranslatedField()
    address = TranslatedField()
    hours = TranslatedField(blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [in_order("organizations_office_in_order")]

    def __str__(self) -> str:
        return f"office {self.pk}"

    def as_value(self) -> OfficeValue:
        """The only shape in which an office leaves this room."""
        return OfficeValue(
            self.id,
            self.name,
            self.address,
            self.hours,
            self.phone,
            self.place_id,
            self.since,
            self.until,
        )


class Venue(models.Model):
    """A site where people learn. Never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="venues")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
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
