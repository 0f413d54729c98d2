"""What a reform does: lines of a decree, as a table, turned into changes of regions. Pure.

A line says that a region (``source``) goes into a region (``target``), wholly or with a share of
its residents. What is not said to remain is gone. A region keeps its identity while it keeps its
code (in Viet Nam the unit where the committee sits keeps it), and also when it alone becomes one
region with another code: then only its name, code, kind or parent change, and nothing flows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from uuid import UUID

from django.utils.translation import gettext as _

from learncity.kernel.texts import Text
from learncity.kernel.words import fold, is_respelled

from .types import After, Draft, Line, PlaceKind, Problem

# What a region can have as its code; one without any goes by `#` and its key.
_CODE = re.compile(r"#?[A-Za-z0-9-]{1,80}")


@dataclass(frozen=True, slots=True)
class Unit:
    """A region as it is on the eve of the reform; ``parent`` is a code, empty at the top."""

    place_id: UUID
    code: str
    kind: PlaceKind
    name: Text
    parent: str
    key: str = ""


def draft(lines: Sequence[Line], units: Iterable[Unit]) -> Draft:
    """Work out a reform.

    Args:
        units: every region with a code in force on the day of the reform.

    Returns:
        The changes, with all problems found; a draft with problems must not be carried out.
    """
    return _Drafting(lines, units).work_out()


class _Drafting:
    def __init__(self, lines: Sequence[Line], units: Iterable[Unit]) -> None:
        self.units = {unit.code: unit for unit in units}
        self.made = Draft()
        self.called = self._by_other_words()
        coded = [self._coded(line) for line in lines]
        self.ambiguous = self._ambiguous(coded)
        self.lines = [line for line in coded if self._is_sound(line)]
        self.out: dict[str, list[Line]] = defaultdict(list)
        self.into: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.source:
                self.out[line.source].append(line)
            if line.target:
                self.into[line.target].append(line)
        # Who takes something in and is not said to change stays what it is, and grows.
        for code, lines_in in list(self.into.items()):
            if code in self.units and code not in self.out:
                self_line = Line(lines_in[0].number, code, code)
                self.out[code].append(self_line)
                lines_in.append(self_line)

    def work_out(self) -> Draft:
        for code, said in self.out.items():
            self._check_shares(code, said)
        keeps = {code: self._keeper(code) for code in self.into}
        kept = {unit.code for unit in keeps.values() if unit}
        gone = {code for code in self.out if code not in kept}
        self.becomes = {unit.code: code for code, unit in keeps.items() if unit}
        self.gone = gone
        self.made.ended = [self.units[code].place_id for code in self.out if code in gone]
        for code, unit in keeps.items():
            self._place(code, unit)
        self._follow_parents()
        self._flows()
        self._check_tree()
        return self.made

    def _by_other_words(self) -> dict[str, set[str]]:
        """The codes of regions by what people write instead: a name in any language, or the key."""
        found: dict[str, set[str]] = defaultdict(set)
        for unit in self.units.values():
            for word in {fold(name) for name in unit.name.values()} | {f"#{unit.key}"}:
                found[word].add(unit.code)
        return found

    def _coded(self, line: Line) -> Line:
        """The line with the codes of regions that it calls by another word."""
        said = (line.source, line.target, line.parent)
        source, target, parent = (self._code(word) for word in said)
        return replace(line, source=source, target=target, parent=parent)

    def _code(self, word: str) -> str:
        codes = self.called.get(fold(word), ()) if word and word not in self.units else ()
        return next(iter(codes)) if len(codes) == 1 else word

    def _ambiguous(self, lines: Sequence[Line]) -> set[str]:
        """Words that several regions go by."""
        words = {word for line in lines for word in (line.source, line.target, line.parent)}
        return {w for w in words - set(self.units) if len(self.called.get(fold(w), ())) > 1}

    def _is_sound(self, line: Line) -> bool:
        says = ""
        if not line.source and not line.target:
            says = _("says nothing: give the code before, the code after, or both")
        elif several := {line.source, line.target, line.parent} & self.ambiguous:
            says = _("several regions are called %(name)s: write its code") % {"name": min(several)}
        elif line.source and line.source not in self.units:
            says = _("there is no region with the code or name %(code)s on that day") % {
                "code": line.source
            }
        elif not line.source and line.target in self.units:
            says = _("the code %(code)s is in use on that day") % {"code": line.target}
        elif line.target and line.target not in self.units and not _CODE.fullmatch(line.target):
            says = _("%(code)s is no region of that day; a new one needs a code of its own") % {
                "code": line.target
            }
        if says:
            self.made.problems.append(Problem(line.number, says))
        return not says

    def _check_shares(self, code: str, said: list[Line]) -> None:
        shares = [line.share for line in said if line.share is not None]
        total = sum(shares, Fraction())
        if any(share <= 0 for share in shares) or total > 1:
            says = _("the shares of %(code)s must be above 0 and together at most 1")
        elif any((share * 10**8).denominator != 1 for share in shares):
            says = _("the shares of %(code)s have more than eight decimals")
        elif len(shares) == len(said) and total != 1:
            says = _("the shares of %(code)s are %(total)s together, not 1")
        elif len({line.target for line in said}) < len(said):
            says = _("%(code)s goes into the same region twice")
        elif "" in (targets := {line.target for line in said}) and len(targets) > 1:
            says = _("%(code)s cannot be abolished and go into a region too")
        else:
            return
        words = {"code": code, "total": f"{float(total):g}"}
        self.made.problems.append(Problem(said[-1].number, says % words))

    def _keeper(self, code: str) -> Unit | None:
        """The region that goes on as ``code``: the one that had it, or the only one, whole."""
        sources = [line.source for line in self.into[code] if line.source]
        if code in sources:
            return self.units[code]
        if len(sources) == 1 and len(self.out[sources[0]]) == 1 and code not in self.units:
            return self.units[sources[0]]
        return None

    def _place(self, code: str, unit: Unit | None) -> None:
        said = self.into[code]
        name = next((line.name for line in said if line.name), unit.name if unit else Text())
        respelled = unit is not None and all(
            is_respelled(unit.name.get(tag, ""), words) for tag, words in name.items()
        )
        if unit and respelled:
            # Languages that the decree does not speak keep their words.
            name = Text(unit.name | name)
        kind = next((line.kind for line in said if line.kind), unit.kind if unit else None)
        stated = {line.parent for line in said if line.parent}
        parent = next(iter(stated), None)
        if parent is None:
            parent = self._heir(unit.parent, said[0].number) if unit else ""
        if len(stated) > 1:
            parents = _(", ").join(sorted(stated))
            self._wrong(
                said[0],
                _("%(code)s is said to lie in several regions: %(parents)s")
                % {"code": code, "parents": parents},
            )
        if not name or not kind:
            self._wrong(said[0], _("%(code)s is new: say its name and kind") % {"code": code})
            return
        after = After(unit.place_id if unit else None, code, kind, name, parent)
        if unit is None:
            self.made.founded.append(after)
            return
        lay_in = self.becomes.get(unit.parent, unit.parent)
        if (code, kind, parent) != (unit.code, unit.kind, lay_in):
            self.made.changed.append(after)
        elif name != unit.name:
            (self.made.respelled if respelled else self.made.changed).append(after)

    def _heir(self, code: str, line: int) -> str:
        """The code of what a parent is after the reform; where it is divided somebody must say."""
        if code in self.becomes:
            return self.becomes[code]
        if code not in self.gone:
            return code
        targets = {said.target or self._container(said) for said in self.out[code]}
        if len(targets) == 1:
            return targets.pop()
        self.made.problems.append(
            Problem(
                line, _("%(code)s is divided: say in which part its regions lie") % {"code": code}
            )
        )
        return ""

    def _container(self, line: Line) -> str:
        """What an abolished region lies in: as said, or what its parent is now."""
        return line.parent or self._heir(self.units[line.source].parent, line.number)

    def _follow_parents(self) -> None:
        """Regions nobody speaks of go with their parent."""
        for unit in self.units.values():
            if unit.parent in self.gone and unit.code not in self.out:
                heir = self._heir(unit.parent, 0)
                after = After(unit.place_id, unit.code, unit.kind, unit.name, heir)
                self.made.changed.append(after)

    def _flows(self) -> None:
        for code, said in self.out.items():
            unit = self.units[code]
            for line in said:
                if not line.target:
                    container = self._container(line)
                    if container:
                        self.made.flows.append((unit.place_id, container, None))
                elif len(said) > 1 or len(self.into[line.target]) > 1 or code in self.gone:
                    self.made.flows.append((unit.place_id, line.target, line.share))

        called = {unit.code: unit.name for unit in self.units.values()}
        called |= {a.code: a.name for a in (*self.made.founded, *self.made.changed)}
        self.made.names = {
            target: called[target] for _, target, _ in self.made.flows if target in called
        }
        kinds = {unit.code: unit.kind for unit in self.units.values()}
        kinds |= {a.code: a.kind for a in (*self.made.founded, *self.made.changed)}
        self.made.kinds = {
            target: kinds[target] for _, target, _ in self.made.flows if target in kinds
        }

    def _check_tree(self) -> None:
        parents = {u.code: u.parent for u in self.units.values() if u.code not in self.gone}
        for code, new in self.becomes.items():
            parents[new] = parents.pop(code, "")
        for after in (*self.made.founded, *self.made.changed):
            parents[after.code] = after.parent
        for after in (*self.made.founded, *self.made.changed):
            line = self.into[after.code][0] if after.code in self.into else None
            if after.parent and after.parent not in parents:
                self._wrong(
                    line,
                    _("%(code)s would lie in %(parent)s, which is not there")
                    % {"code": after.code, "parent": after.parent},
                )
                continue
            seen, code = {after.code}, after.parent
            while code and code not in seen:
                seen.add(code)
                code = parents.get(code, "")
            if code:
                self._wrong(line, _("%(code)s would lie in itself") % {"code": after.code})

    def _wrong(self, line: Line | None, says: str) -> None:
        self.made.problems.append(Problem(line.number if line else 0, says))
