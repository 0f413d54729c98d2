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
from learncity.kernel.search_words import READING, Asked, asked, han_words

from . import meanings, mending
from .index_models import SHOWN
from .models import Course, Word

_WORDS = 12
# Of so many pieces of Chinese it is counted how heavily a course holds them.
_TELLING = 30
# Ranked are so many that hold all words in the title, so many that hold them anywhere, and so
# many that hold some: more would cost more than it tells the reader.
_NAMED, _HELD, _LOOSE = 400, 600, 1200
_SHOWN_RANKED = 200
# A close one is shown when it is among so many best.
ENOUGH = 10
# A close one must hold so much of what the words weigh, or mean so nearly the same: on forty
# courses in three languages right ones lie from 0.27 to 0.52, others below 0.17.
_SHARE, _NEAR = 0.5, 0.2
_ALL = 0.999
# How much words weigh beside meaning, by the exam of known items (benchmarks/exams.py); and a
# title that holds every word, more than both.
BY_WORDS, _NAMED_FIRST = 0.25, 2.0


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
        is_whole: nothing matches but ``best``.
        held: the words as a query of PostgreSQL; empty without words.
    """

    where: Condition
    rank: Condition | None = None
    is_empty: bool = False
    best: tuple[UUID, ...] = ()
    close: frozenset[UUID] = frozenset()
    mended: str = ""
    holds_any: bool = True
    is_whole: bool = False
    held: str = ""


_HOLDS = "catalogue_course.id IN (SELECT course_id FROM catalogue_entry WHERE said @@ %s::tsquery)"
_EVERYTHING = Sought(Condition("TRUE"))
_NOTHING = Sought(Condition("FALSE"), is_empty=True, holds_any=False)


def sought(text: str) -> Sought:
    """The reader's words as conditions. Without words no query; otherwise two to six."""
    words = asked(text)[:_WORDS]
    if not words:
        return _NOTHING if text.strip() else _EVERYTHING
    found, cut = _holding(words, text), text
    mended = ""
    if not found:
        repaired = mending.repaired(text, words)
        if repaired and (held := _holding(repaired.words)):
            mended, words, found, cut = repaired.says, list(repaired.words), held, ""
    every = all_of(words)
    # What holds every word in its title comes before what does not; ten of them leave no place.
    is_full = sum(held.named for held in found.values()) >= ENOUGH
    parts = {} if is_full else _holding_some(words, found, cut)
    near = {} if _is_sound(asked(text)) else meanings.near(text, among=[*found, *parts])
    best = _in_order(found, parts, near)
    extra = [pk for pk in best[:ENOUGH] if pk not in found]
    every_one = [pk for pk in best if pk in found or pk in extra]
    ranked = every_one[:_SHOWN_RANKED]
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
        is_whole=len(found) < _SHOWN_RANKED and len(ranked) == len(every_one),
        held=every,
    )


def total(found: Sought) -> int:
    """How many courses match; none or one query."""
    if found.is_whole:
        return len(found.best)
    with connection.cursor() as cursor:
        cursor.execute(_TOTAL.format(shown=SHOWN), [found.held, list(found.close)])
        return int(cursor.fetchone()[0])


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


# Words are stored packed, and would be unpacked for each of those that were typed.
_UNPACKED = "said || ''::tsvector"
_EVERY = """
WITH named AS MATERIALIZED (
  SELECT course_id FROM catalogue_entry WHERE named @@ %(every)s::tsquery AND {shown}
  LIMIT %(names)s
), held AS MATERIALIZED (
  SELECT course_id FROM catalogue_entry WHERE said @@ %(every)s::tsquery AND {shown}
  LIMIT %(held)s
), candidate AS (
  SELECT course_id, bool_or(named) AS named
  FROM (SELECT course_id, TRUE AS named FROM named
        UNION ALL SELECT course_id, FALSE FROM held) AS both_ways
  GROUP BY course_id
)
SELECT c.course_id, c.named, {score} AS score
FROM candidate c CROSS JOIN LATERAL (
  SELECT {unpacked} AS said FROM catalogue_entry WHERE course_id = c.course_id OFFSET 0
) e
ORDER BY c.named DESC, score DESC, c.course_id DESC LIMIT %(ranked)s
"""

_SOME = """
SELECT e.course_id, {score} AS score, {share} AS share
FROM (
  SELECT course_id, {unpacked} AS said FROM catalogue_entry
  WHERE said @@ %(some)s::tsquery AND {shown}
  LIMIT %(loose)s
) e
ORDER BY score DESC, e.course_id DESC LIMIT %(ranked)s
"""
_TOTAL = """
SELECT count(*) FROM catalogue_entry WHERE (said @@ %s::tsquery OR course_id = ANY(%s)) AND {shown}
"""


def _scored(words: Sequence[Asked], text: str) -> tuple[str, str, dict[str, Any]]:
    """How heavily a course holds the words, which share of their weight it holds, and the values.

    A rarer word weighs more, in the title more, in a long text less. Written out word by word:
    read from an array, each would be parsed for every course.
    """
    telling = {_one(word): word.typed for word in words if not word.is_han or not text}
    telling |= {f"'{token}'": token for token in han_words(text)[:_TELLING]}
    values: dict[str, Any] = {}
    score, held = [], []
    for n, (token, weight) in enumerate(zip(telling, _weights([*telling.values()]), strict=True)):
        values |= {f"token{n}": token, f"tells{n}": weight}
        score.append(
            f"%(tells{n})s * ts_rank('{{0.3, 0.3, 0.5, 1}}', e.said, %(token{n})s::tsquery, 1)"
        )
    weights = _weights([word.typed for word in words])
    values["all"] = sum(weights)
    for n, (word, weight) in enumerate(zip(words, weights, strict=True)):
        values |= {f"word{n}": _one(word), f"weight{n}": weight}
        held.append(f"CASE WHEN e.said @@ %(word{n})s::tsquery THEN %(weight{n})s ELSE 0 END")
    return f"({' + '.join(score)})", f"({' + '.join(held)}) / %(all)s", values


def _holding(words: Sequence[Asked], text: str = "") -> dict[UUID, _Held]:
    """Courses that hold every word, the best first; at most 200. One or two queries.

    Chinese is weighed as the index cuts the ``text``; without it, as the words are.
    """
    score, _, values = _scored(words, text)
    values |= {"every": all_of(words), "names": _NAMED, "held": _HELD, "ranked": _SHOWN_RANKED}
    with connection.cursor() as cursor:
        cursor.execute(_EVERY.format(score=score, shown=SHOWN, unpacked=_UNPACKED), values)
        return {pk: _Held(named, score or 0.0) for pk, named, score in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class _Part:
    """A course that holds some of the words: how heavily, and whether nearly all."""

    is_close: bool
    score: float


def _holding_some(
    words: Sequence[Asked], found: Mapping[UUID, _Held], text: str = ""
) -> dict[UUID, _Part]:
    """Courses that hold some of the words, the best first; one or two queries."""
    if len(words) < 2:
        return {}
    score, share, values = _scored(words, text)
    some = " | ".join(_one(word) for word in _rarest(words))
    values |= {"some": some, "loose": _LOOSE, "ranked": _SHOWN_RANKED}
    with connection.cursor() as cursor:
        query = _SOME.format(score=score, share=share, shown=SHOWN, unpacked=_UNPACKED)
        cursor.execute(query, values)
        rows = cursor.fetchall()
    # What holds all of it is no close one, also beyond those that are ranked.
    return {
        pk: _Part(share > _SHARE, score)
        for pk, score, share in rows
        if pk not in found and share < _ALL
    }


def _is_sound(words: Sequence[Asked]) -> bool:
    """Whether a word is known only as the sound of Chinese: as it is written it means nothing."""
    latin = [word.typed for word in words[:_WORDS] if READING + word.typed in word.ways]
    known = _counts([word.typed for word in words[:_WORDS]]) if latin else {}
    unknown = [READING + word for word in latin if not known.get(word)]
    return bool(unknown and _counts(unknown))


def _rarest(words: Sequence[Asked]) -> list[Asked]:
    """The rarest of the words that together stand in no more courses than are looked through."""
    counts = _counts([word.typed for word in words])
    rare: list[Asked] = []
    total = 0
    for word in sorted(words, key=lambda w: counts.get(w.typed, 0)):
        total += counts.get(word.typed, 0)
        if rare and total > _LOOSE:
            break
        rare.append(word)
    return rare


def _weights(words: Sequence[str]) -> list[float]:
    """How much each word tells: one that stands in few courses more."""
    counts, total = _counts(words), _total()
    held = [min(counts.get(word, 0), total) for word in words]
    weights = [math.log(1 + (total - n + 0.5) / (n + 0.5)) for n in held]
    # Nobody can hold a word that stands nowhere: it weighs no more than the others do.
    known = [weight for weight, n in zip(weights, held, strict=True) if n]
    usual = sum(known) / len(known) if known else 1.0
    return [weight if n else usual for weight, n in zip(weights, held, strict=True)]


def _counts(words: Sequence[str]) -> dict[str, int]:
    return dict(_counted(tuple(sorted(set(words)))))


@remember(seconds=30)
def _counted(words: tuple[str, ...]) -> list[tuple[str, int]]:
    return list(Word.objects.filter(word__in=words).values_list("word", "courses"))


@remember(seconds=60)
def _total() -> int:
    return Course.objects.filter(is_shown=True).count()


def _in_order(
    found: Mapping[UUID, _Held], parts: Mapping[UUID, _Part], near: Mapping[UUID, meanings.Near]
) -> list[UUID]:
    """All candidates, the best first: those with every word in the title, then the others."""
    words = _by_words(found, parts)

    def weight(pk: UUID) -> float:
        named = _NAMED_FIRST * (pk in found and found[pk].named)
        return named + BY_WORDS * words.get(pk, 0.0) + (near[pk].weight if pk in near else 0.0)

    candidates = {
        *found,
        *(pk for pk, part in parts.items() if part.is_close),
        *(pk for pk, is_near in near.items() if is_near.cosine >= _NEAR),
    }
    return sorted(candidates, key=lambda pk: (weight(pk), pk), reverse=True)


def by_words(text: str) -> dict[UUID, float]:
    """How well courses match by words alone, as a part of the best; two to four queries."""
    words = asked(text)[:_WORDS]
    if not words:
        return {}
    found = _holding(words, text)
    return _by_words(found, _holding_some(words, found, text))


def _by_words(found: Mapping[UUID, _Held], parts: Mapping[UUID, _Part]) -> dict[UUID, float]:
    scores = {pk: one.score for some in (parts, found) for pk, one in some.items()}
    most = max(scores.values(), default=0.0) or 1.0
    return {pk: score / most for pk, score in scores.items()}
