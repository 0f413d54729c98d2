"""What a row of a list changes in something that is there, and what it wants that is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of something that is there already: how it reads now, and how the row has it."""

    row: int
    key: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Clash:
    """What a row wants is taken at that time by something else.

    Attributes:
        what: ``room`` or ``instructor``; ``name`` is its key.
        begins, ends: of the first meeting that is concerned, in the city's time.
        times: how many meetings are.
        other: key of what has it.
    """

    row: int
    key: str
    what: str
    name: str
    begins: datetime
    ends: datetime
    times: int
    other: str


def changes(
    row: int, key: str, before: Mapping[str, str], after: Mapping[str, str]
) -> list[Change]:
    """The cells that differ between two rows of the same columns."""
    return [
        Change(row, key, column, before[column], words)
        for column, words in after.items()
        if before[column] != words
    ]
