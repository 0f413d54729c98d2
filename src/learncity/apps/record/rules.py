"""The registry of what can be recorded. Rooms register once, when they are loaded."""

from .types import Kind, Subjects

_kinds: dict[str, Kind] = {}
_subjects: dict[str, Subjects] = {}


class UnknownKind(Exception):
    """A fact of a kind that no room registered: a programming error."""


def register(*kinds: Kind) -> None:
    """Make kinds of facts known; the same again is harmless."""
    for kind in kinds:
        if _kinds.setdefault(kind.name, kind) is not kind:
            raise UnknownKind(f"{kind.name} is registered twice")


def register_subjects(name: str, look_up: Subjects) -> None:
    """Say how things of a kind are named and where their page is."""
    _subjects[name] = look_up


def kind_named(name: str) -> Kind:
    """The kind of this name.

    Raises:
        UnknownKind: nobody registered it.
    """
    if name not in _kinds:
        raise UnknownKind(name)
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """Every registered kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def subjects(name: str) -> Subjects | None:
    """How things of this kind are looked up, or ``None``."""
    return _subjects.get(name)
