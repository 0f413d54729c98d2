"""Every change to the catalogue."""

from collections.abc import Sequence

from django.db import connection, transaction

from learncity.kernel.words import search_tokens

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

_INDEX = """
UPDATE catalogue_course c SET search =
  setweight(to_tsvector('simple', w.title), 'A') || setweight(to_tsvector('simple', w.rest), 'B')
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS w(id, title, rest)
WHERE c.id = w.id
"""


@transaction.atomic
def write_courses(courses: Sequence[Course]) -> None:
    """Make courses be so, new or not, and find them by their words; two statements.

    For this room's own shells (blueprint and import), which build the rows.
    """
    Course.objects.bulk_create(
        courses,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_FIELDS,
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _INDEX,
            [
                [c.id for c in courses],
                [_words(*c.title.values()) for c in courses],
                [_words(*c.summary.values(), *c.needs.values()) for c in courses],
            ],
        )


def _words(*texts: str) -> str:
    return " ".join(token for text in texts for token in search_tokens(text))
