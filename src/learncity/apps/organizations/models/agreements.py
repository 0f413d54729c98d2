"""Tables of agreements: parties, what they promised and did."""

from django.db import models
from django.db.models import Q

from learncity.apps.organizations.types import AgreementValue, DeedValue, PromiseValue, Unit
from learncity.kernel.dated import in_order
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import TranslatedField

from .register import Organization


class Agreement(models.Model):
    """What organizations agreed on, from when to before when. Two parties: a trigger looks.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    subject = TranslatedField()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [in_order("organizations_agreement_in_order")]

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> AgreementValue:
        """The agreement alone; ``queries`` adds parties and promises."""
        return AgreementValue(self.id, self.key, self.subject, self.since, self.until)


class Party(models.Model):
    """An organization that is bound by an agreement; one that left stays with an end.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="parties", db_index=False
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organization"], name="organizations_party_once"
            )
        ]

    def __str__(self) -> str:
        return f"party {self.pk}"


class Promise(models.Model):
    """What a party promised in an agreement; taken out of it, it stays with an end.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By the party, so nobody else can promise in an agreement.
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    # Repeated from the party, so that numbers are once in an agreement; the trigger compares.
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="promises", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    text = TranslatedField()
    amount = models.BigIntegerField(null=True)
    unit = models.CharField(
        max_length=10, default="", blank=True, choices=[(u.value, u.name) for u in Unit]
    )
    due = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"], name="organizations_promise_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(amount=None, unit="") | (Q(amount__gt=0) & ~Q(unit="")),
                name="organizations_amount_has_its_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"promise {self.pk}"

    def as_value(self, deeds: tuple[DeedValue, ...] = ()) -> PromiseValue:
        """The only shape in which a promise leaves this room."""
        return PromiseValue(
            self.id,
            self.number,
            self.party.organization.as_value(),
            self.text,
            self.amount,
            Unit(self.unit) if self.unit else None,
            self.due,
            deeds,
        )


class Deed(models.Model):
    """Something done for a promise. Only taken back, never changed or deleted: a trigger refuses.

    Personal data: who noted it; evidence names nobody.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="+")
    # By a blueprint, which takes back only what it stated itself.
    is_stated = models.BooleanField(default=False)
    on = models.DateField()
    amount = models.BigIntegerField(null=True)
    evidence = models.CharField(max_length=1000)
    link = models.URLField(max_length=500, default="", blank=True)
    noted_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField()
    taken_back_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(evidence=""), name="organizations_deed_has_evidence"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0), name="organizations_deed_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"deed {self.pk}"

    def as_value(self) -> DeedValue:
        """The only shape in which a deed leaves this room."""
        return DeedValue(
            self.id,
            self.on,
            self.amount,
            self.evidence,
            self.link,
            self.noted_by_id,
            self.noted_at,
        )
