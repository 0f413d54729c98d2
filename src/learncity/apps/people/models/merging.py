"""Tables and rules of records that are joined: what is proposed, and what the database refuses."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from learncity.apps.people.types import MergeReason, Outcome, ProposalValue
from learncity.kernel.ids import uuid7

# Whoever has a record does not decide what it is joined with.
MERGED_BY_SOMEBODY_ELSE = models.CheckConstraint(
    condition=~(
        Q(by_id=F("kept"))
        | Q(by_id=F("other"))
        | Q(ended_by_id=F("kept"))
        | Q(ended_by_id=F("other"))
    ),
    name="people_merged_by_somebody_else",
)


class MergeProposal(models.Model):
    """That somebody of the office holds two records that both sign in for one person.

    Nothing is merged until somebody else confirms it; it lapses on its own.
    Personal data: that two records may be one person, and who said so; deleted when either is
    erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kept = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=[(r.value, r.name) for r in MergeReason])
    at = models.DateTimeField()
    by_id = models.UUIDField()
    # The first moment at which nobody can answer it any more.
    until = models.DateTimeField()
    outcome = models.CharField(
        max_length=10, choices=[(o.value, o.name) for o in Outcome], null=True
    )
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            # Two records, whichever is to be kept, are proposed once at a time.
            models.UniqueConstraint(
                Least("kept", "other"), Greatest("kept", "other"), condition=Q(outcome=None),
                name="people_proposed_once",
            ),
            models.CheckConstraint(condition=~Q(kept=F("other")), name="people_proposal_of_two"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.CONFIRMED.value, answered_by_id=F("by_id")),
                name="people_confirmed_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~(
                    Q(by_id=F("kept"))
                    | Q(by_id=F("other"))
                    | Q(answered_by_id=F("kept"))
                    | Q(answered_by_id=F("other"))
                ),
                name="people_proposed_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(outcome=None, answered_at=None, answered_by_id=None)
                | Q(
                    outcome__isnull=False,
                    outcome=Outcome.LAPSED.value,
                    answered_at__isnull=False,
                    answered_by_id=None,
                )
                | Q(
                    outcome__isnull=False,
                    outcome__in=[Outcome.CONFIRMED.value, Outcome.REFUSED.value],
                    answered_at__isnull=False,
                    answered_by_id__isnull=False,
                ),
                name="people_proposal_answered_in_full",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="people_proposal_has_time"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"merge proposal {self.pk}"

    def as_value(self) -> ProposalValue:
        """The only shape in which it leaves this room."""
        return ProposalValue(
            self.id, self.kept_id, self.other_id, MergeReason(self.reason), self.at, self.by_id,
            self.until, Outcome(self.outcome) if self.outcome else None,
        )  # fmt: skip
