"""Tables of people. Private: other rooms go through queries and services."""

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from learncity.kernel.ids import uuid7
from learncity.kernel.texts import LANGUAGES

from .types import Addresses, PersonValue


class Person(models.Model):
    """Somebody who learns, teaches or serves, with or without an account.

    Personal data: name, year of birth, home region, language; kept until the person is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Set only for people of a blueprint, which names them by it.
    key = models.SlugField(max_length=80, unique=True, null=True)
    name = models.CharField(max_length=120, default="", blank=True)
    # kernel.words.sort_key of the name, kept by services.
    name_order = models.BinaryField(default=b"")
    language = models.CharField(max_length=10, default="zh-Hans")
    home = models.ForeignKey("places.Place", null=True, on_delete=models.PROTECT, related_name="+")
    born = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", key=None, home=None, born=None),
                name="people_erased_is_blank",
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="people_language_known"
            ),
            models.CheckConstraint(
                condition=Q(born=None) | Q(born__range=(1900, 2100)), name="people_birth_year_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

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
