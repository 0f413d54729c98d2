"""Courses by what they mean: measuring them in the background, and finding near ones.

Each language's texts lie close together for no other reason than the language, so its mean is taken
off first. Near ones are found by counting on how many of 384 sides two meanings differ, which
PostgreSQL does without an extension, and then compared exactly.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from learncity.kernel import locks, meaning
from learncity.kernel.ids import uuid7
from learncity.kernel.memo import remember
from learncity.kernel.search_words import simplified

from .index_models import SHOWN
from .models import Mean, Meaning

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[Any, np.dtype[np.float32]]

BATCH = 32
# So many of the nearest are compared exactly.
_NEAREST = 150
# What a course says in other languages counts so much beside what it says in the reader's.
ELSEWHERE = 0.7
# A mean is taken again when it was of so much fewer.
_GROWN = 1.2
# Of so many titles the mean of what people ask is taken.
_TITLES = 400
_ASKED = "?"
_LOCK, _ALL = "catalogue.meanings", UUID(int=0)
_VIETNAMESE = frozenset("ăâđêôơư")

# The bits are read from an index, the vectors only of the nearest.
_NEAR = """
WITH nearest AS (
  SELECT id FROM catalogue_meaning WHERE {shown}
  ORDER BY bit_count(bits # %(bits)s::bit(384)), id LIMIT %(nearest)s
)
SELECT course_id, language, vector, pull FROM catalogue_meaning
WHERE {shown} AND course_id IN (
  SELECT m.course_id FROM nearest JOIN catalogue_meaning m USING (id)
  UNION ALL SELECT unnest(%(among)s::uuid[])
)
"""


@dataclass(frozen=True, slots=True)
class Near:
    """How near in meaning a course is to what a reader looks for.

    Attributes:
        cosine: in the language in which it is nearest, from -1 to 1.
        weight: in all its languages together, less what it draws of every question (``pull``).
    """

    cosine: float
    weight: float


def near(text: str, *, among: Collection[UUID]) -> Mapping[UUID, Near]:
    """How near in meaning courses are to what a reader looks for; one query.

    Of ``among``, and of those that are nearest of all. Empty when meanings are not measured here.
    """
    if not meaning.is_installed():
        return {}
    means = _means()
    if not means:
        return {}
    import numpy as np

    language = language_of(text)
    aim = aim_of(text, language, means)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"among": list(among), "bits": _bits(aim), "nearest": _NEAREST}
        cursor.execute(_NEAR.format(shown=SHOWN), values)
        rows = cursor.fetchall()
    stored = np.frombuffer(b"".join(vector for _, _, vector, _ in rows), dtype=np.float16)
    vectors = stored.reshape(-1, meaning.SIZE).astype(np.float32)
    nowhere = np.zeros(meaning.SIZE, dtype=np.float32)
    vectors -= np.stack([means.get(group_of(tag), nowhere) for _, tag, *_ in rows] or [nowhere])
    cosines = vectors @ aim / np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
    said: dict[UUID, dict[str, tuple[float, float]]] = {}
    for (pk, tag, _, pull), cosine in zip(rows, cosines.tolist(), strict=True):
        of_course, group = said.setdefault(pk, {}), group_of(tag)
        of_course[group] = max((cosine, pull), of_course.get(group, (-1.0, 0.0)))
    return {pk: _near(groups, language) for pk, groups in said.items()}


def _near(said: dict[str, tuple[float, float]], language: str) -> Near:
    """From cosine and pull by language; a language in which nothing is said counts as the best."""
    nearest = max(said.values())
    own, pull = said.get(language, nearest)
    other = max((c for group, (c, _) in said.items() if group != language), default=own)
    return Near(nearest[0], own + ELSEWHERE * other - pull)


def aim_of(text: str, language: str, means: "Mapping[str, Vector]") -> "Vector":
    """What a reader means, without what all questions in this language have in common."""
    centre = means.get(_ASKED + language)
    if centre is None:
        centre = means.get(_ASKED + "en", next(iter(means.values())))
    return unit(meaning.of_query(simplified(text)) - centre)


def language_of(text: str) -> str:
    """The language a reader writes in, as far as its letters tell: zh, vi, or else en."""
    if simplified(text) != text or any("\u3400" <= c <= "\u9fff" for c in text):
        return "zh"
    folded = set(text.lower())
    return "vi" if folded & _VIETNAMESE or any(ord(c) > 0x1E9F for c in folded) else "en"


@remember(seconds=60)
def _means() -> "dict[str, Vector]":
    return means_now()


def means_now() -> "dict[str, Vector]":
    """Means by language; of what is asked, with a mark before it."""
    import numpy as np

    return {m.language: np.frombuffer(m.vector, dtype=np.float32) for m in Mean.objects.all()}


def unit(vector: "Vector") -> "Vector":
    """The same direction, of length 1; nothing stays nothing."""
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
SELECT c.id, t.value FROM catalogue_course c, jsonb_each_text(c.title) t
WHERE c.is_shown AND split_part(t.key, '-', 1) = %s ORDER BY md5(c.id::text), t.value LIMIT %s
"""


def forget_gone() -> int:
    """Delete what was measured in languages that a course no longer has; how many.

    Also where nothing is measured any more.
    """
    with writing(), connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return cursor.rowcount


def measure() -> int:
    """Measure what courses mean whose words are new; how many texts, at most 32.

    For the worker: a text takes 20 to 200 ms. Two who measure the same write it twice, in turn.
    """
    if not meaning.is_installed():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_UNMEASURED, [BATCH])
        rows = cursor.fetchall()
    if not rows:
        return 0
    means = means_now()
    vectors = meaning.of_passages([simplified(said) for _, _, said in rows])
    columns: list[list[Any]] = [[], [], [], [], [], []]
    for (pk, tag, said), vector in zip(rows, vectors, strict=True):
        values = (
            uuid7(), pk, tag, hashlib.sha256(said.encode()).digest(),
            vector.astype("float16").tobytes(), _bits(vector - means.get(group_of(tag), 0)),
        )  # fmt: skip
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    with writing(), connection.cursor() as cursor:
        cursor.execute(_KEEP, columns)
    return len(rows)


@contextmanager
def writing() -> Iterator[None]:
    """Write meanings alone: several write many rows, each in an order of its own."""
    with transaction.atomic():
        locks.hold(_LOCK, _ALL)
        yield


def take_means() -> None:
    """Take the mean of each language again where there are many more texts than it was of."""
    if not meaning.is_installed():
        return
    with writing():
        _take_means()


def _take_means() -> None:
    counts: dict[str, int] = {}
    for row in Meaning.objects.values("language").annotate(n=Count("id")).order_by():
        group = group_of(row["language"])
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
    titles = titles_of(group, _TITLES)
    asked = np.stack([meaning.of_query(simplified(said)) for _, said in titles]).mean(axis=0)
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


def titles_of(group: str, many: int) -> list[tuple[UUID | None, str]]:
    """Some titles in a language and whose they are, the same ones each time.

    What people ask sounds like them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SOME_TITLES, [group, many])
        return list(cursor.fetchall())


def group_of(tag: str) -> str:
    """Simplified and traditional Chinese are one language here."""
    return tag.partition("-")[0]
