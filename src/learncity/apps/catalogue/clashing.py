"""What two changed in one place, and marks by which a change is seen; read it in ``types``."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


def mark_of(said: Mapping[str, Any]) -> str:
    """A short mark of a statement, by which one sees that it changed."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that was changed in a course while somebody wrote of it, in the same place.

    Attributes:
        name: of the field, as a blueprint states it; what goes with it is meant too.
        language: of a text.
        ours, theirs: what was written, and what stands now; as stated.
        rest: name, ours and theirs of each that goes with it.
    """

    name: str
    language: str
    ours: Any
    theirs: Any
    rest: tuple[tuple[str, Any, Any], ...] = ()

    @property
    def slug(self) -> str:
        """By which it is chosen."""
        return f"{self.name}.{self.language}" if self.language else self.name

    @property
    def both(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Ours and theirs by name, with what goes with it."""
        whole = ((self.name, self.ours, self.theirs), *self.rest)
        return {n: ours for n, ours, _now in whole}, {n: theirs for n, _was, theirs in whole}


def clashes_mark(clashes: Iterable[Clash]) -> str:
    """A short mark of what there is to choose."""
    return mark_of({clash.slug: clash.both for clash in clashes})
