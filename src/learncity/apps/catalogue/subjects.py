"""Tables of what courses are put under: subjects and skills. Private; read through ``models``."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from learncity.kernel.dated import in_order, once_a_day
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import TranslatedField

from .types import Category, SkillValue, SubjectValue


class Subject(models.Model):
    """What a course is about, within a category; dated data of the city. Ended, never deleted.

    A subject whose category changes takes its courses along: the database does.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    category = models.CharField(max_length=24, choices=[(c.value, c.name) for c in Category])
    name = TranslatedField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=[*Category]), name="catalogue_subject_in_a_category"
            ),
            # What courses point at: the subject in its category.
            models.UniqueConstraint(fields=["id", "category"], name="catalogue_subject_placed"),
        ]

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> SubjectValue:
        """The only shape in which a subject leaves this room."""
        return SubjectValue(self.id, self.key, Category(self.category), self.name)


class SubjectName(models.Model):
    """What a subject was called, under which address, from when to before when.

    An address that it never had here, such as one of another system, has no name and no days.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="names")
    key = models.SlugField(max_length=80)
    name = TranslatedField(blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            once_a_day("catalogue_subject_one_name_at_a_time", "subject", condition=~Q(name={})),
            in_order("catalogue_subject_name_in_order"),
            ExclusionConstraint(
                name="catalogue_address_of_one_subject",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    ("subject", RangeOperators.NOT_EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Skill(models.Model):
    """Something one can do, of the city's own list. Ended, never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = TranslatedField()
    # The bridge to lists of others: the end of ESCO's address, O*NET's element; empty: none.
    esco = models.CharField(max_length=40, default="", blank=True)
    onet = models.CharField(max_length=20, default="", blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["esco"],
                condition=~Q(esco="") & Q(ended_at=None),
                name="catalogue_one_skill_of_esco",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> SkillValue:
        """The only shape in which a skill leaves this room."""
        return SkillValue(self.id, self.key, self.name, self.esco, self.onet)
