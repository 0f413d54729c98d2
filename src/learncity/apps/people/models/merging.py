"""What the database itself refuses of merges."""

from django.db import models
from django.db.models import F, Q

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
