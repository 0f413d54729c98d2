"""Tables of the catalogue. Private: other rooms go through queries and services."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from learncity.kernel.ids import uuid7
from learncity.kernel.texts import TranslatedField

from .traits import COURSE_TRAITS
from .types import Audience, Category, CourseValue, Level


class Course(models.Model):
    """Something that is taught, again and again; each run of it is a class. Ended, never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    provider = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    category = models.CharField(max_length=24, choices=[(c.value, c.name) for c in Category])
    title = TranslatedField()
    summary = TranslatedField(blank=True)
    needs = TranslatedField(blank=True)
    level = models.CharField(
        max_length=10, choices=[(v.value, v.name) for v in Level], default=Level.BEGINNER
    )
    audiences = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    taught_in = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    # Words of title (weight A) and the rest (B), by kernel.words; kept by services.
    search = SearchVectorField(null=True)
    # Category, level and audiences as bits, by which lists are counted; see traits.
    traits = models.GeneratedField(
        expression=Func(template=COURSE_TRAITS, output_field=models.BigIntegerField()),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=[*Category]), name="catalogue_category_known"
            ),
        ]
        indexes = [
            # Serves text search.
            GinIndex(fields=["search"], name="catalogue_course_search"),
            # Serves a category's list, newest first, and the counts a category.
            models.Index(
                fields=["category", "-id"], condition=Q(ended_at=None), name="catalogue_category"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> CourseValue:
        """The only shape in which a course leaves this room."""
        return CourseValue(
            self.id,
            self.key,
            Category(self.category),
            self.title,
            self.summary,
            self.needs,
            Level(self.level),
            tuple(Audience(a) for a in self.audiences),
            tuple(self.taught_in),
            self.provider_id,
            self.provider.key,
            self.provider.name,
        )
