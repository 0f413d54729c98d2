"""The registry of keys, and pure decisions on their values and on names shown to strangers."""

from datetime import date
from typing import Any

from .types import CodeState, Key, Pattern, ValueDoesNotFit, ValueType

_keys: dict[str, Key] = {}


class UnknownKey(Exception):
    """A key that no room registered: a programming error."""


def register(*keys: Key) -> None:
    """Make keys known; the same again is harmless."""
    for key in keys:
        if _keys.setdefault(key.name, key) is not key:
            raise UnknownKey(f"{key.name} is registered twice")


def key_named(name: str) -> Key:
    """The key of this name.

    Raises:
        UnknownKey: nobody registered it.
    """
    if name not in _keys:
        raise UnknownKey(name)
    return _keys[name]


def all_keys() -> list[Key]:
    """Every registered key, as registered."""
    return list(_keys.values())


def fitting(key: Key, value: Any) -> Any:
    """The value in the form in which it is kept: plain JSON.

    Raises:
        ValueDoesNotFit: it is not of the key's type.
    """
    found = _FIT[key.type](value)
    if found is _NOTHING:
        raise ValueDoesNotFit(key.name)
    return found


_NOTHING = object()


def _none(value: Any) -> Any:
    return None if value in (None, "") else _NOTHING


def _number(value: Any) -> Any:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9
    return value if good else _NOTHING


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return _NOTHING
    plain = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return plain if 0 < len(plain) <= 200 else _NOTHING


def _date(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return _NOTHING


def _shifts(value: Any) -> Any:
    """A pattern and the week days worked, Monday 1; no day named says nothing about days."""
    if not isinstance(value, dict) or set(value) - {"pattern", "days"}:
        return _NOTHING
    days = value.get("days", [])
    if value.get("pattern") not in list(Pattern) or not isinstance(days, list):
        return _NOTHING
    if any(isinstance(d, bool) or d not in range(1, 8) for d in days):
        return _NOTHING
    return {"pattern": str(value["pattern"]), "days": sorted(set(days))}


_FIT = {
    ValueType.NONE: _none,
    ValueType.NUMBER: _number,
    ValueType.TEXT: _text,
    ValueType.DATE: _date,
    ValueType.SHIFTS: _shifts,
}


def masked(name: str) -> str:
    """A name that tells whether it is who one thinks, and no more.

    Chinese: first and last of three signs, 王*兰; the first of two, 王*. Others: the first letters,
    N. T. H.
    """
    name = name.strip()
    if not name:
        return "*"
    if any("\u3400" <= sign <= "\u9fff" for sign in name) and " " not in name:
        last = name[-1] if len(name) > 2 else ""
        return name[0] + "*" * max(1, len(name) - 1 - len(last)) + last
    return " ".join(f"{word[0].upper()}." for word in name.split())


def code_state(
    *,
    on: date,
    code_until: date,
    is_withdrawn: bool,
    since: date | None,
    until: date | None,
) -> CodeState:
    """What a code is worth on a day; ``code_until`` and ``until`` are the first days without."""
    if is_withdrawn:
        return CodeState.WITHDRAWN
    if code_until <= on:
        return CodeState.EXPIRED
    if (since is not None and on < since) or (until is not None and until <= on):
        return CodeState.NOT_NOW
    return CodeState.VALID
