"""Tables of people. Private: other rooms go through queries and services."""

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import MD5, Lower, Now

from learncity.apps.people.types import (
    Addresses,
    Document,
    GroupValue,
    MembershipValue,
    MergeReason,
    MergeValue,
    PersonValue,
    ResidenceValue,
    SeenValue,
)
from learncity.kernel.ids import uuid7
from learncity.kernel.ranges import DateRange, TsTzRange
from learncity.kernel.texts import LANGUAGES, TranslatedField
from learncity.kernel.words import name_words, sort_key

from .merging import MERGED_BY_SOMEBODY_ELSE


class Words(Func):
    """Words with a space between, as a vector that is searched; no parser cuts them again."""

    template = "array_to_tsvector(string_to_array(%(expressions)s, ' '))"


class Person(models.Model):
    """Somebody who learns, teaches or serves, with or without an account.

    Personal data: name, year of birth, home region, home town, language; kept until the person is
    erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Set only for people of a blueprint, which names them by it.
    key = models.SlugField(max_length=80, unique=True, null=True)
    name = models.CharField(max_length=120, default="", blank=True)
    # kernel.words.sort_key of the name, kept by services.
    name_order = models.BinaryField(default=b"")
    # kernel.words.name_words of the name: by which it is searched, and by which two are the same.
    name_words = models.TextField(default="", db_default="", blank=True)
    language = models.CharField(max_length=10, default="zh-Hans")
    # Where they live now: the residence that has no end. Kept by services alone.
    home = models.ForeignKey("places.Place", null=True, on_delete=models.PROTECT, related_name="+")
    # Where they come from, in their own words: mostly a place outside this city.
    hometown = models.CharField(max_length=80, default="", db_default="", blank=True)
    born = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(name="", key=None, home=None, born=None, hometown=""),
                name="people_erased_is_blank",
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="people_language_known"
            ),
            models.CheckConstraint(
                condition=Q(born=None) | Q(born__range=(1900, 2100)), name="people_birth_year_sane"
            ),
        ]
        indexes = [
            # Serves the office's list: by name, ties by id.
            models.Index(fields=["name_order", "id"], name="people_by_name"),
            # Serves the office's search.
            GinIndex(Words(F("name_words")), name="people_name_search"),
            # Serves 'is this the same person': equal names and years. Names alone are too common
            # in a city of a million, and too long for an ordinary index.
            models.Index(MD5("name_words"), "born", name="people_same_name_and_year"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    def call(self, name: str) -> None:
        """Set the name with what is worked out from it."""
        self.name, self.name_order, self.name_words = name, sort_key(name), name_words(name)

    def as_value(self) -> PersonValue:
        """The only shape in which a person leaves this room."""
        return PersonValue(self.id, self.name, self.language, self.home_id)


# What no password hashes to: people sign in by code, and Django's column stays unusable.
NO_PASSWORD = "!"  # noqa: S105 - it is none


class Account(AbstractBaseUser):
    """How a person signs in: by a code sent to a phone number or an e-mail address.

    Made when a code is first asked for; gone after a day when no code was ever entered.

    Personal data: phone number, e-mail address; kept until the person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=20, null=True, unique=True)
    email = models.EmailField(null=True)
    # When a code first came back: until then nobody has shown that the address is theirs.
    verified_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(db_default=Now())
    is_active = models.BooleanField(default=True)

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    USERNAME_FIELD = "id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="people_one_account_per_email"),
            models.CheckConstraint(
                condition=~Q(phone=None, email=None), name="people_account_has_an_address"
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"

    def addresses(self) -> Addresses:
        """Where the person can be reached."""
        return Addresses(self.phone, self.email)


class Token(models.Model):
    """A key with which a person's own program calls the API. Only its hash is kept.

    Personal data: the person's own label; kept until they revoke it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token {self.pk}"


class Merge(models.Model):
    """That ``other`` is the same person as ``kept``. Nothing moves: who reads resolves it.

    Ended, never deleted, by un-merging. The migration adds a trigger, ``people_no_merge_cycle``.
    Personal data: that two records are one person; kept until the person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=20, choices=[(r.value, r.name) for r in MergeReason])
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            # Its index serves the way up, from whoever reads to the record that is kept.
            models.UniqueConstraint(
                fields=["other"], condition=Q(ended_at=None), name="people_one_living_merge"
            ),
            models.CheckConstraint(condition=~Q(kept=F("other")), name="people_merge_of_two"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("at")),
                name="people_merge_ends_after_it_began",
            ),
            MERGED_BY_SOMEBODY_ELSE,
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"

    def as_value(self) -> MergeValue:
        """The only shape in which a merge leaves this room."""
        return MergeValue(self.id, self.kept_id, self.other_id, MergeReason(self.reason), self.at)


class Group(models.Model):
    """A kind of learner, as a city's file states it. Ended, never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = TranslatedField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key

    def as_value(self) -> GroupValue:
        """The only shape in which a group leaves this room."""
        return GroupValue(self.id, self.key, self.name)


class Membership(models.Model):
    """That a person belongs to a group, from a day, included, to a day, excluded.

    Personal data: what a person is by their work, age or origin, and who said so; kept until the
    person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)
    stated_by_id = models.UUIDField(null=True)
    stated_via = models.CharField(max_length=10)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="people_in_a_group_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            # A day at least: what was stated by mistake and taken back the same day is deleted.
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="people_membership_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"

    def as_value(self) -> MembershipValue:
        """The only shape in which a membership leaves this room; its group was read with it."""
        return MembershipValue(
            self.id,
            self.group.as_value(),
            self.since,
            self.until,
            self.stated_by_id == self.person_id,
        )


class Residence(models.Model):
    """Where a person lived, from a moment, included, to a moment, excluded.

    Personal data: home regions of a person over time; kept until the person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    stated_by_id = models.UUIDField(null=True)
    stated_via = models.CharField(max_length=10)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="people_one_residence_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (TsTzRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="people_residence_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"residence {self.pk}"

    def as_value(self) -> ResidenceValue:
        """The only shape in which a residence leaves this room."""
        return ResidenceValue(self.place_id, self.since, self.until)


class SeenInPerson(models.Model):
    """Staff saw the person at a desk with a document that shows who they are; an operator notes it.

    Personal data: who was seen, by whom, with which kind of document, never its number; kept until
    the person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    document = models.CharField(max_length=20, choices=[(d.value, d.name) for d in Document])
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at=None), name="people_seen_once"
            ),
            models.CheckConstraint(
                condition=~Q(by=F("person")), name="people_seen_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(document__in=[d.value for d in Document]),
                name="people_document_known",
            ),
        ]

    def __str__(self) -> str:
        return f"seen {self.pk}"

    def as_value(self) -> SeenValue:
        """The only shape in which it leaves this room."""
        return SeenValue(self.id, self.person_id, Document(self.document), self.at, self.by_id)
