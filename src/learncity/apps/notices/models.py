"""Tables of notices. Private: rooms tell through services and read through queries."""

from django.db import models
from django.db.models.functions import Now

from learncity.kernel.ids import uuid7

from .types import Channel, DeliveryState, DeliveryValue, MessageValue


class Message(models.Model):
    """A message in a person's inbox, word for word as they were told. Never changed but 'read'.

    Personal data: what a person was told; kept until the person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: notices_inbox begins with it.
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=60)
    # Person, kind and what it is about: telling the same news twice writes one message.
    key = models.CharField(max_length=160)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    body = models.TextField()
    url = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        # Not "unique" on the field, which would add an index for LIKE.
        constraints = [models.UniqueConstraint(fields=["key"], name="notices_told_once")]
        indexes = [
            # Serves the inbox and, its condition being cheap, the count of unread messages.
            models.Index(fields=["person", "-created_at", "-id"], name="notices_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def as_value(self) -> MessageValue:
        """The only shape in which a message leaves this room."""
        return MessageValue(
            self.id,
            self.title,
            self.body,
            self.url,
            self.language,
            self.created_at,
            self.read_at is not None,
        )


class Delivery(models.Model):
    """One message, or one sign-in code, on its way out by one channel.

    Personal data: address and text; the text of a code goes when it was sent, rows after 30 days.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(
        Message, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=6, choices=[(c.value, c.name) for c in Channel])
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, default="", blank=True)
    body = models.TextField(default="", blank=True)
    state = models.CharField(max_length=8, choices=[(s.value, s.name) for s in DeliveryState])
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="notices_once_a_channel")
        ]
        indexes = [
            # Serves the outbox page.
            models.Index(fields=["-created_at", "-id"], name="notices_latest_out"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    def as_value(self) -> DeliveryValue:
        """The only shape in which a delivery leaves this room."""
        return DeliveryValue(
            self.id,
            Channel(self.channel),
            self.address,
            self.subject,
            self.body,
            DeliveryState(self.state),
            self.created_at,
        )
