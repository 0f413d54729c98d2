"""The one record. Private: rooms append through services and read through queries."""

from django.db import models
from django.db.models.functions import Now

from learncity.kernel.ids import uuid7


class Fact(models.Model):
    """Something that happened to a person. Append-only: a mistake is corrected by a new fact.

    Personal data: what a person did, where they lived then; kept for life, until erasure destroys
    the person's key.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: record_of_person begins with it.
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    # Both as of that day; the person may move and the region may be merged later. No index of
    # their own: figures are made from snapshots of the schema `facts`.
    place = models.ForeignKey(
        "places.Place", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    home = models.ForeignKey(
        "places.Place", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Who vouches for it.
    organization = models.ForeignKey(
        "organizations.Organization",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    # Who did it, and by which way in; no key, because the record outlives accounts.
    actor_id = models.UUIDField(null=True)
    via = models.CharField(max_length=10)
    evidence = models.JSONField(default=dict)
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # Serves 'my record': one person's facts, newest first.
            models.Index(fields=["person", "-at", "-id"], name="record_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
