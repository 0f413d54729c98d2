"""YAML files with line numbers: every mistake says where it is and what to do."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

Where = tuple[Any, ...]

# The C parser where it is there, which is everywhere wheels are; it is ten times faster.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Levels of lists and mappings in each other.
_DEEPEST = 12

_RELATIVE = re.compile(r"^monday([+-]\d{1,3})w$")


@dataclass(frozen=True)
class Mistake:
    """One mistake, with the file and line it stands in."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


class Mistakes(Exception):
    """A file cannot be used; holds every mistake, in the order of the files."""

    def __init__(self, found: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(m) for m in found))
        self.found = list(found)


@dataclass
class _Part:
    file: str
    node: yaml.MappingNode
    values: dict[str, Any]


@dataclass
class Document:
    """A blueprint file and the parts it names, as one. ``anchor`` is day 0 of relative dates."""

    path: Path
    parts: list[_Part]
    anchor: date | None = None

    @classmethod
    def load(cls, path: Path) -> "Document":
        """Read a file and its parts.

        Raises:
            Mistakes: a file is missing, is no YAML, or is not a mapping.
        """
        first = _read(path, path.name)
        parts = [first]
        names = first.values.get("parts") or []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            line = _deepest(first.node, ("parts",))
            raise Mistakes([Mistake(first.file, line, "`parts` is a list of names of files")])
        for name in names:
            target = (path.parent / name).resolve()
            if path.parent.resolve() not in target.parents:
                raise Mistakes(
                    [Mistake(path.name, 1, f"{name!r} is outside the blueprint's folder")]
                )
            parts.append(_read(target, name))
        return cls(path, parts)

    @property
    def head(self) -> dict[str, Any]:
        """What the first file says besides its sections."""
        return {k: v for k, v in self.parts[0].values.items() if not isinstance(v, list)} | (
            {"parts": self.parts[0].values["parts"]} if "parts" in self.parts[0].values else {}
        )

    def sections(self) -> Iterator[tuple[str, list[Any]]]:
        """Every list of items by section name, the parts in order, relative dates resolved."""
        merged: dict[str, list[Any]] = {}
        for part in self.parts:
            for name, value in part.values.items():
                if isinstance(value, list) and name != "parts":
                    merged.setdefault(name, []).extend(self._dated(value))
        yield from merged.items()

    def _dated(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._dated(v) for v in value]
        if isinstance(value, dict):
            return {k: self._dated(v) for k, v in value.items()}
        if isinstance(value, str) and self.anchor and (found := _RELATIVE.match(value)):
            monday = self.anchor - timedelta(days=self.anchor.weekday())
            return (monday + timedelta(weeks=int(found.group(1)))).isoformat()
        return value.isoformat() if isinstance(value, date) else value

    def collect(self) -> "Collector":
        """A place to gather mistakes in this document."""
        return Collector(self)

    def at(self, where: Where) -> "Spot":
        """A spot from which a section reports its own mistakes."""
        return Spot(self, where)

    def line(self, where: Where) -> tuple[str, int]:
        """File and line of a place in the merged document."""
        section, rest = (where[0], where[1:]) if where else ("", ())
        index = rest[0] if rest and isinstance(rest[0], int) else None
        for part in self.parts:
            node = _child(part.node, section) if section else None
            if node is None:
                continue
            if not isinstance(node, yaml.SequenceNode) or index is None:
                return part.file, _deepest(part.node, where)
            if index < len(node.value):
                return part.file, _deepest(node.value[index], rest[1:])
            index -= len(node.value)
        return self.parts[0].file, _deepest(self.parts[0].node, where)


@dataclass(frozen=True)
class Spot:
    """One item's place in a document."""

    document: Document
    where: Where

    def mistake(self, says: str, *path: Any) -> Mistake:
        """A mistake at a field of the item."""
        return Mistake(*self.document.line((*self.where, *path)), says)


class Collector:
    """Gathers mistakes with their lines, so that all are reported at once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[Mistake] = []

    def add(self, where: Where, says: str, near: Sequence[str] = ()) -> None:
        """Note a mistake; ``near`` is what was perhaps meant."""
        if near:
            says += f"; did you mean {near[0]!r}?"
        self.found.append(Mistake(*self.document.line(where), says))

    def extend(self, mistakes: Iterable[Mistake]) -> None:
        """Note mistakes that a section found itself."""
        self.found += mistakes

    def validate(self, schema: type[BaseModel], raw: Any, where: Where) -> dict[str, Any] | None:
        """The value as plain JSON with all defaults, or ``None`` after noting what is wrong."""
        try:
            return schema.model_validate(raw).model_dump(mode="json")
        except ValidationError as error:
            for wrong in error.errors():
                field_path = [p for p in wrong["loc"] if not str(p).startswith("function-")]
                name = ".".join(str(p) for p in field_path)
                says = wrong["msg"][0].lower() + wrong["msg"][1:]
                self.add((*where, *field_path), f"{name}: {says}" if name else says)
            return None

    def raise_if_any(self) -> None:
        """Raise all that was noted, in the order of the files."""
        if self.found:
            order = {part.file: i for i, part in enumerate(self.document.parts)}
            raise Mistakes(sorted(self.found, key=lambda m: (order.get(m.file, 0), m.line)))


def _read(path: Path, name: str) -> _Part:
    try:
        text = path.read_text(encoding="utf-8")
        _check_plain(text, name)
        loader = _Loader(text)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except OSError as error:
        raise Mistakes([Mistake(name, 1, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise Mistakes([Mistake(name, 1, "is not UTF-8 text")]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Mistakes([Mistake(name, line, f"is no YAML: {error.problem}")]) from error
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        raise Mistakes([Mistake(name, 1, "should hold sections, each a name and a list")])
    return _Part(name, node, values)


def _check_plain(text: str, name: str) -> None:
    """A small file must not become a large one in memory.

    Raises:
        Mistakes: it uses aliases, or is nested deeper than any blueprint.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            says = f"*{event.anchor} stands for something else; write it out here"
            raise Mistakes([Mistake(name, line, says)])
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise Mistakes([Mistake(name, line, "is nested too deeply; nothing here needs that")])


def _child(node: yaml.Node, key: Any) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((v for k, v in node.value if k.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key]
    return None


def _deepest(node: yaml.Node, path: Where) -> int:
    """The line of the deepest place of the path that is written in the file."""
    line = node.start_mark.line
    for step in path:
        if isinstance(node, yaml.MappingNode):
            line = next((k.start_mark.line for k, _ in node.value if k.value == str(step)), line)
        below = _child(node, step)
        if below is None:
            break
        node = below
        if not isinstance(node, yaml.ScalarNode) and not isinstance(step, str):
            line = node.start_mark.line
    return line + 1
