"""What a reader typed, looked for in all courses: by words, by sound, mistyped, and by meaning.

A course is found when it holds every word that was typed, in any language, from the beginning of
a word. Those that hold most of what the words weigh, or mean nearly the same, are added when they
are among the ten best.
How courses are ranked: docs/algorithms/search.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from learncity.kernel.memo import remember
from learncity.kernel.search_words import Asked, asked

from . import meanings, mending
from .models import Course, Word

_WORDS = 12
# Ranked are so many that hold all words in the title, so many that hold them anywhere, and so
# many that hold some: more would cost more than it tells the reader.
_NAMED, _HELD, _LOOSE = 400, 600, 1200
_SHOWN_RANKED = 200
# A close one is shown when it is among so many best.
ENOUGH = 10
# A close one must hold so much of what the words weigh, or mean so nearly the same: on forty
# courses in three languages right ones lie from 0.27 to 0.52, others below 0.17.
_SHARE, _NEAR = 0.5, 0.2
# How much words weigh beside meaning, by the exam of known items (benchmarks/searching.py); and a
# title that holds every word, more than both.
BY_WORDS, _NAMED_FIRST = 0.3, 2.0


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL over the table ``catalogue_course``, and the values in it."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """What a reader looks for.

    Attributes:
        where: which courses match; true for every course when no words were typed.
        rank: how well one matches, the higher the better; ``None`` without words.
        is_empty: words were typed of which none can be looked for: nothing matches.
        best: the best matches, best first; at most 200.
        close: those of them that do not hold every word.
        mended: what was looked for instead of mistyped words; empty when nothing was.
        holds_any: whether any course holds every word, as typed or mended.
    """

    where: Condition
    rank: Condition | None = None
    is_empty: bool = False
    best: tuple[UUID, ...] = ()
    close: frozenset[UUID] = frozenset()
    mended: str = ""
    holds_any: bool = True


_HOLDS = "catalogue_course.id IN (SELECT course_id FROM catalogue_entry WHERE said @@ %s::tsquery)"
_EVERYTHING = Sought(Condition("TRUE"))
_NOTHING = Sought(Condition("FALSE"), is_empty=True, holds_any=False)


def sought(text: str) -> Sought:
    """The reader's words as conditions. Without words no query; otherwise two to six."""
    words = asked(text)[:_WORDS]
    if not words:
        return _NOTHING if text.strip() else _EVERYTHING
    every = all_of(words)
    found = _holding(every, words)
    mended = ""
    if not found:
        repaired = mending.repaired(text, words)
        if repaired and (held := _holding(all_of(repaired.words), repaired.words)):
            mended, words, found = repaired.says, list(repaired.words), held
            every = all_of(words)
    close = _close(words, found)
    near = meanings.near(text, among=[*found, *close])
    best = _in_order(found, close, near)
    extra = [pk for pk in best[:ENOUGH] if pk not in found]
    ranked = [pk for pk in best if pk in found or pk in extra][:_SHOWN_RANKED]
    return Sought(
        Condition(
            f"({_HOLDS} OR catalogue_course.id = ANY(%s))",
            (every, extra),
        ),
        Condition(
            "coalesce(-array_position(%s::uuid[], CASE WHEN catalogue_course.id = ANY(%s)"
            " THEN catalogue_course.id END), -1000)",
            (ranked, ranked),
        ),
        best=tuple(ranked),
        close=frozenset(extra),
        mended=mended,
        holds_any=bool(found),
    )


def holding(text: str) -> Condition | None:
    """Which courses hold every word as it was typed; ``None`` without words. No query."""
    words = asked(text)[:_WORDS]
    return Condition(_HOLDS, (all_of(words),)) if words else None


def all_of(words: Sequence[Asked]) -> str:
    """The words as a query of PostgreSQL that is true where each is held."""
    return " & ".join(_one(word) for word in words)


def _one(word: Asked) -> str:
    """One word in every way it may stand in the index; tokens are letters and digits only."""
    ways = [f"'{way}':*" for way in word.ways]
    if word.stem:
        ways.append(f"'{word.stem}'")
    if word.parts:
        ways.append("(" + " & ".join(f"'{part}'" for part in word.parts) + ")")
    return f"({' | '.join(ways)})" if len(ways) > 1 else ways[0]


@dataclass(frozen=True, slots=True)
class _Held:
    """A course that holds every word: whether in its title, and how heavily."""

    named: bool
    score: float


# Before any limit, or what is hidden would take the places of what is not.
_SHOWN = "JOIN catalogue_course k ON k.id = course_id AND k.is_shown"
_EVERY = """
WITH named AS MATERIALIZED (
  SELECT course_id FROM catalogue_entry {shown} WHERE named @@ %(every)s::tsquery LIMIT %(names)s
), held AS MATERIALIZED (
  SELECT course_id FROM catalogue_entry {shown} WHERE said @@ %(every)s::tsquery LIMIT %(held)s
), candidate AS (
  SELECT course_id, bool_or(named) AS named
  FROM (SELECT course_id, TRUE AS named FROM named
        UNION ALL SELECT course_id, FALSE FROM held) AS both_ways
  GROUP BY course_id
)
SELECT c.course_id, c.named, {score} AS score
FROM candidate c JOIN catalogue_entry e USING (course_id)
ORDER BY c.named DESC, score DESC, c.course_id DESC LIMIT %(ranked)s
"""

_SOME = """
SELECT e.course_id, {score} AS score, {share} AS share
FROM (
  SELECT course_id FROM catalogue_entry {shown} WHERE said @@ %(some)s::tsquery LIMIT %(loose)s
) c
JOIN catalogue_entry e USING (course_id)
ORDER BY score DESC, e.course_id DESC LIMIT %(ranked)s
"""

# How much each word weighs in a course: rarer ones more, in the title more, in a long text less.
_SCORE = (
    "(SELECT sum(w.weight * ts_rank('{{0.3, 0.3, 0.5, 1}}', e.said, w.word::tsquery, 1))"
    " FROM unnest(%(words)s::text[], %(weights)s::float8[]) AS w(word, weight))"
)

# How much of what all words weigh is held.
_HELD_SHARE = (
    "(SELECT sum(w.weight) FILTER (WHERE e.said @@ w.word::tsquery) / sum(w.weight)"
    " FROM unnest(%(words)s::text[], %(weights)s::float8[]) AS w(word, weight))"
)


def _holding(every: str, words: Sequence[Asked]) -> dict[UUID, _Held]:
    """Courses that hold every word, the best first; at most 200. One or two queries."""
    values: dict[str, Any] = {
        "every": every, "names": _NAMED, "held": _HELD, "ranked": _SHOWN_RANKED,
        "words": [_one(word) for word in words], "weights": _weights(words),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_EVERY.format(score=_SCORE.format(), shown=_SHOWN), values)
        return {pk: _Held(named, score or 0.0) for pk, named, score in cursor.fetchall()}


def _close(words: Sequence[Asked], found: Mapping[UUID, _Held]) -> dict[UUID, float]:
    """Courses that hold most of what the words weigh, by their score; one or two queries."""
    if len(words) < 2:
        return {}
    values: dict[str, Any] = {
        "some": " | ".join(_one(word) for word in _rarest(words)),
        "loose": _LOOSE, "ranked": _SHOWN_RANKED,
        "words": [_one(word) for word in words], "weights": _weights(words),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SOME.format(score=_SCORE.format(), share=_HELD_SHARE, shown=_SHOWN), values)
        rows = cursor.fetchall()
    return {
        pk: score or 0.0 for pk, score, share in rows if pk not in found and (share or 0.0) > _SHARE
    }


def _rarest(words: Sequence[Asked]) -> list[Asked]:
    """The rarest of the words that together stand in no more courses than are looked through."""
    counts = _counts(words)
    rare: list[Asked] = []
    total = 0
    for word in sorted(words, key=lambda w: counts.get(w.typed, 0)):
        total += counts.get(word.typed, 0)
        if rare and total > _LOOSE:
            break
        rare.append(word)
    return rare


def _weights(words: Sequence[Asked]) -> list[float]:
    """How much each word tells: one that stands in few courses more."""
    counts, total = _counts(words), _total()
    held = [min(counts.get(word.typed, 0), total) for word in words]
    weights = [math.log(1 + (total - n + 0.5) / (n + 0.5)) for n in held]
    # Nobody can hold a word that stands nowhere: it weighs no more than the others do.
    known = [weight for weight, n in zip(weights, held, strict=True) if n]
    usual = sum(known) / len(known) if known else 1.0
    return [weight if n else usual for weight, n in zip(weights, held, strict=True)]


def _counts(words: Sequence[Asked]) -> dict[str, int]:
    return dict(_counted(tuple(sorted({word.typed for word in words}))))


@remember(seconds=30)
def _counted(words: tuple[str, ...]) -> list[tuple[str, int]]:
    return list(Word.objects.filter(word__in=words).values_list("word", "courses"))


@remember(seconds=60)
def _total() -> int:
    return Course.objects.filter(is_shown=True).count()


def _in_order(
    found: Mapping[UUID, _Held],
    close: Mapping[UUID, float],
    near: Mapping[UUID, meanings.Near],
) -> list[UUID]:
    """All candidates, the best first: those with every word in the title, then the others."""
    words = _by_words(found, close)

    def weight(pk: UUID) -> float:
        named = _NAMED_FIRST * (pk in found and found[pk].named)
        return named + BY_WORDS * words.get(pk, 0.0) + (near[pk].weight if pk in near else 0.0)

    candidates = {
        *found,
        *close,
        *(pk for pk, is_near in near.items() if is_near.cosine >= _NEAR),
    }
    return sorted(candidates, key=lambda pk: (weight(pk), pk), reverse=True)


def by_words(text: str) -> dict[UUID, float]:
    """How well courses match by words alone, as a part of the best; three to five queries."""
    words = asked(text)[:_WORDS]
    found = _holding(all_of(words), words) if words else {}
    return _by_words(found, _close(words, found))


def _by_words(found: Mapping[UUID, _Held], close: Mapping[UUID, float]) -> dict[UUID, float]:
    scores = {pk: held.score for pk, held in found.items()} | dict(close)
    most = max(scores.values(), default=0.0) or 1.0
    return {pk: score / most for pk, score in scores.items()}
