"""Tables of who may publish: accreditation, asked for and given, and suspension."""

from django.db import models
from django.db.models import Q

from learncity.apps.organizations.types import (
    AccreditationState,
    AccreditationValue,
    SuspensionValue,
)
from learncity.kernel.dated import in_order, once_a_day
from learncity.kernel.ids import uuid7

from .register import Organization


class Accreditation(models.Model):
    """That an organization may publish courses: asked for, then given from a day on, or refused.

    Personal data: who asked and who decided; seen by the city's office; kept as long as the
    organization.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in AccreditationState])
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # What the organization says for itself, and on what the decision rests.
    words = models.CharField(max_length=1000, default="", blank=True)
    reason = models.CharField(max_length=1000, default="", blank=True)
    evidence = models.CharField(max_length=500, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            once_a_day(
                "organizations_accredited_once",
                "organization",
                condition=Q(state=AccreditationState.GIVEN),
            ),
            in_order("organizations_accreditation_in_order"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state=AccreditationState.ASKED),
                name="organizations_one_open_request",
            ),
            models.CheckConstraint(
                condition=Q(state=AccreditationState.ASKED, decided_at=None)
                | (
                    Q(
                        state__in=[AccreditationState.GIVEN, AccreditationState.REFUSED],
                        decided_at__isnull=False,
                    )
                    & ~Q(reason="")
                ),
                name="organizations_accreditation_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=AccreditationState.GIVEN) | ~Q(evidence=""),
                name="organizations_accredited_on_evidence",
            ),
        ]
        indexes = [
            # Serves the queue of the city's office, the oldest first.
            models.Index(
                fields=["asked_at"],
                condition=Q(state=AccreditationState.ASKED),
                name="organizations_to_accredit",
            ),
        ]

    def __str__(self) -> str:
        return f"accreditation {self.pk}"

    def as_value(self) -> AccreditationValue:
        """The only shape in which an accreditation leaves this room; needs the organization."""
        return AccreditationValue(
            self.id,
            self.organization.as_value(),
            AccreditationState(self.state),
            self.asked_at,
            self.words,
            self.reason,
            self.evidence,
            self.decided_at,
            self.since,
            self.until,
        )


class Suspension(models.Model):
    """That an organization may not offer anything for now.

    Personal data: who suspended and who lifted it; seen by the city's office; kept as long as the
    organization.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000)
    evidence = models.CharField(max_length=500, default="", blank=True)
    since = models.DateTimeField()
    suspended_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=1000, default="", blank=True)
    lifted_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(until=None),
                name="organizations_suspended_once",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & (Q(until=None) | ~Q(lifted_because="")),
                name="organizations_suspended_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"suspension {self.pk}"

    def as_value(self) -> SuspensionValue:
        """The only shape in which a suspension leaves this room."""
        return SuspensionValue(
            self.organization_id,
            self.reason,
            self.evidence,
            self.since,
            self.until,
            self.lifted_because,
        )
