"""Words that a reader typed, made ready to be asked of the table of courses."""

from dataclasses import dataclass
from typing import Any

from learncity.kernel.words import query_tokens

_TOKENS = 12


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
    """

    where: Condition
    rank: Condition | None = None
    is_empty: bool = False


def sought(text: str) -> Sought:
    """The reader's words as conditions: every one must be found, from its beginning.

    With or without diacritics, in any language; whole words count more than beginnings of words,
    and words that stand together before all. No query.
    """
    tokens = query_tokens(text)[:_TOKENS]
    if not tokens:
        is_empty = bool(text.strip())
        return Sought(Condition("FALSE" if is_empty else "TRUE"), is_empty=is_empty)
    begun = " & ".join(f"'{token}':*" for token in tokens)
    whole = " & ".join(f"'{token}'" for token in tokens)
    rank = (
        "(ts_rank(catalogue_course.search, %s::tsquery)"
        " + 2 * ts_rank(catalogue_course.search, %s::tsquery)"
        " + 4 * ts_rank(catalogue_course.search, %s::tsquery))"
    )
    return Sought(
        Condition("catalogue_course.search @@ %s::tsquery", (begun,)),
        Condition(rank, (begun, whole, whole.replace(" & ", " <-> "))),
    )
