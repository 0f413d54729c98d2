"""What rooms write into the record and read from it. Pure data."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from learncity.kernel.acting import By
from learncity.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: its stable name and how the person reads it."""

    name: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class NewFact:
    """Something that happened to a person.

    ``place_id`` is the region where it happened, ``home_id`` where the person lived, both as of
    that day. ``subject`` names what it was about: a registered kind of thing and its id.
    """

    person_id: UUID
    kind: Kind
    at: datetime
    by: By
    place_id: UUID | None
    home_id: UUID | None
    subject: tuple[str, UUID]
    organization_id: UUID | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactValue:
    """A fact as it is shown to its person."""

    id: UUID
    at: datetime
    kind: str
    label: str
    subject_type: str
    subject_id: UUID
    subject: Text
    url: str
    place: Text
    via: str
    own: bool
    # By somebody who acts for the person under a mandate.
    mandated: bool = False


# Names and pages of things by id, in one query: what a room registers for its kind of subject.
Subjects = Callable[[Collection[UUID]], Mapping[UUID, tuple[Text, str]]]
