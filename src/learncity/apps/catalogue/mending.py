"""What a reader may have meant whose words no course holds: mistyped letters, wrong characters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection

from learncity.kernel.pinyin import cuts
from learncity.kernel.search_words import READING, Asked, sounding, stem_of


@dataclass(frozen=True, slots=True)
class Repaired:
    """Words to look for instead, and how a page says them; ``says`` is empty when by sound."""

    words: tuple[Asked, ...]
    says: str


_HELD = """
SELECT w.at FROM unnest(%s::text[]) WITH ORDINALITY AS w(word, at)
WHERE EXISTS (
  SELECT FROM catalogue_entry e JOIN catalogue_course k ON k.id = e.course_id AND k.is_shown
  WHERE e.said @@ w.word::tsquery
)
"""

_LIKE = """
SELECT w.typed, v.word FROM unnest(%s::text[]) AS w(typed), LATERAL (
  SELECT word, courses FROM catalogue_word
  WHERE word ~ '^[a-z]{4,}$' AND word %% w.typed AND courses > 0
  ORDER BY similarity(word, w.typed) DESC, courses DESC, word LIMIT 20
) v
"""


def repaired(text: str, words: Sequence[Asked]) -> Repaired | None:
    """What was probably meant, or ``None``; two queries.

    Only words that no course holds are changed: of letters to the nearest word that one or two
    mistakes explain, or else to the syllables of pinyin; Chinese to what sounds the same.
    """
    queries = [" | ".join(f"'{way}':*" for way in word.ways) for word in words]
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [queries])
        held = {at - 1 for (at,) in cursor.fetchall()}
    unknown = [word for at, word in enumerate(words) if at not in held]
    if any(word.is_han for word in words) and (unknown or len(words) > 1):
        # Characters of one sound are chosen wrongly, one may be right by itself.
        return Repaired(tuple(sounding(text)[: len(words) + 1]), "")
    if not unknown:
        return None
    near = _near([word.typed for word in unknown if len(word.typed) > 3])
    changed: list[Asked] = []
    says: list[str] = []
    for at, word in enumerate(words):
        if at in held:
            changed.append(word)
            says.append(word.typed)
        elif meant := near.get(word.typed):
            plain = meant.removeprefix(READING) if meant.startswith(READING) else meant
            stem = stem_of(meant)
            changed.append(Asked(plain, (meant,), stem if stem != meant else ""))
            says.append(plain)
        elif syllables := next((c for c in cuts(word.typed) if len(c) > 1), ()):
            marked = tuple(READING + syllable for syllable in syllables)
            changed.append(replace(word, parts=marked))
            says.append(word.typed)
        else:
            return None
    is_same = says == [word.typed for word in words]
    return Repaired(tuple(changed), "" if is_same else " ".join(says))


def _near(typed: Sequence[str]) -> dict[str, str]:
    """The nearest word to each that one mistake explains, or two in a long word."""
    if not typed:
        return {}
    asked = [form for word in typed for form in (word, READING + word)]
    with connection.cursor() as cursor:
        cursor.execute(_LIKE, [asked])
        rows = cursor.fetchall()
    found: dict[str, tuple[int, str]] = {}
    for form, word in rows:
        plain = form.removeprefix(READING) if form not in typed else form
        far = _mistakes(form, word)
        if far <= (1 if len(plain) < 8 else 2) and far < found.get(plain, (9, ""))[0]:
            found[plain] = (far, word)
    return {plain: word for plain, (_, word) in found.items()}


def _mistakes(one: str, other: str) -> int:
    """Letters left out, added, changed, or swapped with their neighbour, to make one the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
