"""How courses stand, in figures for the desk and the city's office."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q

from learncity.kernel import audit
from learncity.kernel.texts import LANGUAGES

from .models import Course, Edition
from .types import CourseState, EditionState, Standing

_SHARES = """
SELECT c.provider_id, count(*) FILTER (WHERE coalesce(t.text ->> l.tag, '') = ''), count(*)
FROM catalogue_course c
CROSS JOIN LATERAL (
  SELECT unnest(ARRAY[c.title, c.summary, c.needs]) AS text
  UNION ALL SELECT m -> 'title' FROM jsonb_array_elements(c.materials) AS m
) t
CROSS JOIN unnest(%s::text[]) AS l(tag)
WHERE c.is_shown AND t.text <> '{}' GROUP BY c.provider_id
"""


def translated_shares() -> Mapping[UUID, tuple[int, int]]:
    """Of each provider, how many texts of its courses lack a language, and of how many; one query.

    A text counts once a language of the city; one that is empty in all counts nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, [list(LANGUAGES)])
        return {pk: (lacking, total) for pk, lacking, total in cursor.fetchall()}


def standings() -> Mapping[UUID, Standing]:
    """How the courses stand, by provider; two queries.

    A course whose change waits or was returned counts there and, if the public sees it, as shown;
    never as a draft, too.
    """
    waits = Q(state=EditionState.IN_REVIEW)
    open_ = Edition.objects.filter(course__ended_at=None).order_by()
    editions = {
        pk: (waiting, returned, oldest)
        for pk, waiting, returned, oldest in open_.values_list("course__provider_id").annotate(
            waiting=Count("id", filter=waits),
            returned=Count("id", filter=Q(state=EditionState.RETURNED)),
            oldest=Min("submitted_at", filter=waits),
        )
    }
    rows = Course.objects.filter(ended_at=None).order_by().values_list("provider_id")
    sent = Edition.objects.filter(
        course=OuterRef("pk"), state__in=[EditionState.IN_REVIEW, EditionState.RETURNED]
    )
    counted = rows.annotate(
        shown=Count("id", filter=Q(is_shown=True)),
        drafts=Count("id", filter=Q(~Exists(sent), state=CourseState.DRAFT)),
    )
    return {
        pk: Standing(shown, drafts, *editions.get(pk, (0, 0, None)))
        for pk, shown, drafts in counted
    }


def decided(since: datetime) -> tuple[int, timedelta | None]:
    """How many reviews were decided since a moment, and how long they waited on average; one query.

    From the audit trail: an edition that was sent in again forgets that it was sent back.
    """
    actions = ("catalogue.course_published", "catalogue.course_sent_back")
    return audit.ended(actions, since=since, begun="catalogue.course_sent_in")
