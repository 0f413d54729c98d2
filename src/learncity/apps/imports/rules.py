"""What the names of columns may be."""

import re
import unicodedata
from collections.abc import Iterable

# A phone, an ID or another number of somebody; years and lengths are shorter.
_LONG = re.compile(r"\d{6}")
# What stands between the digits of a phone, a day or an amount.
_BETWEEN = re.compile(r"[\s\-‐-―.,:/()+]")


def is_header(names: Iterable[str]) -> bool:
    """Whether a row names columns, and is not somebody's row of a list without a header.

    A name of a column has no six digits in a row and no ``@``, and is no number, phone or day.
    """
    return not any(_is_value(unicodedata.normalize("NFKC", name)) for name in names)


def _is_value(name: str) -> bool:
    bare = _BETWEEN.sub("", name)
    return "@" in name or bare.isdecimal() or _LONG.search(name) is not None
