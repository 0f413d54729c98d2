"""Keeping the tables by which courses are found."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from learncity.kernel import locks
from learncity.kernel.search_words import index_words, readings

from .models import Course

# Another way of cutting words is another number: ``index_stale`` then makes every entry again.
VERSION = 2
BATCH = 500
# So many courses at the most are named anew in one go, so that other jobs have their turn.
_RENAMED_AT_ONCE = 5000
_LOCK, _WORDS = "catalogue.words", UUID(int=0)

_WRITE = """
WITH cut AS (
  SELECT w.id, to_tsvector('simple', w.title) AS title, to_tsvector('simple', w.sound) AS sound,
    to_tsvector('simple', w.rest) AS rest, w.of_names
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bytea[])
    AS w(id, title, sound, rest, of_names)
)
INSERT INTO catalogue_entry (course_id, named, said, of_names, version)
SELECT id, title || sound,
  setweight(title, 'A') || setweight(rest, 'B') || setweight(sound, 'D'), of_names, %s
FROM cut
ON CONFLICT (course_id) DO UPDATE SET
  named = excluded.named, said = excluded.said, of_names = excluded.of_names,
  version = excluded.version
"""

# What else a course is found by: the names of its subject, its provider, its skills and the
# programmes it belongs to; and a hash of them.
_NAMES = """
SELECT n.id, n.names, sha256(convert_to(n.names::text, 'UTF8')) AS of_names
FROM (
  SELECT c.id,
    jsonb_build_array(o.name, s.name) || coalesce(k.names, '[]') || coalesce(p.names, '[]') AS names
  FROM catalogue_course c
  JOIN organizations_organization o ON o.id = c.provider_id
  LEFT JOIN catalogue_subject s ON s.id = c.subject_id
  LEFT JOIN (
    SELECT l.course_id, jsonb_agg(k.name ORDER BY k.id) AS names
    FROM catalogue_course_skills l JOIN catalogue_skill k ON k.id = l.skill_id
    WHERE {of} GROUP BY l.course_id
  ) k ON k.course_id = c.id
  LEFT JOIN (
    SELECT l.course_id, jsonb_agg(p.title ORDER BY p.id) AS names
    FROM catalogue_programmecourse l JOIN catalogue_programme p ON p.id = l.programme_id
    WHERE p.ended_at IS NULL AND {of} GROUP BY l.course_id
  ) p ON p.course_id = c.id
) n
"""
_NAMES_OF_SOME = _NAMES.format(of="l.course_id = ANY(%(ids)s)") + "WHERE n.id = ANY(%(ids)s)"

_RENAMED = (
    _NAMES.format(of="TRUE")
    + """
JOIN catalogue_entry e ON e.course_id = n.id
WHERE e.of_names <> sha256(convert_to(n.names::text, 'UTF8')) ORDER BY n.id LIMIT %s
"""
)

# In order, so that two who write at once do not wait for each other.
_NEW_WORDS = """
INSERT INTO catalogue_word (word, courses)
SELECT word, count(*) FROM catalogue_entry, unnest(tsvector_to_array(said)) AS word
WHERE course_id = ANY(%s) GROUP BY word ORDER BY word
ON CONFLICT (word) DO NOTHING
"""

_COUNT = """
WITH counted AS (
  SELECT word, ndoc FROM ts_stat(
    'SELECT e.said FROM catalogue_entry e JOIN catalogue_course c ON c.id = e.course_id'
    ' WHERE c.is_shown')
)
INSERT INTO catalogue_word (word, courses)
SELECT word, ndoc FROM counted ORDER BY word
ON CONFLICT (word) DO UPDATE SET courses = excluded.courses
WHERE catalogue_word.courses <> excluded.courses
"""

_FORGET = """
DELETE FROM catalogue_word w USING (
  SELECT word FROM catalogue_word EXCEPT
  SELECT word FROM ts_stat('SELECT said FROM catalogue_entry')
) AS gone WHERE w.word = gone.word
"""


def index(courses: Sequence[Course]) -> None:
    """Find these courses by the words they now hold, and the names they stand under.

    Three statements a batch; their skills and programmes must be written before.
    """
    for at in range(0, len(courses), BATCH):
        part = courses[at : at + BATCH]
        ids = [c.id for c in part]
        titles = [_joined(index_words(t) for t in c.title.values()) for c in part]
        sounds = [_joined(readings(t) for t in c.title.values()) for c in part]
        with connection.cursor() as cursor:
            names = _names(cursor, ids)
            rests = [
                _joined(
                    index_words(t)
                    for text in (c.summary, c.needs, *names[c.id].texts)
                    for t in text.values()
                )
                for c in part
            ]
            hashes = [names[pk].of for pk in ids]
            cursor.execute(_WRITE, [ids, titles, sounds, rests, hashes, VERSION])
            cursor.execute(_NEW_WORDS, [ids])


@dataclass(frozen=True, slots=True)
class _Names:
    """What a course stands under, each in all its languages; and the hash of it."""

    texts: Sequence[Mapping[str, str]]
    of: bytes


def _names(cursor: Any, ids: Sequence[UUID]) -> dict[UUID, _Names]:
    cursor.execute(_NAMES_OF_SOME, {"ids": ids})
    return {
        pk: _Names([text for text in json.loads(names) if text], bytes(of))
        for pk, names, of in cursor.fetchall()
    }


def _joined(words: Iterable[Iterable[str]]) -> str:
    return " ".join(token for part in words for token in part)


@transaction.atomic
def index_stale() -> int:
    """Make entries that are missing, or were cut another way; how many. At most 500."""
    stale = Course.objects.raw(
        "SELECT c.id, c.title, c.summary, c.needs FROM catalogue_course c"
        " LEFT JOIN catalogue_entry e ON e.course_id = c.id"
        " WHERE e.course_id IS NULL OR e.version <> %s ORDER BY c.id LIMIT %s"
        # Who is writing one indexes it; the next round sees what is left.
        " FOR UPDATE OF c SKIP LOCKED",
        [VERSION, BATCH],
    )
    courses = list(stale)
    index(courses)
    return len(courses)


def follow_names() -> int:
    """Index anew the courses that stand under other names now; how many, at most 5,000.

    Whoever gave or changed the name of a subject, skill, provider or programme: all courses are
    compared, which takes a second on 100,000.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RENAMED, [_RENAMED_AT_ONCE])
        ids = [pk for pk, *_ in cursor.fetchall()]
    for at in range(0, len(ids), BATCH):
        with transaction.atomic():
            part = Course.objects.filter(pk__in=ids[at : at + BATCH]).order_by("id")
            # Who is writing one indexes it.
            index(list(part.select_for_update(skip_locked=True)))
    return len(ids)


@transaction.atomic
def count_words() -> None:
    """Count in how many courses each word stands; words that none holds are forgotten."""
    locks.hold(_LOCK, _WORDS)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        cursor.execute(_FORGET)
