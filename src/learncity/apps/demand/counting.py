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

# Of one address so many browsers count for one thing on a day, wherever they look for it: a school
# is heard, and whoever says to be a thousand browsers is ten.
MOST_OF_AN_ADDRESS = 10

_COUNT = """
INSERT INTO demand_signal (id, day, kind, course_id, category, words, place_id, count)
SELECT %(id)s, %(day)s, %(kind)s, %(course)s::uuid, %(category)s, %(words)s, %(place)s::uuid, 1
{of}
ON CONFLICT (day, kind, course_id, category, words, place_id)
DO UPDATE SET count = demand_signal.count + 1
"""
# Of an address that is at its end nothing more is written.
_SEEN = """
WITH seen AS (
  INSERT INTO demand_seen (digest, day) SELECT %(browser)s, %(day)s
  WHERE NOT EXISTS (SELECT FROM demand_seen WHERE digest = %(address)s AND times >= %(most)s)
  ON CONFLICT DO NOTHING RETURNING 1
), heard AS (
  INSERT INTO demand_seen (digest, day) SELECT %(address)s, %(day)s FROM seen
  ON CONFLICT (digest) DO UPDATE SET times = demand_seen.times + 1
  WHERE demand_seen.times < %(most)s RETURNING 1
)
"""
_COUNT_ONCE = _SEEN + _COUNT.format(of="FROM heard")


def note_zero_result(
    *, words: str, category: Category | None, place_id: UUID | None, browser: str | None,
    address: str | None = None, at: datetime,
) -> None:  # fmt: skip
    """Count a search that found nothing; the same search of the same browser once a day.

    And so many browsers of one address at the most (``MOST_OF_AN_ADDRESS``).

    One statement, three on the first of a day in a process.

    Args:
        words: as they were typed. What may hold a number or an address of somebody is not kept.
        place_id: the part of the city that was chosen, if any.
        browser: from ``access.browser_of``; it is not kept. ``None``: no browser, not counted.
        address: a name for where it asks from, not kept either; ``None``: not known.
    """
    if browser is None or not (plain(words) or category):
        return
    day, thing = day_of(at), f"{plain(words)}\n{category or ''}"
    said = _row(day, Kind.SEARCH, None, category or "", words, place_id) | {
        "browser": _digest(day, f"{browser}\n{thing}\n{place_id or ''}"),
        "address": _digest(day, f"from {address or browser}\n{thing}"),
        "most": MOST_OF_AN_ADDRESS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ONCE, said)


def _digest(day: date, text: str) -> bytes:
    return blake2b(text.encode(), key=_salt(day), digest_size=16).digest()


def _row(
    day: date, kind: Kind, course_id: UUID | None, category: str, words: str, place_id: UUID | None
) -> dict[str, Any]:
    return {"id": uuid7(), "day": day, "kind": kind, "course": course_id, "category": category,
            "words": countable(words), "place": place_id}  # fmt: skip


def note_wish(
    *, course_id: UUID | None, words: str, category: str, place_id: UUID | None, at: datetime
) -> None:
    """Count a wish that was made, in its transaction; one statement."""
    said = _row(day_of(at), Kind.WISH, course_id, category, words, place_id)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(of=""), said)


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
