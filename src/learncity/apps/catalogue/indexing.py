"""Keeping the tables by which courses are found."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction

from learncity.kernel import locks
from learncity.kernel.search_words import index_words, readings

from .models import Course

# Another way of cutting words is another number: ``index_stale`` then makes every entry again.
VERSION = 1
BATCH = 500
_LOCK, _WORDS = "catalogue.words", UUID(int=0)

_WRITE = """
WITH cut AS (
  SELECT w.id, to_tsvector('simple', w.title) AS title, to_tsvector('simple', w.sound) AS sound,
    to_tsvector('simple', w.rest) AS rest
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS w(id, title, sound, rest)
)
INSERT INTO catalogue_entry (course_id, named, said, version)
SELECT id, title || sound,
  setweight(title, 'A') || setweight(rest, 'B') || setweight(sound, 'D'), %s
FROM cut
ON CONFLICT (course_id) DO UPDATE SET
  named = excluded.named, said = excluded.said, version = excluded.version
"""

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
    """Find these courses by the words they now hold; two statements a batch."""
    for at in range(0, len(courses), BATCH):
        part = courses[at : at + BATCH]
        ids = [c.id for c in part]
        titles = [_joined(index_words(t) for t in c.title.values()) for c in part]
        sounds = [_joined(readings(t) for t in c.title.values()) for c in part]
        rests = [
            _joined(index_words(t) for t in (*c.summary.values(), *c.needs.values())) for c in part
        ]
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [ids, titles, sounds, rests, VERSION])
            cursor.execute(_NEW_WORDS, [ids])


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


@transaction.atomic
def count_words() -> None:
    """Count in how many courses each word stands; words that none holds are forgotten."""
    locks.hold(_LOCK, _WORDS)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        cursor.execute(_FORGET)
