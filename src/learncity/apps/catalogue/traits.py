"""What a course is, as bits of one number: lists are counted over them in one pass.

PostgreSQL keeps the number itself (``catalogue_course.traits``), from what the row says. A bit
keeps its place for ever: a new value is put at the end of its list and the column drawn anew by a
migration, which ``makemigrations`` asks for.
"""

from collections.abc import Mapping

from learncity.kernel.bits import bit_of, bits_of

from .types import Audience, Category, Level

CATEGORY_BITS: Mapping[str, int] = {value: n for n, value in enumerate(Category)}
LEVEL_BITS: Mapping[str, int] = {value: 12 + n for n, value in enumerate(Level)}
AUDIENCE_BITS: Mapping[str, int] = {value: 20 + n for n, value in enumerate(Audience)}


COURSE_TRAITS = " | ".join(
    (
        bit_of("category", CATEGORY_BITS),
        bit_of("level", LEVEL_BITS),
        *bits_of("audiences", AUDIENCE_BITS),
    )
)
