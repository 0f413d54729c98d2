"""Tables of households. Private: other rooms go through services and queries."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from learncity.kernel.ids import uuid7
from learncity.kernel.ranges import DateRange
from learncity.kernel.texts import TranslatedField

from .rules import LONGEST
from .types import Answer, Deed, End, Kind, MandateKind, Purpose


class Relation(models.Model):
    """A word for what somebody is to somebody, in the city's languages.

    Personal data: none.
    """

    key = models.SlugField(primary_key=True, max_length=40)
    name = TranslatedField()
    order = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class Household(models.Model):
    """People who belong together: a household, a family, a clan. Never deleted.

    Personal data: the name of a family and where it lives; kept, to be deleted five years after
    the last member has left.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Set only for households of a blueprint, which names them by it.
    key = models.SlugField(max_length=80, unique=True, null=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in Kind])
    name = models.CharField(max_length=120)
    place = models.ForeignKey("places.Place", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*Kind]), name="households_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="households_have_a_name"),
            # Serves households_membership_of_its_kind, a key of the migration.
            models.UniqueConstraint(fields=["id", "kind"], name="households_kind_of_id"),
        ]

    def __str__(self) -> str:
        return f"household {self.pk}"


class Membership(models.Model):
    """A person belongs to a household from one day until, and without, another. Never deleted.

    Personal data: who lives with whom and what they are to each other; kept, to be deleted five
    years after the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: households_member_once begins with it.
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="members", db_index=False
    )
    # The household's own, so that a constraint can tell one kind from another.
    kind = models.CharField(max_length=10)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    relation = models.ForeignKey(Relation, null=True, on_delete=models.PROTECT, related_name="+")
    relation_to = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_head = models.BooleanField(default=False)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="households_leaves_after_joining",
            ),
            ExclusionConstraint(
                name="households_one_household_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=Kind.HOUSEHOLD),
            ),
            ExclusionConstraint(
                name="households_member_once",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(is_head=True, until=None),
                name="households_one_head",
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"


class Invitation(models.Model):
    """Somebody is asked to join a household; only their own answer makes them a member.

    Personal data: the invited person, or the address the inviter wrote, which goes with the answer
    or after 30 days.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    inviter = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    phone = models.CharField(max_length=20, null=True)
    email = models.EmailField(null=True)
    label = models.CharField(max_length=254, default="", blank=True)
    relation = models.ForeignKey(
        Relation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()
    until = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="")
                | Q(answered_at__isnull=False, answer__in=[*Answer]),
                name="households_invitation_answered_in_full",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False, phone=None, email=None)
                | Q(answered_at=None, person__isnull=False, phone=None, email=None)
                | Q(answered_at=None, person=None, phone__isnull=False, email=None)
                | Q(answered_at=None, person=None, phone=None, email__isnull=False),
                name="households_invitation_to_one_address",
            ),
            models.UniqueConstraint(
                fields=["household", "person"],
                condition=Q(answered_at=None),
                name="households_person_invited_once",
            ),
            models.UniqueConstraint(
                fields=["household", "phone"],
                condition=Q(answered_at=None),
                name="households_phone_invited_once",
            ),
            models.UniqueConstraint(
                fields=["household", "email"],
                condition=Q(answered_at=None),
                name="households_email_invited_once",
            ),
        ]
        indexes = [
            # Serve 'is somebody asking for me', on the page of each person who signed in.
            models.Index(
                fields=["phone"],
                condition=Q(answered_at=None, phone__isnull=False),
                name="households_invited_phone",
            ),
            models.Index(
                fields=["email"],
                condition=Q(answered_at=None, email__isnull=False),
                name="households_invited_email",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Mandate(models.Model):
    """Somebody may act for another, for purposes, until and without a day. Never deleted.

    Personal data: who acts for whom and which paper was seen; an address the principal wrote, until
    it is answered. Kept, to be deleted five years after the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in MandateKind])
    principal = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    # Unknown while it is offered to an address of nobody.
    delegate = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    phone = models.CharField(max_length=20, null=True)
    email = models.EmailField(null=True)
    label = models.CharField(max_length=254, default="", blank=True)
    purposes = ArrayField(models.CharField(max_length=10))
    since = models.DateField()
    until = models.DateField()
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12, default="", blank=True)
    # The officer who saw the paper; nobody when the two made it out between themselves.
    registered_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    paper = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[*MandateKind]), name="households_mandate_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(principal=F("delegate")),
                name="households_nobody_is_their_own_delegate",
            ),
            models.CheckConstraint(
                condition=Q(purposes__contained_by=[*Purpose]) & Q(purposes__len__gte=1),
                name="households_purposes_known",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="households_mandate_ends"
            ),
            models.CheckConstraint(
                condition=Q(kind=MandateKind.GUARDIAN) | Q(until__lte=F("since") + LONGEST),
                name="households_delegate_for_a_year_at_most",
            ),
            models.CheckConstraint(
                condition=Q(kind=MandateKind.DELEGATE)
                | Q(registered_by__isnull=False) & ~Q(paper=""),
                name="households_guardian_confirmed_at_the_desk",
            ),
            models.CheckConstraint(
                condition=~Q(registered_by=F("delegate")) & ~Q(registered_by=F("principal")),
                name="households_officer_registers_others",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(delegate__isnull=False, phone=None, email=None),
                name="households_delegate_accepts_in_person",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False, phone=None, email=None)
                | Q(ended_at=None, delegate__isnull=False, phone=None, email=None)
                | Q(ended_at=None, delegate=None, phone__isnull=False, email=None)
                | Q(ended_at=None, delegate=None, phone=None, email__isnull=False),
                name="households_offer_to_one_address",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False, end__in=[*End]),
                name="households_mandate_ends_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["principal", "delegate"],
                condition=Q(ended_at=None),
                name="households_one_mandate_between_two",
            ),
            models.UniqueConstraint(
                fields=["principal", "phone"],
                condition=Q(ended_at=None),
                name="households_one_offer_to_a_phone",
            ),
            models.UniqueConstraint(
                fields=["principal", "email"],
                condition=Q(ended_at=None),
                name="households_one_offer_to_an_email",
            ),
        ]
        indexes = [
            # Serve 'is somebody asking for me'.
            models.Index(
                fields=["phone"],
                condition=Q(ended_at=None, phone__isnull=False),
                name="households_offered_phone",
            ),
            models.Index(
                fields=["email"],
                condition=Q(ended_at=None, email__isnull=False),
                name="households_offered_email",
            ),
            # Serves the nightly job: mandates whose day has come.
            models.Index(
                fields=["until"], condition=Q(ended_at=None), name="households_mandates_to_end"
            ),
        ]

    def __str__(self) -> str:
        return f"mandate {self.pk}"


class Act(models.Model):
    """Something that was done for another under a mandate. Append-only.

    Personal data: who did what for whom; kept, to be deleted five years after the mandate's end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: households_acts_of_mandate begins with it.
    mandate = models.ForeignKey(
        Mandate, on_delete=models.PROTECT, related_name="acts", db_index=False
    )
    deed = models.CharField(max_length=16)
    at = models.DateTimeField()
    on = models.DateField()
    via = models.CharField(max_length=10)
    # What it was about, as the principal reads it, and its receipt if there is one.
    title = TranslatedField(blank=True)
    reference = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(deed__in=[*Deed]), name="households_deed_known"),
            models.UniqueConstraint(
                fields=["mandate", "on"],
                condition=Q(deed=Deed.READ_MESSAGES),
                name="households_look_noted_once_a_day",
            ),
        ]
        indexes = [
            # Serves 'what others did for me', newest first.
            models.Index(fields=["mandate", "-at", "-id"], name="households_acts_of_mandate"),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.pk}"


class Dispute(models.Model):
    """'This was not me': an act that its principal disputes, and what the office decided.

    Personal data: what the principal says and why it was decided so; kept as long as the act.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    act = models.OneToOneField(Act, on_delete=models.PROTECT, related_name="dispute")
    words = models.CharField(max_length=1000, default="", blank=True)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_upheld = models.BooleanField(null=True)
    note = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None, is_upheld=None, note="")
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, is_upheld__isnull=False)
                & ~Q(note=""),
                name="households_dispute_decided_in_full",
            ),
        ]
        indexes = [
            # Serves the worklist: what is open, oldest first.
            models.Index(
                fields=["opened_at", "id"],
                condition=Q(resolved_at=None),
                name="households_open_disputes",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"
