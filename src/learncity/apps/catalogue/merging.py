"""What is written of a course, taken up to where the course stands now; plain JSON, no database.

Three statements meet: ``base``, which the writer began from; ``ours``, what they wrote; ``theirs``,
what stands now. What only one side changed is theirs to say; what both changed is a clash, and a
person chooses. Texts are compared language by language; what only makes sense together
(a subject and its category) is one thing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .types import Clash

Said = Mapping[str, Any]

_TEXTS = ("title", "summary", "needs")
_TOGETHER = (
    ("subject", "category"),
    ("effort_weekly", "effort_total"),
    ("credits", "credit_unit"),
    ("pays", "currency"),
)


class Merged(NamedTuple):
    """``said``: with what is new of both; of a clash, what was ours. ``base``: to go on from."""

    base: dict[str, Any]
    said: dict[str, Any]
    clashes: tuple[Clash, ...]


def merge(base: Said | None, ours: Said, theirs: Said) -> Merged:
    """Take up what is new; a clash stays one until ``settle``.

    Args:
        base: ``None``: from what it began was not kept, so all is taken as the writer's.
        ours: its fields are compared; ``theirs`` has them too. The provider is always theirs.
    """
    if base is None:
        return Merged(dict(theirs), dict(ours), ())
    merged = Merged({n: theirs[n] for n in ours}, dict(ours), ())
    clashes: list[Clash] = []
    for unit in _units(ours):
        if unit == ("provider",):
            merged.said["provider"] = theirs["provider"]
        elif unit[0] in _TEXTS:
            clashes += _merge_text(unit[0], base, theirs, merged)
        else:
            was, mine, now = ([one.get(n) for n in unit] for one in (base, ours, theirs))
            if mine == was:
                merged.said.update(zip(unit, now, strict=True))
            elif now not in (was, mine):
                merged.base.update(zip(unit, was, strict=True))
                rest = tuple(zip(unit, mine, now, strict=True))[1:]
                clashes.append(Clash(unit[0], "", mine[0], now[0], rest))
    return merged._replace(clashes=tuple(clashes))


def _merge_text(name: str, base: Said, theirs: Said, merged: Merged) -> list[Clash]:
    was, mine, now = base.get(name) or {}, merged.said[name] or {}, theirs[name] or {}
    said, from_here, clashes = dict(mine), dict(now), []
    for tag in {**was, **mine, **now}:
        before, ours, other = was.get(tag), mine.get(tag), now.get(tag)
        if ours == before:
            _put(said, tag, other)
        elif other not in (before, ours):
            _put(from_here, tag, before)
            clashes.append(Clash(name, tag, ours, other))
    merged.said[name], merged.base[name] = said, from_here
    return clashes


def settle(merged: Merged, theirs: Said, newer: Sequence[str]) -> Merged:
    """What a person chose: of the clashes named ``newer`` what stands now, of all others ours."""
    said = dict(merged.said)
    for clash in merged.clashes:
        if clash.slug not in newer:
            continue
        if clash.language:
            said[clash.name] = dict(said[clash.name])
            _put(said[clash.name], clash.language, theirs[clash.name].get(clash.language))
        else:
            (unit,) = (u for u in _units(said) if u[0] == clash.name)
            said |= {name: theirs[name] for name in unit}
    return Merged(dict(theirs), said, ())


def _put(text: dict[str, str], tag: str, words: str | None) -> None:
    if words:
        text[tag] = words
    else:
        text.pop(tag, None)


def _units(said: Said) -> list[tuple[str, ...]]:
    units = [unit for whole in _TOGETHER if (unit := tuple(n for n in whole if n in said))]
    together = {name for unit in units for name in unit}
    return [(name,) for name in said if name not in together] + units
