"""Tables of privacy. Private: other rooms go through services and queries."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from learncity.kernel.ids import uuid7
from learncity.kernel.personal_data import Basis
from learncity.kernel.texts import TranslatedField

from .types import (
    OPEN,
    Channel,
    CopyValue,
    Decision,
    RefusalReason,
    RequestKind,
    RequestState,
    RequestValue,
    Speaker,
    Unit,
)


class Purpose(models.Model):
    """Something a person may agree to. Ended, never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = TranslatedField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class PurposeText(models.Model):
    """One version of what is agreed to, word for word. Append-only: a new text is a new version.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: privacy_version_once begins with it.
    purpose = models.ForeignKey(
        Purpose, on_delete=models.PROTECT, related_name="texts", db_index=False
    )
    version = models.PositiveSmallIntegerField()
    text = TranslatedField()
    basis = models.CharField(max_length=10, choices=[(b.value, b.name) for b in Basis])
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version"], name="privacy_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="privacy_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of {self.purpose_id}"


class Consent(models.Model):
    """One thing a person said to a purpose: the ledger. Append-only.

    Personal data: who agreed to what, when, and by whose hand; kept as proof under the pseudonym.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: privacy_consent_in_order begins with it.
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    text = models.ForeignKey(PurposeText, on_delete=models.PROTECT, related_name="+")
    # 1, 2, 3… of this person and purpose: the newest counts, and two rivals cannot both be it.
    number = models.PositiveIntegerField()
    decision = models.CharField(max_length=10, choices=[(d.value, d.name) for d in Decision])
    at = models.DateTimeField()
    via = models.CharField(max_length=10)
    speaker = models.CharField(max_length=10, choices=[(s.value, s.name) for s in Speaker])
    # Who typed it; no key, because the ledger outlives accounts.
    actor_id = models.UUIDField(null=True)
    # Where the signed paper is, when a clerk entered it, and how it came; never a name.
    paper = models.CharField(max_length=80, default="", blank=True)
    channel = models.CharField(max_length=10, default="", db_default="", blank=True)
    # When it was typed; ``at`` is then the day on which it was signed.
    entered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose", "number"], name="privacy_consent_in_order"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=[*Decision]), name="privacy_decision_known"
            ),
            models.CheckConstraint(
                condition=~Q(speaker=Speaker.CLERK, decision=Decision.GIVEN) | ~Q(paper=""),
                name="privacy_clerk_names_the_paper",
            ),
            models.CheckConstraint(
                condition=Q(channel="", entered_at=None)
                | Q(channel__in=[*Channel], entered_at__isnull=False, entered_at__gte=F("at"))
                & ~Q(paper=""),
                name="privacy_paper_came_somehow",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.pk}"


class Disclosure(models.Model):
    """Something of a person was shown to somebody outside, by their consent. Append-only.

    Personal data: what was shown to whom; kept as proof under the pseudonym.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    # The entry of the ledger that allows it.
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=120)
    what = models.CharField(max_length=60)
    at = models.DateTimeField()
    via = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.what} {self.pk}"


class Clock(models.Model):
    """How soon requests must be answered and done, for people of a place, from a day on.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2)
    kinds = ArrayField(models.CharField(max_length=12))
    since = models.DateField()
    answer_days = models.PositiveSmallIntegerField()
    answer_in = models.CharField(max_length=8, choices=[(u.value, u.name) for u in Unit])
    done_days = models.PositiveSmallIntegerField()
    done_in = models.CharField(max_length=8, choices=[(u.value, u.name) for u in Unit])
    extension_days = models.PositiveSmallIntegerField(default=0)
    source = TranslatedField(blank=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class DayOff(models.Model):
    """A day of which the city says itself whether it is worked.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    country = models.CharField(max_length=2)
    first = models.DateField()
    last = models.DateField()
    is_worked = models.BooleanField(default=False)
    # The city has stated every day off of the year that these days lie in.
    completes_year = models.BooleanField(default=False)
    name = TranslatedField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="privacy_days_end_after_they_start"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Request(models.Model):
    """What a person asked of whoever keeps their data, and what became of it. Never deleted.

    Personal data: what was asked in which words and answered; the words go with the person.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=12)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=[(k.value, k.name) for k in RequestKind])
    words = models.TextField(default="", blank=True)
    received_at = models.DateTimeField()
    # Of one on paper: where it is, how it came, and when it was typed.
    paper = models.CharField(max_length=80, default="", db_default="", blank=True)
    channel = models.CharField(max_length=10, default="", db_default="", blank=True)
    entered_at = models.DateTimeField(null=True)
    via = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    country = models.CharField(max_length=2)
    answer_by = models.DateField()
    done_by = models.DateField()
    # By how much the term may be extended, once.
    extension_days = models.PositiveSmallIntegerField(default=0)
    extended_at = models.DateTimeField(null=True)
    # A year in the term whose working days were not known: the dates may be early.
    is_guessed = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in RequestState])
    answer = models.TextField(default="", blank=True)
    reason = models.CharField(
        max_length=20, default="", blank=True, choices=[(r.value, r.name) for r in RefusalReason]
    )
    answered_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="privacy_number_given_once"),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(state__in=OPEN),
                name="privacy_one_open_request_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*RequestState]), name="privacy_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel="", paper="", entered_at=None)
                | Q(
                    channel__in=[*Channel],
                    entered_at__isnull=False,
                    entered_at__gte=F("received_at"),
                )
                & ~Q(paper=""),
                name="privacy_request_on_paper_is_named",
            ),
            models.CheckConstraint(
                condition=Q(done_by__gte=F("answer_by")), name="privacy_answered_before_done"
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[RequestState.GRANTED, RequestState.DONE, RequestState.REFUSED]
                )
                | Q(answered_at__isnull=False),
                name="privacy_answer_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.DONE) | Q(done_at__isnull=False),
                name="privacy_done_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.REFUSED) | ~Q(reason=""),
                name="privacy_refusal_has_its_reason",
            ),
        ]
        indexes = [
            # Serves the worklist: what is open, the next due first.
            models.Index(
                fields=["answer_by", "id"],
                condition=Q(state__in=OPEN),
                name="privacy_open_requests",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    def as_value(self) -> RequestValue:
        """The only shape in which a request leaves this room."""
        return RequestValue(
            self.id,
            self.number,
            self.person_id,
            RequestKind(self.kind),
            self.words,
            self.received_at,
            self.country,
            self.answer_by,
            self.done_by,
            self.extended_at is not None,
            self.extension_days,
            RequestState(self.state),
            self.answer,
            RefusalReason(self.reason) if self.reason else None,
            self.answered_at,
            self.done_at,
            Channel(self.channel) if self.channel else None,
            self.paper,
        )


class Copy(models.Model):
    """A copy of everything that is kept of a person, for a week.

    Personal data: all of it; deleted seven days after it was made.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField(db_default=Now())
    ready_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    as_json = models.BinaryField(default=b"")
    as_pdf = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ready_at=None),
                name="privacy_one_copy_in_the_making",
            ),
            models.CheckConstraint(
                condition=Q(ready_at=None, until=None)
                | Q(ready_at__isnull=False, until__isnull=False, until__gt=F("ready_at")),
                name="privacy_copy_ends_after_it_is_ready",
            ),
        ]

    def __str__(self) -> str:
        return f"copy {self.pk}"

    def as_value(self) -> CopyValue:
        """A copy without what stands in it."""
        return CopyValue(self.id, self.asked_at, self.ready_at, self.until)


class Keeping(models.Model):
    """How long a record class is kept, as a city says, from a day on.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    record_class = models.CharField(max_length=80)
    days = models.PositiveIntegerField()
    since = models.DateField()
    source = TranslatedField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record_class", "since"],
                condition=Q(ended_at=None),
                name="privacy_one_time_a_class_and_day",
            )
        ]

    def __str__(self) -> str:
        return self.key


class Sweep(models.Model):
    """When a record class was last tidied, and how many rows went.

    Personal data: none.
    """

    record_class = models.CharField(primary_key=True, max_length=80)
    ran_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.record_class
