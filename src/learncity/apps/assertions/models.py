"""Tables of assertions. Private: other rooms go through queries and services."""

from django.db import models
from django.db.models import Q

from learncity.kernel.dated import in_order
from learncity.kernel.ids import uuid7

from .types import AssertionValue, ObjectionValue


class Assertion(models.Model):
    """What an organization, or the person themself, says of a person.

    Never changed or deleted: a trigger refuses. It is withdrawn, and corrected by a new one. When
    the person is erased, that something was said stays, and what goes.

    Personal data: work, membership, insurance, studies; who entered it. Seen by the person, by the
    staff of the organization that said it, and part-masked by whoever has its code; kept while it
    may decide about a grant.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Who vouches for it; none when the person said it themself.
    organization = models.ForeignKey(
        "organizations.Organization",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    key = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    # The organization it is about, such as the employer; none when the city does not know it.
    at = models.ForeignKey(
        "organizations.Organization", null=True, on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    evidence = models.CharField(max_length=500, default="", blank=True)
    link = models.URLField(max_length=500, default="", blank=True)
    # SHA-256 of the document that was seen, in hexadecimal.
    checksum = models.CharField(max_length=64, default="", blank=True)
    # With which others can ask whether it holds; what a person says of themself has none.
    code = models.CharField(max_length=12, default="", blank=True)
    code_until = models.DateField(null=True)
    asserted_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    asserted_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=500, default="", blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="assertions_one_code_each"
            ),
            models.CheckConstraint(
                condition=Q(organization=None, code="", code_until=None)
                | (Q(organization__isnull=False, code_until__isnull=False) & ~Q(code="")),
                name="assertions_vouched_with_a_code",
            ),
            models.UniqueConstraint(
                fields=["person", "organization", "key", "value", "at", "since", "until"],
                condition=Q(withdrawn_at=None),
                nulls_distinct=False,
                name="assertions_said_once",
            ),
            in_order("assertions_in_order"),
            models.CheckConstraint(
                condition=Q(organization=None) | ~Q(evidence="") | Q(erased_at__isnull=False),
                name="assertions_vouched_with_evidence",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because=""))
                | Q(withdrawn_at__isnull=False, erased_at__isnull=False),
                name="assertions_withdrawn_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(
                    withdrawn_at__isnull=False,
                    value__isnull=True,
                    evidence="",
                    link="",
                    checksum="",
                    withdrawn_because="",
                ),
                name="assertions_erased_is_blank",
            ),
            models.CheckConstraint(
                condition=Q(checksum="") | Q(checksum__regex=r"^[0-9a-f]{64}$"),
                name="assertions_checksum_is_one",
            ),
        ]
        indexes = [
            # Serves the getter of rules, and a person's own page.
            models.Index(fields=["person", "key"], name="assertions_of_a_person"),
            # Serves the list at the desk of the organization, newest first.
            models.Index(fields=["organization", "-asserted_at"], name="assertions_of_a_desk"),
        ]

    def __str__(self) -> str:
        return f"assertion {self.pk}"

    def as_value(self) -> AssertionValue:
        """The only shape in which an assertion leaves this room; needs both organizations."""
        return AssertionValue(
            self.id,
            self.person_id,
            self.key,
            self.value,
            self.organization.as_value() if self.organization else None,
            self.at.as_value() if self.at else None,
            self.since,
            self.until,
            self.evidence,
            self.link,
            self.checksum,
            self.code,
            self.code_until,
            self.asserted_at,
            self.withdrawn_at,
            self.withdrawn_because,
        )


class Objection(models.Model):
    """What a person says against an assertion about them; answered once, never changed.

    Personal data: the person's own words; seen by them and the organization; kept like what it is
    about.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assertion = models.ForeignKey(Assertion, on_delete=models.PROTECT, related_name="objections")
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()
    answer = models.CharField(max_length=1000, default="", blank=True)
    answered_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assertion"],
                condition=Q(answered_at=None),
                name="assertions_one_open_objection",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer=""))
                | Q(erased_at__isnull=False, answer=""),
                name="assertions_answered_in_words",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(text="", answer=""),
                name="assertions_erased_objection_is_blank",
            ),
        ]

    def __str__(self) -> str:
        return f"objection {self.pk}"

    def as_value(self) -> ObjectionValue:
        """The only shape in which an objection leaves this room."""
        return ObjectionValue(self.text, self.at, self.answer, self.answered_at)
