"""Courses by what they mean: measuring them in the background, and finding near ones.

Each language's texts lie close together for no other reason than the language, so its mean is taken
off first. Near ones are found by counting on how many of 384 sides two meanings differ, which
PostgreSQL does without an extension, and then compared exactly.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from learncity.kernel import locks, meaning
from learncity.kernel.ids import uuid7
from learncity.kernel.memo import remember
from learncity.kernel.search_words import simplified

from .models import Mean, Meaning

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[Any, np.dtype[np.float32]]

BATCH = 32
# So many of the nearest are compared exactly.
_NEAREST = 80
# A mean is taken again when it was of so much fewer.
_GROWN = 1.2
# Of so many titles the mean of what people ask is taken.
_TITLES = 400
_ASKED = "?"
_LOCK, _ALL = "catalogue.meanings", UUID(int=0)
_VIETNAMESE = frozenset("ăâđêôơư")

_NEAR = """
SELECT m.course_id, m.language, m.vector FROM catalogue_meaning m
JOIN catalogue_course k ON k.id = m.course_id AND k.is_shown
WHERE m.course_id = ANY(%(among)s)
UNION ALL (
  SELECT m.course_id, m.language, m.vector FROM catalogue_meaning m
  JOIN catalogue_course k ON k.id = m.course_id AND k.is_shown
  ORDER BY bit_count(m.bits # %(bits)s::bit(384)), m.id LIMIT %(nearest)s
)
"""


def near(text: str, *, among: Collection[UUID]) -> Mapping[UUID, float]:
    """How near in meaning courses are to what a reader looks for, from -1 to 1; one query.

    Of ``among``, and of those that are nearest of all. Empty when meanings are not measured here.
    """
    if not meaning.is_installed():
        return {}
    means = _means()
    if not means:
        return {}
    import numpy as np

    asked = meaning.of_query(simplified(text))
    language = language_of(text)
    centre = means.get(_ASKED + language)
    if centre is None:
        centre = means.get(_ASKED + "en", next(iter(means.values())))
    aim = _unit(asked - centre)
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, {"among": list(among), "bits": _bits(aim), "nearest": _NEAREST})
        rows = cursor.fetchall()
    found: dict[UUID, float] = {}
    for pk, tag, stored in rows:
        vector = np.frombuffer(stored, dtype=np.float16).astype(np.float32)
        score = float(_unit(vector - means.get(_group(tag), 0)) @ aim)
        found[pk] = max(score, found.get(pk, -1.0))
    return found


def language_of(text: str) -> str:
    """The language a reader writes in, as far as its letters tell: zh, vi, or else en."""
    if simplified(text) != text or any("\u3400" <= c <= "\u9fff" for c in text):
        return "zh"
    folded = set(text.lower())
    return "vi" if folded & _VIETNAMESE or any(ord(c) > 0x1E9F for c in folded) else "en"


@remember(seconds=60)
def _means() -> "dict[str, Vector]":
    return _means_now()


def _means_now() -> "dict[str, Vector]":
    """Means by language; of what is asked, with a mark before it."""
    import numpy as np

    return {m.language: np.frombuffer(m.vector, dtype=np.float32) for m in Mean.objects.all()}


def _unit(vector: "Vector") -> "Vector":
    import numpy as np

    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def _bits(vector: "Vector") -> str:
    return "".join("1" if number > 0 else "0" for number in vector)


# -- measuring, in the background --------------------------------------------------------------

_UNMEASURED = """
SELECT c.id, t.tag, t.said FROM catalogue_course c CROSS JOIN
LATERAL (
  SELECT key AS tag, concat_ws('. ', value, c.summary ->> key) AS said
  FROM jsonb_each_text(c.title)
) t
LEFT JOIN catalogue_meaning m ON m.course_id = c.id AND m.language = t.tag
WHERE c.is_shown AND (m.id IS NULL OR m.of_text <> sha256(convert_to(t.said, 'UTF8')))
ORDER BY c.id, t.tag LIMIT %s
"""

_KEEP = """
INSERT INTO catalogue_meaning (id, course_id, language, of_text, vector, bits)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::bit(384)[])
ON CONFLICT (course_id, language) DO UPDATE SET
  of_text = excluded.of_text, vector = excluded.vector, bits = excluded.bits
"""

# Of languages that a course no longer has.
_FORGET = """
DELETE FROM catalogue_meaning m USING catalogue_course c
WHERE c.id = m.course_id AND NOT c.title ? m.language
"""

_SIDES = """
UPDATE catalogue_meaning m SET bits = w.bits
FROM unnest(%s::uuid[], %s::bit(384)[]) AS w(id, bits) WHERE m.id = w.id
"""

_SOME_TITLES = """
SELECT t.value FROM catalogue_course c, jsonb_each_text(c.title) t
WHERE c.is_shown AND split_part(t.key, '-', 1) = %s ORDER BY md5(c.id::text), t.value LIMIT %s
"""


def forget_gone() -> int:
    """Delete what was measured in languages that a course no longer has; how many.

    Also where nothing is measured any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return cursor.rowcount


def measure() -> int:
    """Measure what courses mean whose words are new; how many texts, at most 32.

    For the worker: a text takes 20 to 200 ms. What two measure at once is written twice, the same.
    """
    if not meaning.is_installed():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_UNMEASURED, [BATCH])
        rows = cursor.fetchall()
    if not rows:
        return 0
    means = _means_now()
    vectors = meaning.of_passages([simplified(said) for _, _, said in rows])
    columns: list[list[Any]] = [[], [], [], [], [], []]
    for (pk, tag, said), vector in zip(rows, vectors, strict=True):
        values = (
            uuid7(), pk, tag, hashlib.sha256(said.encode()).digest(),
            vector.astype("float16").tobytes(), _bits(vector - means.get(_group(tag), 0)),
        )  # fmt: skip
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, columns)
    return len(rows)


@transaction.atomic
def take_means() -> None:
    """Take the mean of each language again where there are many more texts than it was of."""
    if not meaning.is_installed():
        return
    locks.hold(_LOCK, _ALL)
    counts: dict[str, int] = {}
    for row in Meaning.objects.values("language").annotate(n=Count("id")).order_by():
        group = _group(row["language"])
        counts[group] = counts.get(group, 0) + row["n"]
    known = dict(Mean.objects.values_list("language", "texts"))
    for group, count in counts.items():
        if count > _GROWN * known.get(group, 0):
            _take_mean(group, count)


def _take_mean(group: str, count: int) -> None:
    import numpy as np

    rows = list(
        Meaning.objects.filter(language__startswith=group)
        .order_by("id")
        .values_list("id", "vector")
    )
    vectors = np.stack([np.frombuffer(v, dtype=np.float16).astype(np.float32) for _, v in rows])
    mean = vectors.mean(axis=0)
    titles = some_titles(group)
    asked = np.stack([meaning.of_query(simplified(title)) for title in titles]).mean(axis=0)
    Mean.objects.bulk_create(
        [
            Mean(language=group, vector=mean.tobytes(), texts=count),
            Mean(language=_ASKED + group, vector=asked.tobytes(), texts=len(titles)),
        ],
        update_conflicts=True,
        unique_fields=["language"],
        update_fields=["vector", "texts"],
    )
    with connection.cursor() as cursor:
        for at in range(0, len(rows), 1000):
            part = slice(at, at + 1000)
            cursor.execute(
                _SIDES, [[pk for pk, _ in rows[part]], [_bits(v) for v in vectors[part] - mean]]
            )


def some_titles(group: str) -> list[str]:
    """Some titles in a language, the same ones each time: what people ask sounds like them."""
    with connection.cursor() as cursor:
        cursor.execute(_SOME_TITLES, [group, _TITLES])
        return [title for (title,) in cursor.fetchall()]


def _group(tag: str) -> str:
    """Simplified and traditional Chinese are one language here."""
    return tag.partition("-")[0]
