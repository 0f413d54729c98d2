"""Tables of the catalogue. Private: other rooms go through queries and services."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from learncity.kernel.dated import in_order
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import Text, TranslatedField

from .subjects import Skill as Skill
from .subjects import Subject as Subject
from .subjects import SubjectName as SubjectName
from .traits import COURSE_TRAITS
from .types import (
    Audience,
    Category,
    CourseMode,
    CourseState,
    CourseValue,
    CreditUnit,
    EditionState,
    Level,
    Material,
    MaterialKind,
    PartnerRole,
    Payer,
    Support,
)

WEEK = 7 * 24 * 60
_STATES = [CourseState.DRAFT, CourseState.PUBLISHED, CourseState.WITHDRAWN]


def _not_negative(field: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{field: None}) | Q(**{f"{field}__gte": 0}),
        name=f"catalogue_{field}_not_negative",
    )


class Course(models.Model):
    """Something that is taught, again and again; each run of it is a class. Ended, never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    provider = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    category = models.CharField(max_length=24, choices=[(c.value, c.name) for c in Category])
    title = TranslatedField()
    summary = TranslatedField(blank=True)
    needs = TranslatedField(blank=True)
    level = models.CharField(
        max_length=10, choices=[(v.value, v.name) for v in Level], default=Level.BEGINNER
    )
    audiences = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    taught_in = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    subject = models.ForeignKey(Subject, null=True, on_delete=models.PROTECT, related_name="+")
    skills = models.ManyToManyField(Skill, related_name="+")
    # Goals of sustainable development, 1 to 17.
    sdgs = ArrayField(models.PositiveSmallIntegerField(), default=list, db_default=[], blank=True)
    mode = models.CharField(
        max_length=10, default="", db_default="", blank=True,
        choices=[(m.value, m.name) for m in CourseMode],
    )  # fmt: skip
    # Minutes of learning, with what is done at home; unknown: none.
    effort_weekly = models.PositiveIntegerField(null=True)
    effort_total = models.PositiveIntegerField(null=True)
    # Hundredths of the unit.
    credits = models.PositiveIntegerField(null=True)
    credit_unit = models.CharField(
        max_length=10, default="", db_default="", blank=True,
        choices=[(u.value, u.name) for u in CreditUnit],
    )  # fmt: skip
    # Who pays how much for one learner, in the smallest part of the currency; unknown: none.
    learner_pays = models.BigIntegerField(null=True)
    union_pays = models.BigIntegerField(null=True)
    city_pays = models.BigIntegerField(null=True)
    employer_pays = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY", db_default="CNY")
    access = ArrayField(models.CharField(max_length=20), default=list, db_default=[], blank=True)
    # Each: title (Text), kind, link, licence.
    materials = models.JSONField(default=list, db_default=[], blank=True)
    # What a file of the city writes is published; what a provider begins is a draft.
    state = models.CharField(
        max_length=10,
        default=CourseState.PUBLISHED,
        db_default=CourseState.PUBLISHED,
        choices=[(s.value, s.name) for s in _STATES],
    )
    # Its provider is suspended; kept by services.
    is_held = models.BooleanField(default=False, db_default=False)
    # Category, level and audiences as bits, by which lists are counted; see traits.
    traits = models.GeneratedField(
        expression=Func(template=COURSE_TRAITS, output_field=models.BigIntegerField()),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(db_default=Now())
    # When anything of the row but ``search`` last became different; kept by the database alone
    # (trigger catalogue_course_changed), whoever writes.
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)
    # The one rule of what the public sees, kept by the database.
    is_shown = models.GeneratedField(
        expression=Q(state=CourseState.PUBLISHED, ended_at=None, is_held=False),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=[*Category]), name="catalogue_category_known"
            ),
            models.CheckConstraint(condition=Q(state__in=_STATES), name="catalogue_state_known"),
            models.CheckConstraint(
                condition=Q(mode__in=["", *CourseMode]), name="catalogue_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(sdgs__contained_by=[*range(1, 18)]), name="catalogue_sdgs_known"
            ),
            models.CheckConstraint(
                condition=(Q(effort_weekly=None) | Q(effort_weekly__range=(1, WEEK)))
                & (Q(effort_total=None) | Q(effort_total__gte=1))
                & (
                    Q(effort_weekly=None)
                    | Q(effort_total=None)
                    | Q(effort_total__gte=F("effort_weekly"))
                ),
                name="catalogue_effort_can_be",
            ),
            models.CheckConstraint(
                condition=Q(credits=None, credit_unit="")
                | Q(credits__gte=1, credit_unit__in=[*CreditUnit]),
                name="catalogue_credits_have_a_unit",
            ),
            *(_not_negative(f"{payer.slug}_pays") for payer in Payer),
        ]
        indexes = [
            # Serves a category's list, newest first, and the counts a category.
            models.Index(
                fields=["category", "-id"], condition=Q(is_shown=True), name="catalogue_shown"
            ),
            # Serves lists narrowed and counted: an index alone answers for every course.
            models.Index(
                fields=["id"],
                include=["traits"],
                condition=Q(is_shown=True),
                name="catalogue_traits",
            ),
            # Serves the number of matches, from which the hidden are left out.
            models.Index(fields=["id"], condition=Q(is_shown=False), name="catalogue_hidden"),
            # Serves a provider's list, newest first.
            models.Index(fields=["provider", "-id"], name="catalogue_of_provider"),
            # Serves harvesting: what changed since, in the order of its change.
            models.Index(fields=["changed_at", "id"], name="catalogue_course_by_change"),
        ]

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> CourseValue:
        """The only shape in which a course leaves this room; needs provider and subject."""
        return CourseValue(
            self.id,
            self.key,
            Category(self.category),
            self.title,
            self.summary,
            self.needs,
            Level(self.level),
            tuple(Audience(a) for a in self.audiences),
            tuple(self.taught_in),
            self.provider_id,
            self.provider.key,
            self.provider.name,
            self.subject.as_value() if self.subject else None,
            tuple(self.sdgs),
            CourseMode(self.mode) if self.mode else None,
            self.effort_weekly,
            self.effort_total,
            self.credits,
            CreditUnit(self.credit_unit) if self.credit_unit else None,
            {
                payer: amount
                for payer in Payer
                if (amount := getattr(self, f"{payer.slug}_pays")) is not None
            },
            self.currency,
            tuple(Support(a) for a in self.access),
            tuple(material(m) for m in self.materials),
            CourseState(self.state),
            self.is_shown,
        )


def material(said: dict[str, Any]) -> Material:
    """A material as it stands in the column."""
    return Material(Text(said["title"]), MaterialKind(said["kind"]), said["link"], said["licence"])


class Programme(models.Model):
    """Courses of several institutions that lead somewhere together. Ended, never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    title = TranslatedField()
    summary = TranslatedField(blank=True)
    audiences = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    subjects = models.ManyToManyField(Subject, related_name="+")
    mode = models.CharField(
        max_length=10, default="", blank=True, choices=[(m.value, m.name) for m in CourseMode]
    )
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            in_order("catalogue_programme_in_order"),
            models.CheckConstraint(
                condition=Q(mode__in=["", *CourseMode]), name="catalogue_programme_mode_known"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ProgrammePartner(models.Model):
    """An institution of a programme, and as what.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="partners", db_index=False
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=10, choices=[(r.value, r.name) for r in PartnerRole])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "organization"], name="catalogue_partner_once"
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(role=PartnerRole.LEAD),
                name="catalogue_one_lead_of_a_programme",
            ),
        ]

    def __str__(self) -> str:
        return f"partner {self.pk}"


class ProgrammeCourse(models.Model):
    """A course of a programme, in its order.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="courses", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    is_needed = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "course"], name="catalogue_course_once_in_a_programme"
            ),
            models.UniqueConstraint(
                fields=["programme", "number"], name="catalogue_one_course_at_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"course {self.number} of {self.programme_id}"


class Edition(models.Model):
    """What a provider wants a course to say: written, sent in, returned or published.

    The course itself changes only when an edition of it is published, so that what the public
    reads was reviewed. ``stated`` is what the blueprint would state of the course, ``base`` what it
    stated when this was begun: by it one sees what changed meanwhile (``merging``).

    Personal data: who wrote, sent in and decided it; seen by the provider's staff and the city's
    office; kept as long as the course.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="editions")
    state = models.CharField(
        max_length=10,
        default=EditionState.DRAFT,
        choices=[(s.value, s.name) for s in EditionState],
    )
    stated = models.JSONField()
    base = models.JSONField(null=True)
    edited_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=~Q(state=EditionState.PUBLISHED),
                name="catalogue_one_open_edition",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (
                    (Q(submitted_by=None) | ~Q(decided_by=F("submitted_by")))
                    & (Q(edited_by=None) | ~Q(decided_by=F("edited_by")))
                ),
                name="catalogue_reviewed_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(state=EditionState.DRAFT, submitted_at=None, decided_at=None)
                | Q(state=EditionState.IN_REVIEW, submitted_at__isnull=False, decided_at=None)
                | Q(
                    state__in=[EditionState.RETURNED, EditionState.PUBLISHED],
                    submitted_at__isnull=False,
                    decided_at__isnull=False,
                ),
                name="catalogue_edition_step_by_step",
            ),
            models.CheckConstraint(
                condition=~Q(state=EditionState.RETURNED) | ~Q(reason=""),
                name="catalogue_returned_with_a_reason",
            ),
        ]
        indexes = [
            # Serves the queue of the city's office, the oldest first.
            models.Index(
                fields=["submitted_at"],
                condition=Q(state=EditionState.IN_REVIEW),
                name="catalogue_to_review",
            ),
        ]

    def __str__(self) -> str:
        return f"edition {self.pk}"


from .index_models import Bits, Entry, Mean, Meaning, Word  # noqa: E402, F401 - Django looks for them here
