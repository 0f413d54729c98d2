"""A whole set-up as a readable file: read with line numbers, planned like a diff, applied once.

Rooms describe their part as a ``Section``; the plan is made here, the same way for all. The rule of
ownership: a blueprint owns the fields it states. A thing that leaves the file is ended, never
deleted. A field that somebody changed by hand since the last application is a conflict: it is shown
and kept, unless the operator says to overwrite.
"""

import difflib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, get_args, get_origin
from uuid import UUID

from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from pydantic import BaseModel, ConfigDict, StringConstraints

from . import locks
from .blueprint_files import Collector, Document, Mistake, Spot, Where
from .errors import DomainError
from .models import Blueprint, BlueprintItem

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Language = Annotated[str, StringConstraints(pattern=r"^(zh-Hans|zh-Hant|vi|en)$")]
Names = dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=4000)]]

# One lock for all files: two may state the same things, or name each other's.
_LOCK, _ALL = "kernel.Blueprint", UUID(int=0)


class PlanIsOld(DomainError):
    """Between the plan and its application something changed that the plan speaks of."""

    says = "What the city is has changed since the plan was shown; look at the new plan."
    code = "plan_is_old"


@dataclass(frozen=True)
class Ref:
    """Marks a field that names a thing of a section, possibly one already in the database."""

    section: str


class Value(BaseModel):
    """Part of a blueprint; a field that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)


class Stated(Value):
    """A thing of a blueprint, named by its key."""

    key: Key


class Section(ABC):
    """One room's part of a blueprint. Values are plain JSON, as ``schema`` dumps them."""

    name: ClassVar[str]
    schema: ClassVar[type[Value]]

    def key_of(self, said: dict[str, Any]) -> str:
        """The key of one item, unique in its section."""
        return str(said["key"])

    def keys_of(self, key: str, said: dict[str, Any]) -> set[str]:
        """All keys that an item brings into being for others to name."""
        return {key}

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The same statement in one form, where order or spelling means nothing."""
        return said

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """Mistakes that the schema cannot see, such as a last day before the first."""
        return iter(())

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """Mistakes that only show between items, such as a room that is booked twice."""
        return iter(())

    def hold(self, keys: Collection[str]) -> None:  # noqa: B027 - most need nothing
        """Keep what exists of these keys from being changed by others until the transaction ends.

        For things that people change at the same time under a lock of their own.
        """

    @abstractmethod
    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """How the things of these keys are now; those that do not exist or ended are absent."""

    @abstractmethod
    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that others may name."""

    @abstractmethod
    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make the things be so, new or not; set-based."""

    @abstractmethod
    def end(self, keys: Collection[str]) -> None:
        """The things are no more; nothing is deleted."""


class Act(StrEnum):
    """What a plan does with one thing."""

    CREATE = "CREATE"
    CHANGE = "CHANGE"
    END = "END"
    KEEP = "KEEP"


@dataclass(frozen=True)
class Step:
    """One thing of a plan; ``fields``: name to what is and what will be, or, kept, was stated."""

    section: str
    key: str
    act: Act
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass
class Plan:
    """Everything that applying would do; empty when the city is as the file says.

    Two are equal when they would write the same over the same, so a new one tells an old one.
    """

    key: str
    anchor: date
    head: dict[str, Any]
    document: Document = field(compare=False, repr=False)
    overwrite: bool = False
    steps: list[Step] = field(default_factory=list)
    _writes: dict[str, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)
    _ends: dict[str, list[str]] = field(default_factory=dict)
    _stated: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    _head_changed: bool = False

    @property
    def changes(self) -> list[Step]:
        """The steps that write something."""
        return [step for step in self.steps if step.act != Act.KEEP]

    @property
    def conflicts(self) -> list[Step]:
        """Fields changed by hand that the file states differently, and that are kept."""
        return [step for step in self.steps if step.act == Act.KEEP]

    @property
    def is_empty(self) -> bool:
        """Whether applying would change nothing."""
        return not self.changes and not self._head_changed


class Engine:
    """Reads, plans and applies blueprints made of the given sections, in their order."""

    def __init__(self, head: type[Value], sections: Sequence[Section]) -> None:
        self.head, self.sections = head, list(sections)
        self._by_name = {section.name: section for section in sections}

    def schema(self) -> dict[str, Any]:
        """The published JSON Schema of a blueprint file."""
        root = self.head.model_json_schema(ref_template="#/$defs/{model}")
        defs = root.setdefault("$defs", {})
        for section in self.sections:
            part = section.schema.model_json_schema(ref_template="#/$defs/{model}")
            defs.update(part.pop("$defs", {}))
            defs[section.schema.__name__] = part
            root["properties"][section.name] = {
                "type": "array",
                "items": {"$ref": f"#/$defs/{section.schema.__name__}"},
            }
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **root}

    def read(
        self, document: Document, last: Mapping[str, Mapping[str, dict[str, Any]]]
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """The head and the stated items by section and key.

        Args:
            last: the items as the file stated them when it was last applied.

        Raises:
            Mistakes: every mistake of the file, each with file, line and what to do.
        """
        mistakes = document.collect()
        head = mistakes.validate(self.head, document.head, ())
        stated: dict[str, dict[str, dict[str, Any]]] = {}
        where: dict[tuple[str, str], Where] = {}
        for name, items in document.sections():
            if name not in self._by_name:
                near = difflib.get_close_matches(name, self._by_name, 1)
                mistakes.add((name,), f"there is no section {name!r}", near)
                continue
            section, found = self._by_name[name], stated.setdefault(name, {})
            for index, raw in enumerate(items):
                said = mistakes.validate(section.schema, raw, (name, index))
                if said is None:
                    continue
                key = section.key_of(said)
                if key in found:
                    mistakes.add((name, index), f"{key!r} is stated twice in {name}")
                found[key] = said
                where[name, key] = (name, index)
        # What left the file can be told only when all that stands in it could be read.
        self._check_references(stated, {} if mistakes.found else last, where, mistakes)
        mistakes.raise_if_any()
        assert head is not None
        return head, stated

    def _check_references(
        self,
        stated: dict[str, dict[str, Any]],
        last: Mapping[str, Mapping[str, dict[str, Any]]],
        where: dict[tuple[str, str], Where],
        mistakes: Collector,
    ) -> None:
        named: dict[str, dict[str, tuple[Any, ...]]] = {}
        for name, items in stated.items():
            for key, said in items.items():
                here = where[name, key]
                mistakes.extend(self._by_name[name].check(said, mistakes.document.at(here)))
                for target, value, path in references(self._by_name[name].schema, said):
                    named.setdefault(target, {}).setdefault(value, (*here, *path))
            spots = {key: mistakes.document.at(where[name, key]) for key in items}
            mistakes.extend(self._by_name[name].check_all(items, spots))
        for target, wanted in named.items():
            section = self._by_name[target]
            brought = _brought(section, stated.get(target, {}))
            missing = set(wanted) - brought
            known = section.known(missing)
            # It is there still, but not when this file has been applied.
            ends = known & _brought(section, last.get(target, {}))
            for value in sorted(missing - known | ends):
                why = f"is not one of the {target}"
                if value in ends:
                    why = f"is ended, as the file no longer states it among the {target}"
                near = difflib.get_close_matches(value, brought, 1)
                mistakes.add(wanted[value], f"{value!r} {why}", near)

    def plan(self, document: Document, *, today: date, overwrite: bool = False) -> Plan:
        """What applying the file would do; reads the database, writes nothing.

        Args:
            today: the day that anchors relative dates, if the file was never applied.
            overwrite: whether the file wins over changes by hand.

        Raises:
            Mistakes: the file cannot be applied.
        """
        key = str(document.head.get("key", ""))
        before = Blueprint.objects.filter(pk=key).first()
        anchor = before.anchor if before else today
        document.anchor = anchor
        last: dict[str, dict[str, Any]] = {}
        for item in BlueprintItem.objects.filter(blueprint_id=key).order_by("id"):
            last.setdefault(item.section, {})[item.key] = item.stated
        head, stated = self.read(document, last)
        plan = Plan(key, anchor, head, document, overwrite, _stated=stated)
        plan._head_changed = before is None or before.head != head
        for section in self.sections:
            self._plan_section(
                plan, section, stated.get(section.name, {}), last.get(section.name, {}), overwrite
            )
        return plan

    @staticmethod
    def _plan_section(
        plan: Plan, section: Section, stated: dict[str, Any], last: dict[str, Any], overwrite: bool
    ) -> None:
        current = section.read(set(stated) | set(last))
        writes = plan._writes.setdefault(section.name, [])
        for key, said in stated.items():
            fields = {name: value for name, value in said.items() if name != "key"}
            is_now = current.get(key)
            if is_now is None:
                plan.steps.append(Step(section.name, key, Act.CREATE))
                writes.append((key, fields))
                continue
            changed, kept = _differences(
                section.normal(fields),
                section.normal(is_now),
                section.normal(last[key]) if key in last else None,
                overwrite,
            )
            if kept:
                plan.steps.append(Step(section.name, key, Act.KEEP, kept))
            if changed:
                plan.steps.append(Step(section.name, key, Act.CHANGE, changed))
                keep = {name: is_now[name] for name in kept}
                writes.append((key, {**fields, **keep}))
        gone = [key for key in last if key not in stated and key in current]
        plan.steps += [Step(section.name, key, Act.END) for key in gone]
        plan._ends[section.name] = gone

    @transaction.atomic
    def apply(self, plan: Plan, *, at: Any) -> None:
        """Do what the plan says, all or nothing. Applying the same file again changes nothing.

        Raises:
            PlanIsOld: planned now, it would be another plan; nothing is written.
            Mistakes: by now the file cannot be applied; nothing is written.
        """
        locks.hold(_LOCK, _ALL)
        for section in reversed(self.sections):
            written = [key for key, _ in plan._writes.get(section.name, ())]
            section.hold([*written, *plan._ends.get(section.name, ())])
        if self.plan(plan.document, today=plan.anchor, overwrite=plan.overwrite) != plan:
            raise PlanIsOld(plan.key)
        Blueprint.objects.update_or_create(
            pk=plan.key,
            defaults={"anchor": plan.anchor, "applied_at": at, "head": plan.head},
        )
        for section in self.sections:
            if plan._writes.get(section.name):
                section.write(plan._writes[section.name])
        for section in reversed(self.sections):
            if plan._ends.get(section.name):
                section.end(plan._ends[section.name])
        BlueprintItem.objects.filter(blueprint_id=plan.key).delete()
        BlueprintItem.objects.bulk_create(
            [
                BlueprintItem(
                    blueprint_id=plan.key,
                    section=name,
                    key=key,
                    stated={n: v for n, v in said.items() if n != "key"},
                )
                for name, items in plan._stated.items()
                for key, said in items.items()
            ],
            batch_size=1000,
        )


def forget(section: str, *, key: str) -> int:
    """Forget what files last said of a thing, and of those whose key begins with it; how many.

    A file that still states it makes it anew when it is applied again.
    """
    said = BlueprintItem.objects.filter(section=section)
    return said.filter(Q(key=key) | Q(key__startswith=f"{key}/")).delete()[0]


def forget_naming(section: str, *, key: str) -> int:
    """Forget what files last said of the things of a section that name another by its key."""
    said = BlueprintItem.objects.filter(section=section)
    naming = said.alias(text=Cast("stated", TextField())).filter(text__contains=f'"{key}"')
    return naming.delete()[0]


def _brought(section: Section, items: Mapping[str, dict[str, Any]]) -> set[str]:
    """All keys that the items of a section bring into being."""
    return {brought for key, said in items.items() for brought in section.keys_of(key, said)}


def _differences(
    fields: dict[str, Any], is_now: dict[str, Any], last: dict[str, Any] | None, overwrite: bool
) -> tuple[dict[str, tuple[Any, Any]], dict[str, tuple[Any, Any]]]:
    """The fields to change, and those changed by hand that are kept."""
    changed: dict[str, tuple[Any, Any]] = {}
    kept: dict[str, tuple[Any, Any]] = {}
    for name, value in fields.items():
        if is_now[name] == value:
            continue
        by_hand = last is not None and name in last and is_now[name] != last[name]
        target = kept if by_hand and not overwrite else changed
        target[name] = (is_now[name], value)
    return changed, kept


def references(
    schema: type[BaseModel], said: dict[str, Any]
) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Every reference an item makes: target section, value, path inside the item."""
    for name, info in schema.model_fields.items():
        value = said.get(name)
        if value is None:
            continue
        values = value if isinstance(value, list) else [value]
        inner = next(_models(info.annotation), None)
        if inner is not None:
            for index, part in enumerate(values):
                where = (name, index) if isinstance(value, list) else (name,)
                for section, key, path in references(inner, part):
                    yield section, key, (*where, *path)
            continue
        target = next((m.section for m in _metadata(info) if isinstance(m, Ref)), None)
        if target is None:
            continue
        for one in values:
            yield target, str(one), (name,)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The parts of which a field is made, itself or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _metadata(info: Any) -> list[Any]:
    found = list(info.metadata)
    stack = [info.annotation]
    while stack:
        annotation = stack.pop()
        if get_origin(annotation) is Annotated:
            found += annotation.__metadata__
        stack += [a for a in get_args(annotation) if get_origin(a) or get_args(a)]
    return found
