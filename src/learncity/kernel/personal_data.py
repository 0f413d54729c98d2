"""What is kept about persons: every room declares its record classes here, once.

From this one list come the copy a person gets of their own data, what erasing them does, what is
deleted when its time is over, and the page that says all of it. Rooms register in their
``personal.py``, which every process imports at start, from the lowest room up. A test compares the
list with the tables.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.functional import Promise

from .acting import By

# One line of a copy: names as the person reads them, to values of plain types, ``Text`` included.
Line = Mapping[str, Any]
# Persons to what is kept of each; one query or few, whatever the number.
Exporter = Callable[[Collection[UUID]], Mapping[UUID, Sequence[Line]]]


class Basis(StrEnum):
    """Why something may be kept."""

    CONSENT = "CONSENT"
    SERVICE = "SERVICE"  # without it, what the person asked for cannot be done
    DUTY = "DUTY"  # a law or a public task
    SAFETY = "SAFETY"  # against misuse and loss


class OnErasure(StrEnum):
    """What becomes of a record class when its person is erased."""

    DELETED = "DELETED"
    BLANKED = "BLANKED"
    # Stays under an identifier that leads to nobody any more.
    PSEUDONYMOUS = "PSEUDONYMOUS"


@dataclass(frozen=True, slots=True)
class Erased:
    """Who is erased, by whom and when."""

    person_id: UUID
    by: By
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordClass:
    """Something that is kept about persons.

    Attributes:
        name: ``room.what``, stable.
        tables: the models that hold it.
        label: how a person calls it.
        keeps: what of a person stands in it, in a sentence.
        days: how long after its end it is kept unless the city states another time; ``None``: as
            long as the person is not erased.
        on_erasure: what becomes of it then.
        export: a person's lines; ``None`` when there is nothing a person could read.
        erase: does what ``on_erasure`` says and answers how many rows it met; safe to run twice.
            ``None`` when nothing is to be done.
        stays: words that are still there when the person is erased, ``table.column`` to why; a test
            erases somebody and finds their words nowhere else.
        sweep: deletes or blanks what ended before a moment, set-based; how many rows. ``None`` when
            it is kept until erasure, or goes with something else.
    """

    name: str
    tables: tuple[type[models.Model], ...]
    label: str | Promise
    keeps: str | Promise
    basis: Basis
    on_erasure: OnErasure
    days: int | None = None
    export: Exporter | None = None
    erase: Callable[[Erased], int] | None = None
    sweep: Callable[[datetime], int] | None = None
    stays: Mapping[str, str | Promise] = field(default_factory=dict, hash=False)


class RegisteredTwice(Exception):
    """Two record classes of one name: a programming error."""


_registered: dict[str, RecordClass] = {}


def register(*classes: RecordClass) -> None:
    """Make record classes known; the same again is harmless."""
    for one in classes:
        if _registered.setdefault(one.name, one) is not one:
            raise RegisteredTwice(one.name)


def registered() -> list[RecordClass]:
    """Every record class, from the lowest room up."""
    return list(_registered.values())


def copy_of(ids: Collection[UUID]) -> list[tuple[RecordClass, Sequence[Line]]]:
    """Everything that is kept of a person and can be read, class by class, empty ones included.

    Args:
        ids: of the person, and of every record that is the same person.
    """
    found = [(one, one.export(ids)) for one in registered() if one.export is not None]
    return [(one, [line for pk in ids for line in lines.get(pk, ())]) for one, lines in found]


def sweep(before: Mapping[str, datetime]) -> Mapping[str, int]:
    """Delete or blank what is over its time, class by class; how many rows of each.

    Args:
        before: name of a record class to the moment before which its rows are over.
    """
    return {
        one.name: one.sweep(before[one.name])
        for one in registered()
        if one.sweep is not None and one.name in before
    }


def erase(erased: Erased) -> Mapping[str, int]:
    """Erase a person from every room, the highest first, in the running transaction.

    A room above gives back, by its own services, what the person holds; what it tells them then is
    deleted by the rooms below, and the account goes last. Running again is harmless.

    Returns:
        How many rows each class met; only those that met some.
    """
    done = {one.name: one.erase(erased) for one in reversed(registered()) if one.erase is not None}
    return {name: count for name, count in done.items() if count}
