"""Tables of demand. Private: other rooms go through services and queries.

Wishes are of persons; signals are counts of a day, and nothing in them leads to anybody.
"""

from django.db import models
from django.db.models import Q

from learncity.apps.catalogue.types import Category
from learncity.kernel.ids import uuid7

from .types import LONGEST, Ending, Kind, News

_CATEGORIES = [(c.value, c.name) for c in Category]


class Wish(models.Model):
    """Something a person waits for: a class of a course, or what fits words or a category.

    Personal data: what somebody would like to learn, and where; deleted 30 days after its end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(
        "catalogue.Course", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # As they were typed, and in the form in which the same are equal (rules.plain).
    words = models.CharField(max_length=LONGEST, default="", blank=True)
    plain = models.CharField(max_length=2 * LONGEST, default="", blank=True)
    category = models.CharField(max_length=24, default="", blank=True, choices=_CATEGORIES)
    # A region and all that lies in it; nothing: anywhere.
    place = models.ForeignKey("places.Place", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # The first day on which nobody looks any more, by the setting of the day it was made.
    until = models.DateField()
    told_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(
        max_length=10, default="", blank=True, choices=[(e.value, e.name) for e in Ending]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(course__isnull=False, plain="", words="", category="")
                | (Q(course=None) & ~Q(plain="", category="")),
                name="demand_wish_for_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="")
                | Q(ended_at__isnull=False, ending__in=[*Ending]),
                name="demand_wish_ends_for_a_reason",
            ),
            # Also serves what a class is matched with.
            models.UniqueConstraint(
                fields=["course", "person"],
                condition=Q(ended_at=None, course__isnull=False),
                name="demand_one_wish_for_a_course",
            ),
            models.UniqueConstraint(
                fields=["plain", "category", "person", "place"],
                condition=Q(ended_at=None, course=None),
                nulls_distinct=False,
                name="demand_one_wish_for_words",
            ),
        ]

    def __str__(self) -> str:
        return f"wish {self.pk}"


class Match(models.Model):
    """What fits a wish, and when its person was told: once each.

    Personal data: what somebody was told of; deleted with the wish.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: demand_told_once begins with it.
    wish = models.ForeignKey(Wish, on_delete=models.CASCADE, related_name="matches", db_index=False)
    course = models.ForeignKey(
        "catalogue.Course", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Nothing where a course is new and has no class yet.
    course_class = models.ForeignKey(
        "classes.CourseClass", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    news = models.CharField(max_length=10, choices=[(n.value, n.name) for n in News])
    # Not before applications are taken.
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wish", "course", "course_class"],
                nulls_distinct=False,
                name="demand_told_once",
            ),
        ]
        indexes = [
            # Serves the look for what is to be told, every minute.
            models.Index(fields=["due_at"], condition=Q(told_at=None), name="demand_untold"),
        ]

    def __str__(self) -> str:
        return f"match {self.pk}"


class Signal(models.Model):
    """How often one thing was looked for in vain, or wished for, on a day and in a place.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=[(k.value, k.name) for k in Kind])
    course = models.ForeignKey(
        "catalogue.Course", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    category = models.CharField(max_length=24, default="", blank=True, choices=_CATEGORIES)
    # Folded; empty when they may not be kept, or were too rare for too long (rules, services).
    words = models.CharField(max_length=LONGEST, default="", blank=True)
    # The part of the city that was chosen, as it was that day.
    place = models.ForeignKey(
        "places.Place", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            # Begins with the day: every question is about a period.
            models.UniqueConstraint(
                fields=["day", "kind", "course", "category", "words", "place"],
                nulls_distinct=False,
                name="demand_signal_counted_in_one_row",
            ),
            models.CheckConstraint(
                condition=Q(count__gt=0, kind__in=[*Kind]), name="demand_signal_counts"
            ),
            models.CheckConstraint(
                condition=~Q(words__regex=r"[0-9]( ?[0-9]){4}|@"),
                name="demand_words_hold_no_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} on {self.day}"


class Salt(models.Model):
    """What a day's digests of browsers are made with. Unlogged; thrown away after the day.

    Personal data: what the digests of browsers are made with, kept as long as they are.
    """

    day = models.DateField(primary_key=True)
    salt = models.BinaryField()

    def __str__(self) -> str:
        return f"salt of {self.day}"


class Seen(models.Model):
    """That a browser looked for something today, so that it counts once, and how many of one
    address did. Unlogged.

    Personal data: a digest that leads to nobody once the day's salt is thrown away, with it.
    """

    digest = models.BinaryField(primary_key=True)
    day = models.DateField()
    # Of an address: how many of its browsers counted.
    times = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return f"seen on {self.day}"
