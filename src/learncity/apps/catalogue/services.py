"""Every change to the catalogue."""

from collections.abc import Sequence

from django.db import connection, transaction

from learncity.kernel import outbox
from learncity.kernel.words import search_tokens

from .models import Course
from .types import CoursesPublished

_FIELDS = [
    "provider",
    "category",
    "title",
    "summary",
    "needs",
    "level",
    "audiences",
    "taught_in",
    "ended_at",
]

# So many courses are one piece of news at the most.
_NEWS = 500

_INDEX = """
UPDATE catalogue_course c SET search =
  setweight(to_tsvector('simple', w.title), 'A') || setweight(to_tsvector('simple', w.rest), 'B')
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS w(id, title, rest)
WHERE c.id = w.id
"""


@transaction.atomic
def write_courses(courses: Sequence[Course]) -> None:
    """Make courses be so, new or not, and find them by their words; two statements, and news.

    For this room's own shells (blueprint and import), which build the rows.
    """
    new = [str(c.id) for c in courses if c._state.adding]
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
    for begin in range(0, len(new), _NEWS):
        outbox.publish(CoursesPublished(tuple(new[begin : begin + _NEWS])))


def _words(*texts: str) -> str:
    return " ".join(token for text in texts for token in search_tokens(text))
