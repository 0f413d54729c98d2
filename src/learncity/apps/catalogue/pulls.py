"""What draws every question: some courses are near to whatever is asked, and would always be shown.

Titles are questions of which each has a course to give. Shares of all questions are spread over
all courses in turns, so that every question is answered and no course answers more than its part
(Sinkhorn's algorithm); by how much a course had to be held back for that is its pull. It is taken
off when courses are ordered. Known in research as an inverted softmax, or normalising by a bank of
queries (Smith et al., ICLR 2017; Bogolin et al., CVPR 2022).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from learncity.kernel import meaning

from . import meanings, searching

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float32]]

# Titles times courses that are held in memory: four bytes each, three times over.
_CELLS = 20_000_000
# How sharply a question prefers what is nearer, and so many turns; by the exam of known items.
_SHARP, _TURNS = 17.0, 6
# What draws nothing at all is not pulled up without end.
_LEAST = 1e-6

_VECTORS = """
SELECT m.course_id, split_part(m.language, '-', 1), m.vector FROM catalogue_meaning m
JOIN catalogue_course k ON k.id = m.course_id AND k.is_shown
ORDER BY m.course_id, m.language
"""

_KEEP = """
UPDATE catalogue_meaning m SET pull = w.pull
FROM unnest(%s::uuid[], %s::float8[]) AS w(course_id, pull)
WHERE m.course_id = w.course_id AND split_part(m.language, '-', 1) = %s AND m.pull <> w.pull
"""


def take_pulls() -> None:
    """Work out every course's pull in every language anew; some minutes for 10,000 courses."""
    if not meaning.is_installed():
        return
    means = meanings.means_now()
    said = _said()
    courses = sorted({pk for of_group in said.values() for pk in of_group})
    if not courses:
        return
    for group, of_group in said.items():
        titles = meanings.titles_of(group, _CELLS // len(courses))
        if titles:
            pulls = _pulls(_nearness(titles, group, courses, said, means))
            here = [at for at, pk in enumerate(courses) if pk in of_group]
            with meanings.writing(), connection.cursor() as cursor:
                cursor.execute(
                    _KEEP, [[courses[at] for at in here], [float(pulls[at]) for at in here], group]
                )


def _said() -> dict[str, dict[UUID, bytes]]:
    """By language and course, what it means."""
    found: dict[str, dict[UUID, bytes]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_VECTORS)
        for pk, group, stored in cursor.fetchall():
            found.setdefault(group, {})[pk] = bytes(stored)
    return found


def _directions(
    said: Mapping[UUID, bytes], courses: list[UUID], mean: "meanings.Vector | int"
) -> "Matrix":
    """What courses mean beside the mean of their language, of length 1; NaN for the mute."""
    import numpy as np

    nothing = np.full(meaning.SIZE, np.nan, dtype=np.float16).tobytes()
    stored = b"".join(said.get(pk, nothing) for pk in courses)
    found: Matrix = np.frombuffer(stored, dtype=np.float16).reshape(-1, meaning.SIZE) - mean
    found = found.astype(np.float32, copy=False)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


def _nearness(
    titles: "list[tuple[UUID | None, str]]",
    group: str,
    courses: list[UUID],
    said: Mapping[str, Mapping[UUID, bytes]],
    means: "Mapping[str, meanings.Vector]",
) -> "Matrix":
    """How near each course is to each title, as the search weighs it; titles by courses."""
    import numpy as np

    aims = np.stack([meanings.aim_of(title, group, means) for _, title in titles])

    def cosines(language: str) -> "Matrix":
        of_all = _directions(said[language], courses, means.get(language, 0))
        found: Matrix = aims @ of_all.T
        return found

    own = cosines(group)
    other = np.full_like(own, np.nan)
    for language in said:
        if language != group:
            np.fmax(other, cosines(language), out=other)
    np.copyto(own, other, where=np.isnan(own))
    np.copyto(other, own, where=np.isnan(other))
    other *= np.float32(meanings.ELSEWHERE)
    own += other
    at = {pk: place for place, pk in enumerate(courses)}
    for row, (whose, title) in enumerate(titles):
        for pk, score in searching.by_words(title).items():
            if pk in at:
                own[row, at[pk]] += searching.BY_WORDS * score
        if whose in at:
            own[row, at[whose]] = -np.inf  # its own title does not say whether it draws others
    return own


def _pulls(near: "Matrix") -> "Matrix":
    """By course; on average nothing. What is given is written over: it is large."""
    import numpy as np

    nearest = near.max(axis=1, keepdims=True)
    is_asked = np.isfinite(nearest[:, 0])
    near -= np.where(np.isfinite(nearest), nearest, 0)
    near *= np.float32(_SHARP)
    drawn = np.exp(near, out=near)
    questions = is_asked.astype(np.float32)
    for _ in range(_TURNS):
        held = 1 / (questions @ drawn + _LEAST)
        questions = is_asked / (drawn @ held + _LEAST)
    pulls: Matrix = -np.log(held) / _SHARP
    return pulls - pulls.mean()
