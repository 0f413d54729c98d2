"""Tables of places. Private: other rooms go through queries and services."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from learncity.kernel.ids import uuid7
from learncity.kernel.texts import TranslatedField

from .types import PlaceKind, PlaceValue, Point, ReformState


class Place(models.Model):
    """A region as it is today: province, city, district, commune. Ended, never deleted.

    What it was and will be stands in ``Version``; the columns here that both have are those of the
    version in force, copied by ``services.take_effect``, because every page joins them.

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
            self.id,
            self.key,
            PlaceKind(self.kind),
            self.name,
            self.path,
            self.parent_id,
            point,
            self.code,
        )


_KINDS = [(k.value, k.name) for k in PlaceKind]


class Version(models.Model):
    """What a region is called, is and lies in from one day to another; the dated truth.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="versions")
    # Days, the last not part of it; unbounded where nobody knows the first or there is no last.
    during = DateRangeField()
    country = models.CharField(max_length=2, default="", blank=True)
    code = models.CharField(max_length=20, default="", blank=True)
    kind = models.CharField(max_length=12, choices=_KINDS)
    name = TranslatedField()
    parent = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            # One parent, one name and one code at a time.
            ExclusionConstraint(
                name="places_one_version_at_a_time",
                expressions=[("place", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            # Codes are re-used over the years, never on one day.
            ExclusionConstraint(
                name="places_one_place_per_code",
                expressions=[
                    ("country", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=~Q(code=""),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False), name="places_version_has_days"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("place")), name="places_not_in_itself"
            ),
        ]
        indexes = [models.Index(fields=["country", "code"], name="places_by_code")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.during}"


class Within(models.Model):
    """Which region lay in which, and when: every ancestor of every region, itself included.

    Drawn from ``Version`` by ``services.redraw`` and from nothing else; it makes every figure
    'as it was' one join.

    Personal data: none.
    """

    id = models.BigAutoField(primary_key=True)
    above = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    below = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="places_within_said_once",
                expressions=[
                    ("below", RangeOperators.EQUAL),
                    ("above", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [GistIndex(fields=["above", "during"], name="places_within_above")]

    def __str__(self) -> str:
        return f"{self.below_id} in {self.above_id}"


class Reform(models.Model):
    """An act that changes regions: drafted, looked at, applied once; in force from its day.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    title = TranslatedField()
    # The legal act, such as '1667/NQ-UBTVQH15'.
    act = models.CharField(max_length=200, default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)
    effective = models.DateField()
    # rules.Line as plain JSON: the draft, and afterwards what was applied.
    lines = models.JSONField(default=list)
    state = models.CharField(
        max_length=8,
        choices=[(s.value, s.name) for s in ReformState],
        default=ReformState.DRAFT.value,
    )
    drafted_at = models.DateTimeField(db_default=Now())
    applied_at = models.DateTimeField(null=True)
    # When the regions of today were changed and everybody above was told.
    in_force_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReformState.DRAFT.value, applied_at=None, in_force_at=None)
                | Q(state=ReformState.APPLIED.value, applied_at__isnull=False),
                name="places_reform_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Flow(models.Model):
    """What became of the territory of a region on a day: all of it, a known share, or some part.

    A region that changes nothing but its name, code or parent has none.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reform = models.ForeignKey(Reform, on_delete=models.PROTECT, related_name="flows")
    # The day of the reform, repeated so that one constraint can see it.
    on = models.DateField()
    source = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    # Of the source's residents; unknown where nobody published it.
    share = models.DecimalField(max_digits=9, decimal_places=8, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "on"], name="places_flow_once"),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gt=0, share__lte=1), name="places_share_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} to {self.target_id}"


class Population(models.Model):
    """How many people of a group lived in a region in a year, and who says so.

    Personal data: none; counts only.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    # Empty: everybody. Else a word of ``types.PopulationGroup``.
    group = models.CharField(max_length=20, default="", blank=True)
    people = models.PositiveBigIntegerField()
    source = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "year", "group"], name="places_population_counted_once"
            ),
            models.CheckConstraint(
                condition=Q(year__range=(1900, 2200)), name="places_population_year_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.year} {self.group}"
