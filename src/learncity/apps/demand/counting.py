"""Signals: how often something was looked for in vain, or wished for. Part of ``services``.

Nothing here knows who it was. That a browser counts once a day is kept as a digest made with a
random salt of the day; both are thrown away after it, and neither is in a backup.
"""

import secrets
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from learncity.apps.catalogue.types import Category
from learncity.kernel.dated import day_of
from learncity.kernel.ids import uuid7
from learncity.kernel.memo import remember

from .models import Salt, Seen
from .rules import countable, plain
from .types import Kind

# Words that stayed rare are kept so many days after they were last looked for.
RARE_WORDS_DAYS = 30

_COUNT = """
INSERT INTO demand_signal (id, day, kind, course_id, category, words, place_id, count)
SELECT %s, %s, %s, %s::uuid, %s, %s, %s::uuid, 1 {of}
ON CONFLICT (day, kind, course_id, category, words, place_id)
DO UPDATE SET count = demand_signal.count + 1
"""
_SEEN = """
WITH seen AS (
  INSERT INTO demand_seen (digest, day) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING 1
)
"""
_COUNT_ONCE = _SEEN + _COUNT.format(of="FROM seen")


def note_zero_result(
    *, words: str, category: Category | None, place_id: UUID | None, browser: str | None,
    at: datetime,
) -> None:  # fmt: skip
    """Count a search that found nothing; the same search of the same browser once a day.

    One statement, three on the first of a day in a process.

    Args:
        words: as they were typed. What may hold a number or an address of somebody is not kept.
        place_id: the part of the city that was chosen, if any.
        browser: from ``access.browser_of``; it is not kept. ``None``: no browser, not counted.
    """
    if browser is None or not (plain(words) or category):
        return
    day, kept = day_of(at), countable(words)
    thing = f"{plain(words)}\n{category or ''}\n{place_id or ''}"
    digest = blake2b(f"{browser}\n{thing}".encode(), key=_salt(day), digest_size=16).digest()
    values: list[Any] = [uuid7(), day, Kind.SEARCH, None, category or "", kept, place_id]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ONCE, [digest, day, *values])


def note_wish(
    *, course_id: UUID | None, words: str, category: str, place_id: UUID | None, at: datetime
) -> None:
    """Count a wish that was made, in its transaction; one statement."""
    day = day_of(at)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(of=""),
            [uuid7(), day, Kind.WISH, course_id, category, countable(words), place_id],
        )


@remember(seconds=300)
def _salt(day: date) -> bytes:
    made = Salt(day=day, salt=secrets.token_bytes(32))
    Salt.objects.bulk_create([made], ignore_conflicts=True)
    return bytes(Salt.objects.values_list("salt", flat=True).get(day=day))


@transaction.atomic
def forget_browsers(*, before: date) -> int:
    """Throw away salts and digests of days before one; how many digests."""
    Salt.objects.filter(day__lt=before).delete()
    return Seen.objects.filter(day__lt=before).delete()[0]


_FORGET = """
WITH rare AS (
  SELECT words FROM demand_signal WHERE words <> ''
  GROUP BY words HAVING sum(count) < %s AND max(day) < %s
), gone AS (
  DELETE FROM demand_signal WHERE words IN (SELECT words FROM rare)
  RETURNING day, kind, course_id, category, place_id, count
)
INSERT INTO demand_signal (id, day, kind, course_id, category, words, place_id, count)
SELECT gen_random_uuid(), day, kind, course_id, category, '', place_id, sum(count) FROM gone
GROUP BY day, kind, course_id, category, place_id
ON CONFLICT (day, kind, course_id, category, words, place_id)
DO UPDATE SET count = demand_signal.count + excluded.count
"""


def forget_rare_words(*, at: datetime) -> None:
    """Empty words that were rare for a month; what they counted stays. One statement."""
    last = day_of(at) - timedelta(days=RARE_WORDS_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [settings.DEMAND_WORDS_SHOWN_FROM, last])
