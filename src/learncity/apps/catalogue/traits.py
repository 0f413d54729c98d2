"""What a course is, as bits of one number: lists are counted over them in one pass.

PostgreSQL keeps the number itself (``catalogue_course.traits``), from what the row says. A bit
keeps its place for ever: a new value is put at the end of its list and the column drawn anew by a
migration, which ``makemigrations`` asks for.
"""

from collections.abc import Iterable, Mapping

from .types import Audience, Category, Level

CATEGORY_BITS: Mapping[str, int] = {value: n for n, value in enumerate(Category)}
LEVEL_BITS: Mapping[str, int] = {value: 12 + n for n, value in enumerate(Level)}
AUDIENCE_BITS: Mapping[str, int] = {value: 20 + n for n, value in enumerate(Audience)}


def is_one_of(column: str, bits: Mapping[str, int]) -> str:
    """SQL: the bit of the value that a column has."""
    cases = " ".join(f"WHEN '{value}' THEN {1 << bit}" for value, bit in bits.items())
    return f"(CASE {column} {cases} ELSE 0 END)::bigint"


def _holds(column: str, bits: Mapping[str, int]) -> Iterable[str]:
    return (
        f"(CASE WHEN '{value}' = ANY({column}) THEN {1 << bit} ELSE 0 END)::bigint"
        for value, bit in bits.items()
    )


COURSE_TRAITS = " | ".join(
    (
        is_one_of("category", CATEGORY_BITS),
        is_one_of("level", LEVEL_BITS),
        *_holds("audiences", AUDIENCE_BITS),
    )
)
