"""Tables of roles. Nothing outside this room imports them."""

from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Now

from learncity.kernel.ids import uuid7
from learncity.kernel.ranges import TsTzRange

from .types import Ending, GrantValue, Role

_NONE = Value(UUID(int=0), output_field=models.UUIDField())


class Grant(models.Model):
    """A person has a role at an organization or for a region, from when to when.

    Personal data: who works for whom, by whose will and for what reason; kept, to be deleted five
    years after the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=[(r.value, r.name) for r in Role])
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    given_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    stands_in_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="stand_ins"
    )
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="heirs")
    confirmed_at = models.DateTimeField(null=True)
    ending = models.CharField(
        max_length=10, default="", blank=True, choices=[(e.value, e.name) for e in Ending]
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="roles_held_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    (Coalesce("place", _NONE), RangeOperators.EQUAL),
                    (Coalesce("stands_in_for", _NONE), RangeOperators.EQUAL),
                    (TsTzRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="roles_in_order"
            ),
            models.CheckConstraint(
                condition=Q(role=Role.OFFICER.value, place__isnull=False)
                | (~Q(role=Role.OFFICER.value) & Q(place=None)),
                name="roles_officer_of_a_region",
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for=None) | Q(until__isnull=False),
                name="roles_stand_in_for_a_time",
            ),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(given_by=F("person")),
                name="roles_nobody_gives_to_themselves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    def as_value(self) -> GrantValue:
        """Pure data; wants organization and the role stood in for already loaded."""
        return GrantValue(
            self.id, self.person_id, Role(self.role), self.organization.as_value(), self.place_id,
            self.since, self.until, self.reason, self.given_by_id,
            self.stands_in_for.person_id if self.stands_in_for else None,
            self.confirmed_at, Ending(self.ending) if self.ending else None,
        )  # fmt: skip


class Review(models.Model):
    """A look at all roles of an organization, to be done by a day.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    due = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(closed_at=None), name="roles_one_open_review"
            ),
            models.CheckConstraint(
                condition=Q(due__gt=F("opened_at")), name="roles_review_has_time"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Item(models.Model):
    """A role in a review, and what was decided of it.

    Personal data: whose role it is and who decided; kept with the role, and deleted with it.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="items")
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="items")
    # Whose role it is, said once more, so that the database can refuse that they keep it.
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    keep = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "grant"], name="roles_reviewed_once"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("person")),
                name="roles_nobody_keeps_their_own",
            ),
            models.CheckConstraint(
                condition=Q(keep=None, decided_at=None, decided_by=None)
                | Q(keep__isnull=False, decided_at__isnull=False),
                name="roles_decided_in_full",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
