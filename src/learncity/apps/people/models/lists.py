"""Tables of lists of people that others keep and send: which row is whom, and who looks alike."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from learncity.apps.people.types import Alike, DuplicateBy
from learncity.kernel.ids import uuid7
from learncity.kernel.sealing import Wrapped

from .persons import Person


class PeopleList(models.Model):
    """A list of people that somebody keeps elsewhere and sends again, such as a union's.

    It has a secret of its own, sealed like people's numbers, with which the numbers that the list
    gives its rows are hashed: they are not kept, and may be numbers of identity.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    # The name without case and width, by which the same list is known again.
    folded = models.CharField(max_length=80, unique=True)
    key_id = models.CharField(max_length=8)
    box = models.BinaryField()
    secret = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(folded=""), name="people_list_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"list {self.pk}"

    def as_wrapped(self) -> Wrapped:
        """Its key as ``kernel.sealing`` takes it."""
        return Wrapped(self.key_id, bytes(self.box))


class Listed(models.Model):
    """That a row of a list is this person, so that the same list again finds them.

    Stays when the person is erased, without a number or a name: a list that is sent again must not
    bring them back.

    Personal data: that a list has the person, as hashes that nobody can read; who imported it. Kept
    under the pseudonym of whoever is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: people_listed_once begins with it.
    people_list = models.ForeignKey(
        PeopleList, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Keyed hash of the number that the list gives the row.
    claim = models.BinaryField()
    # Keyed hash of everything the row last said: a row that says the same changes nothing.
    said = models.BinaryField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Whether the list made the person: only then may it add addresses to them. Of rows from before
    # this was kept nobody knows, and they add none.
    is_maker = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    via = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["people_list", "claim"], name="people_listed_once"),
        ]

    def __str__(self) -> str:
        return f"listed {self.pk}"


class Resemblance(models.Model):
    """That a list, or a sign-in, brought somebody who may be there already; the office compares.

    Personal data: that two records may be one person; deleted when either is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: people_resemblance_once begins with it.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=10, choices=[(d.value, d.name) for d in DuplicateBy])
    # None: whoever proved an address of the other did not know their year of birth.
    people_list = models.ForeignKey(
        PeopleList, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "other"], name="people_resemblance_once"),
            models.CheckConstraint(
                condition=~Q(person=F("other")), name="people_resemblance_of_two"
            ),
        ]

    def __str__(self) -> str:
        return f"resemblance {self.pk}"

    def as_value(self) -> Alike:
        """The only shape in which it leaves this room."""
        return Alike(self.person_id, self.other_id, DuplicateBy(self.by), self.at)
