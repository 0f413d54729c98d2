"""Tables of classes. Private: other rooms go through services and queries.

The promises of this room, each kept by a constraint that needs no code to be right: seats are never
oversold; a person holds one place in a class; a room or an instructor is never booked twice at a
time.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from learncity.kernel.ids import uuid7
from learncity.kernel.ranges import TsTzRange
from learncity.kernel.texts import TranslatedField

from .traits import CLASS_TRAITS
from .types import BulkKind, Given, Mode, State
from .types import Enrolment as EnrolmentValue


class Term(models.Model):
    """A teaching period of about three months.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = TranslatedField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="classes_term_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return self.key


class CourseClass(models.Model):
    """One run of a course: a fixed number of seats and a timetable. Never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    # Neither has an index of its own: classes_of_course and classes_of_provider begin with them.
    course = models.ForeignKey(
        "catalogue.Course", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Who runs it; often, not always, the provider of the course.
    provider = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    term = models.ForeignKey(Term, null=True, on_delete=models.PROTECT, related_name="+")
    # Where it counts: the venue's region, or the provider's when it is online.
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    venue = models.ForeignKey(
        "organizations.Venue", null=True, on_delete=models.PROTECT, related_name="+"
    )
    mode = models.CharField(max_length=10, choices=[(m.value, m.name) for m in Mode])
    note = TranslatedField(blank=True)
    language = models.CharField(max_length=10, default="", blank=True)
    given = models.CharField(
        max_length=12, choices=[(g.value, g.name) for g in Given], default=Given.FIRST_COME
    )
    seats = models.PositiveIntegerField()
    # Stored counts, so that PostgreSQL itself can refuse an oversold class; a property test shows
    # that they never drift from the enrolments.
    seats_taken = models.PositiveIntegerField(default=0, db_default=0)
    waiting_limit = models.PositiveIntegerField(default=0, db_default=0)
    waiting_taken = models.PositiveIntegerField(default=0, db_default=0)
    fee_minor = models.PositiveIntegerField(default=0, db_default=0)
    fee_currency = models.CharField(max_length=3, default="CNY")
    fee_for = TranslatedField(blank=True)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField()
    # First beginning and last end of its sessions, kept by services for lists.
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sessions_count = models.PositiveSmallIntegerField()
    # On which weekdays and in which part of the day it meets, a bit for each; see traits.
    slots = models.PositiveIntegerField(default=0, db_default=0)
    # Mode, language and whether a seat is free as bits, by which lists are counted; see traits.
    traits = models.GeneratedField(
        expression=Func(template=CLASS_TRAITS, output_field=models.BigIntegerField()),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    # The plan as it was stated, from which the sessions were made.
    plan = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("seats")), name="classes_not_oversold"
            ),
            models.CheckConstraint(
                condition=Q(waiting_taken__lte=F("waiting_limit")),
                name="classes_waiting_list_not_overfull",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="classes_ends_after_it_starts"
            ),
        ]
        indexes = [
            # Serves a provider's desk, and lists of what starts next.
            models.Index(fields=["provider", "-starts_at", "-id"], name="classes_of_provider"),
            models.Index(fields=["course", "closes_at"], name="classes_of_course"),
            # Serves finding, which reads it and not the table: rows are wide and hundred thousand.
            # A seat taken changes none of it, but for the last one, so it stays cheap to take one.
            models.Index(
                fields=[
                    "course",
                    "closes_at",
                    "starts_at",
                    "traits",
                    "slots",
                    "fee_minor",
                    "fee_currency",
                    "place",
                    "venue",
                    "id",
                ],
                condition=Q(cancelled_at=None),
                name="classes_to_find",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Session(models.Model):
    """One meeting of a class, with its own mode and room or link.

    Personal data: who teaches; kept with the class.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: classes_session_numbered_once begins with it.
    course_class = models.ForeignKey(
        CourseClass, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=[(m.value, m.name) for m in Mode])
    room = models.ForeignKey(
        "organizations.Room", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The room it should be in and another class has: to be settled at the desk. No index of its
    # own: classes_rooms_to_settle has the few.
    wanted_room = models.ForeignKey(
        "organizations.Room", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Shown to members and staff only.
    link = models.URLField(default="", blank=True)
    instructor = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True)
    # How often when, where or whether it is held was changed, and when last: what calendars go by.
    # Kept by the database alone (trigger classes_session_revised), whoever writes.
    revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    revised_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course_class", "number"], name="classes_session_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="classes_session_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.BLENDED) & (Q(mode=Mode.IN_PERSON) | Q(room=None)),
                name="classes_online_session_has_no_room",
            ),
            models.CheckConstraint(
                condition=Q(wanted_room=None) | Q(room=None, mode=Mode.IN_PERSON),
                name="classes_wants_a_room_or_has_one",
            ),
            ExclusionConstraint(
                name="classes_room_booked_once",
                expressions=[
                    # The room first: on 60,000 meetings writing took a third of the time.
                    ("room", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None, room__isnull=False),
            ),
            ExclusionConstraint(
                name="classes_instructor_booked_once",
                expressions=[
                    ("instructor", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None, instructor__isnull=False),
            ),
        ]
        indexes = [
            # Serves 'tonight': what begins between two moments.
            models.Index(
                fields=["starts_at"], condition=Q(cancelled_at=None), name="classes_tonight"
            ),
            # Serves the desk's list of rooms to settle: few of all meetings.
            models.Index(
                fields=["starts_at"],
                condition=Q(wanted_room__isnull=False, cancelled_at=None),
                name="classes_rooms_to_settle",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.number} of {self.course_class_id}"


class BulkAct(models.Model):
    """Something that was done to many classes at once, so that it can be looked at and undone.

    Personal data: who did it; kept until the person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in BulkKind])
    by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # A class each: its key, whether it was done, what is said, how many were told, what was before.
    lines = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None) | (Q(undone_at__gte=F("at")) & ~Q(kind="cancel")),
                name="classes_undone_afterwards",
            ),
        ]

    def __str__(self) -> str:
        return f"bulk act {self.pk}"


class Enrolment(models.Model):
    """An application for a place in a class and what became of it. Never deleted.

    Personal data: who learns what; kept until the person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Unique by a constraint, which has one index; "unique" would add another for LIKE.
    receipt = models.CharField(max_length=12)
    course_class = models.ForeignKey(
        CourseClass, on_delete=models.PROTECT, related_name="enrolments", db_index=False
    )
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in State])
    # Order of the waiting list, ties by id.
    applied_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*State]), name="classes_state_known"),
            models.UniqueConstraint(fields=["receipt"], name="classes_receipt_given_once"),
            models.UniqueConstraint(
                fields=["course_class", "person"],
                condition=~Q(state=State.WITHDRAWN),
                name="classes_one_place_per_person",
            ),
        ]
        indexes = [
            # Serves roster and waiting list: by state, oldest application first, ties by id.
            models.Index(
                fields=["course_class", "state", "applied_at", "id"], name="classes_roster"
            ),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"

    def as_value(self, position: int | None = None) -> EnrolmentValue:
        """The only shape in which an enrolment leaves this room."""
        return EnrolmentValue(
            self.id,
            self.receipt,
            self.course_class_id,
            self.person_id,
            State(self.state),
            self.applied_at,
            position,
        )


class CalendarAddress(models.Model):
    """The secret address under which a person's calendar asks for their classes. Deleted when taken
    back: from then on the address leads nowhere.

    Personal data: that a person has one, and since when; of the secret only a digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar address {self.pk}"
