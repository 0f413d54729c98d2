"""Every change to the catalogue."""

from collections.abc import Sequence

from django.db import transaction

from .indexing import index
from .models import Course

_FIELDS = [
    "provider",
    "category",
    "title",
    "summary",
    "needs",
    "level",
    "audiences",
    "taught_in",
    "subject",
    "sdgs",
    "mode",
    "effort_weekly",
    "effort_total",
    "credits",
    "credit_unit",
    "learner_pays",
    "union_pays",
    "city_pays",
    "employer_pays",
    "currency",
    "access",
    "materials",
    "state",
    "ended_at",
]


@transaction.atomic
def write_courses(courses: Sequence[Course]) -> None:
    """Make courses be so, new or not, and find them by their words; four statements.

    For this room's own shells (blueprint and import), which build the rows.
    """
    Course.objects.bulk_create(
        courses,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_FIELDS,
        batch_size=1000,
    )
    index(courses)
