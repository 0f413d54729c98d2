"""Tables of committees: terms of office and members."""

from django.db import models
from django.db.models import Q

from learncity.apps.organizations.types import MemberValue, Post, TermValue
from learncity.kernel.dated import in_order, once_a_day
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import TranslatedField

from .register import Organization


class Committee(models.Model):
    """A board or committee of an organization. Never deleted.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = TranslatedField()
    is_public = models.BooleanField(default=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class TermOfOffice(models.Model):
    """For how long a committee is elected: to before ``until``.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    committee = models.ForeignKey(
        Committee, on_delete=models.PROTECT, related_name="terms", db_index=False
    )
    since = models.DateField()
    until = models.DateField()

    class Meta:
        constraints = [
            once_a_day("organizations_one_term_at_a_time", "committee"),
            in_order("organizations_term_in_order"),
        ]

    def __str__(self) -> str:
        return f"term {self.pk}"

    def as_value(self) -> TermValue:
        """The only shape in which a term leaves this room."""
        return TermValue(self.id, self.since, self.until)


class Member(models.Model):
    """Somebody in a committee, from when to before when: a person of the city, or only a name.

    Personal data: names and posts, shown while in office if the committee is public; kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=120, default="", blank=True)
    post = models.CharField(max_length=10, choices=[(p.value, p.name) for p in Post])
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            once_a_day(
                "organizations_one_chair_at_a_time", "committee", condition=Q(post=Post.CHAIR)
            ),
            once_a_day(
                "organizations_in_a_committee_once",
                "committee",
                "person",
                condition=Q(person__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, name="") | (Q(person=None) & ~Q(name="")),
                name="organizations_member_is_somebody",
            ),
            in_order("organizations_member_in_order"),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"

    def as_value(self, name: str) -> MemberValue:
        """The only shape in which a member leaves this room."""
        return MemberValue(self.id, name, self.person_id, Post(self.post), self.since, self.until)
