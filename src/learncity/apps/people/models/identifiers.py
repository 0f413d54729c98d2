"""Numbers of identity, and the keys that seal them."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from learncity.apps.people.types import IdentifierKind, IdentifierValue
from learncity.kernel.ids import uuid7
from learncity.kernel.sealing import Wrapped

from .persons import Person


class PersonKey(models.Model):
    """The key with which a person's numbers are sealed, itself wrapped by the installation's key.

    Deleted when the person is erased: then nothing that was sealed with it can be read.

    Personal data: what opens a person's numbers; wrapped, and deleted when they are erased.
    """

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    # Which key of the installation wraps it.
    key_id = models.CharField(max_length=8)
    box = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # Serves renewal: the few that an old key wraps.
            models.Index(fields=["key_id"], name="people_wrapped_by"),
        ]

    def __str__(self) -> str:
        return f"key of person {self.pk}"

    def as_wrapped(self) -> Wrapped:
        """The key as ``kernel.sealing`` takes it."""
        return Wrapped(self.key_id, bytes(self.box))


class Identifier(models.Model):
    """A number that tells a person apart, from the day it was stated until it was ended.

    Another card says again what a living one of the same person claims: that is kept by two
    triggers, ``people_card_of_a_living_number`` and ``people_claim_passes_on``.

    Personal data: a number of identity, sealed; its last signs; a keyed hash of it. Kept until the
    person is erased; the hash of an ended one stays, so that it is known when it comes back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=[(k.value, k.name) for k in IdentifierKind])
    issuer = models.CharField(max_length=80, default="", blank=True)
    sealed = models.BinaryField(null=True)
    # Keyed hash of what the number means, by which it belongs to one person.
    claim = models.BinaryField(null=True)
    # The same number on another card of the person, an old one beside the new: that one claims it.
    same_as = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Keyed hash of the signs alone, by which it is found when nobody knows who gave it out.
    signs = models.BinaryField(null=True)
    # Which key of the installation both were hashed with.
    key_id = models.CharField(max_length=8)
    tail = models.CharField(max_length=4, default="", blank=True)
    added_at = models.DateTimeField()
    # No keys: what was stated outlives who stated it.
    added_by_id = models.UUIDField(null=True)
    added_via = models.CharField(max_length=10)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in IdentifierKind]),
                name="people_identifier_kind_known",
            ),
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(ended_at=None),
                name="people_identifier_of_one_person",
            ),
            models.UniqueConstraint(
                fields=["same_as", "kind"],
                condition=Q(ended_at=None, same_as__isnull=False),
                name="people_identifier_stated_once",
            ),
            models.UniqueConstraint(
                fields=["person", "issuer"],
                condition=Q(ended_at=None, kind=IdentifierKind.NATIONAL_ID),
                name="people_one_national_id_per_country",
            ),
            models.CheckConstraint(
                condition=~Q(ended_at=None)
                | Q(sealed__isnull=False, signs__isnull=False)
                & (Q(claim__isnull=False) ^ Q(same_as__isnull=False)),
                name="people_living_identifier_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("added_at")),
                name="people_identifier_ends_after_it_began",
            ),
        ]
        indexes = [
            # Serves 'whose number is this', whoever gave it out.
            HashIndex(fields=["signs"], name="people_identifier_signs"),
            # Serves possible duplicates: the same number where it was ended. Living ones have that
            # of their constraint.
            models.Index(
                fields=["claim"], condition=Q(ended_at__isnull=False), name="people_ended_claim"
            ),
            # Serves renewal: the few that an old key hashed.
            models.Index(fields=["key_id"], name="people_hashed_by"),
        ]

    def __str__(self) -> str:
        return f"identifier {self.pk}"

    def as_value(self) -> IdentifierValue:
        """The only shape in which an identifier leaves this room."""
        return IdentifierValue(
            self.id,
            self.person_id,
            IdentifierKind(self.kind),
            self.issuer,
            self.tail,
            self.added_at,
            self.added_by_id == self.person_id,
        )
