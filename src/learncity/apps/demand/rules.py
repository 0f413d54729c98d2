"""Pure decisions: what words are the same, and which may be read by planners."""

import re
import unicodedata

from learncity.kernel.words import fold

from .types import LONGEST

_WORD = re.compile(r"[^\W_]+")
# Five digits, whatever stands between them: telephones, identity and account numbers. A year or a
# standard has four at the most.
_NUMBER = re.compile(r"\d(?:[^\w]*\d){4}")
_ADDRESS = re.compile(r"@|://|\bwww\.")


def plain(text: str) -> str:
    """Words in the form in which two that are the same are equal: folded, one space between."""
    return " ".join(_WORD.findall(fold(unicodedata.normalize("NFKC", text))))[: 2 * LONGEST]


def countable(text: str) -> str:
    """The words as they may be counted; empty when they may hold a number or address of somebody.

    Such a search counts, but nobody keeps what was typed.
    """
    wide = unicodedata.normalize("NFKC", text)
    if len(wide) > LONGEST or _NUMBER.search(wide) or _ADDRESS.search(wide.lower()):
        return ""
    return plain(wide)[:LONGEST]
