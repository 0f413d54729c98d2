"""Tables of places. Private: other rooms go through queries and services."""

from django.db import models
from django.db.models import Q

from learncity.kernel.ids import uuid7
from learncity.kernel.texts import TranslatedField

from .types import PlaceKind, PlaceValue, Point


class Place(models.Model):
    """A region: province, city, district, sub-district. Ended, never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    # The statistical code (GB/T 2260 in China); codes are re-used over time, so it is no key.
    code = models.CharField(max_length=20, default="", blank=True)
    kind = models.CharField(max_length=12, choices=[(k.value, k.name) for k in PlaceKind])
    name = TranslatedField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    # Keys from the top joined by dots: 'jiangsu.suzhou.gusu'. Unique text brings the pattern index
    # that serves 'everything below': path LIKE 'jiangsu.suzhou.%'.
    path = models.CharField(max_length=400, unique=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="places_position_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> PlaceValue:
        """The only shape in which a place leaves this room."""
        point = None
        if self.latitude is not None and self.longitude is not None:
            point = Point(self.latitude, self.longitude)
        return PlaceValue(
            self.id, self.key, PlaceKind(self.kind), self.name, self.path, self.parent_id, point
        )
