"""Tables of security. Private: the shells go through queries and services."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from learncity.kernel.ids import uuid7

from .types import LONGEST_VISIT, LinkValue, PasskeyValue, Visit, Way


class BrowserSession(AbstractBaseSession):
    """A session of a browser, and whose it is.

    Personal data: whose, which kind of browser, when it was made and last used, to the hour; no
    address of a machine. Goes when it ends, and is in no backup.
    """

    # What the page names it by: the key itself is all a thief needs.
    id = models.UUIDField(default=uuid7, editable=False, unique=True)
    account = models.ForeignKey(
        "people.Account", null=True, on_delete=models.CASCADE, related_name="+"
    )
    browser = models.CharField(max_length=60, default="")
    since = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "security_session"

    def __str__(self) -> str:
        return f"session {self.id}"


class AuthenticatorApp(models.Model):
    """The secret that an account shares with an app that shows codes (TOTP, RFC 6238).

    Personal data: the secret, sealed with the key of the installation; goes when it is removed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.OneToOneField("people.Account", on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"authenticator app {self.pk}"


class UsedStep(models.Model):
    """A code of an app that was used: the constraint refuses it a second time. Kept one day.

    Personal data: when somebody showed a second factor, to the half minute.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    app = models.ForeignKey(AuthenticatorApp, on_delete=models.CASCADE, related_name="+")
    # Half minutes since 1970, as the codes are counted.
    step = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "step"], name="security_code_used_once")
        ]

    def __str__(self) -> str:
        return f"step {self.step}"


class RecoveryCode(models.Model):
    """A code to write down for the day the phone is lost. Only its hash is kept.

    Personal data: whether and when it was used; goes when new ones are made.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("people.Account", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class Passkey(models.Model):
    """The public half of a passkey (WebAuthn).

    Personal data: the person's own label, the public key; goes when it is removed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("people.Account", on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=60)
    # The credential's id, and the data the library reads its key from.
    credential_id = models.BinaryField(unique=True)
    credential = models.BinaryField()
    # How often it signed, as it says; 0 for those that do not count.
    signed = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"passkey {self.pk}"

    def as_value(self) -> PasskeyValue:
        """Without its key."""
        return PasskeyValue(self.id, self.label, self.created_at, self.used_at)


class Link(models.Model):
    """Somebody's account elsewhere opens their account here.

    Personal data: who they are at the other provider; goes when it is removed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("people.Account", on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=10, choices=[(w.value, w.name) for w in Way])
    subject = models.CharField(max_length=500)
    linked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["way", "subject"], name="security_subject_opens_one_account"
            ),
            models.UniqueConstraint(
                fields=["account", "way"], name="security_account_linked_once_per_way"
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"

    def as_value(self) -> LinkValue:
        """Without the subject."""
        return LinkValue(self.id, Way(self.way), self.linked_at)


class SupportVisit(models.Model):
    """An operator looks at the site as a person. Never deleted while the person is known.

    Personal data: who looked as whom, when, and why; kept, to be deleted after five years.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operator = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("began_at"), ends_at__lte=F("began_at") + LONGEST_VISIT),
                name="security_visit_is_short",
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S.*\S"),
                name="security_visit_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(operator=F("person")), name="security_visit_is_to_somebody_else"
            ),
            models.UniqueConstraint(
                fields=["operator"],
                condition=Q(ended_at=None),
                name="security_one_visit_at_a_time",
            ),
        ]
        indexes = [
            # Serves the person's own list of who looked.
            models.Index(fields=["person", "-began_at"], name="security_visits_to"),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"

    def as_value(self) -> Visit:
        """The only shape in which a visit leaves this room."""
        return Visit(
            self.id,
            self.operator_id,
            self.person_id,
            self.reason,
            self.began_at,
            self.ends_at,
            self.ended_at,
        )
