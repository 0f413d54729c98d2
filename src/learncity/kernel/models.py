"""Tables without a domain word: the outbox, the audit trail, repeated requests, blueprints."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .ids import uuid7


class OutboxEntry(models.Model):
    """One event on its way to one handler; written with the change it tells of.

    A row comes with the event, is tried until the handler succeeds, and goes a week after that; one
    that was given up goes after 30 days. An event that nobody hears makes no row.

    Personal data: identifiers only; sign-in codes and their addresses, for ten minutes at the most
    while a worker runs.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.CharField(max_length=80)
    handler = models.CharField(max_length=120)
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    # What somebody waits for at the screen goes before what can wait: 0 before 5.
    priority = models.PositiveSmallIntegerField(default=5, db_default=5)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(default="", db_default="", blank=True)

    class Meta:
        indexes = [
            # Serves the dispatcher: what is due and neither done nor given up.
            models.Index(
                fields=["priority", "due_at", "id"],
                condition=Q(done_at=None, failed_at=None),
                name="kernel_outbox_due",
            ),
            # Serves the operator's list and the count of /healthz: few rows among a week of them.
            models.Index(
                fields=["failed_at", "id"],
                condition=Q(failed_at__isnull=False),
                name="kernel_outbox_given_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} for {self.handler}"


class AuditEntry(models.Model):
    """Who did what to which thing, or looked at what. Append-only; the application cannot edit it.

    Personal data: who acted, and identifiers of what; kept, to be deleted after five years.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(db_default=Now())
    # No foreign key: the trail outlives what it tells of.
    actor_id = models.UUIDField(null=True)
    via = models.CharField(max_length=10)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=160)
    detail = models.JSONField(default=dict)

    class Meta:
        # They serve the trail as it is read: whole, of one kind, of one person.
        indexes = [
            models.Index(fields=["-at"], name="kernel_audit_latest"),
            models.Index(fields=["action", "-at"], name="kernel_audit_by_action"),
            models.Index(fields=["subject", "-at"], name="kernel_audit_by_subject"),
            models.Index(fields=["actor_id", "-at"], name="kernel_audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class RepeatedRequest(models.Model):
    """The answer once given to an Idempotency-Key, to be given again. Kept one day.

    Personal data: the answer to the caller's own request.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "key"], name="kernel_one_answer_per_key")
        ]

    def __str__(self) -> str:
        return f"answer to {self.key}"


class Blueprint(models.Model):
    """A file that was applied: when it first was fixes its relative dates.

    Personal data: none.
    """

    key = models.SlugField(primary_key=True, max_length=80)
    anchor = models.DateField()
    applied_at = models.DateTimeField()
    head = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.key


class BlueprintItem(models.Model):
    """What a blueprint last said of one thing, so that a change by hand can be told from its own.

    Personal data: what the file said of invented or official persons.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    blueprint = models.ForeignKey(Blueprint, on_delete=models.CASCADE)
    section = models.CharField(max_length=40)
    key = models.CharField(max_length=160)
    stated = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["blueprint", "section", "key"], name="kernel_blueprint_says_it_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section}/{self.key}"
