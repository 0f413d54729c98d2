"""What rooms tell people, and what can be asked about it. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID


class Channel(StrEnum):
    """A way out of the machine. The inbox is none: it is always written."""

    EMAIL = "EMAIL"
    SMS = "SMS"


class DeliveryState(StrEnum):
    """What became of a message on its way out."""

    SENT = "SENT"
    HELD = "HELD"  # demo mode, or no sender is set up: shown, not sent


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message: gettext sources of its title and body, with named placeholders.

    The body is one to three short sentences, fit for an SMS: what happened and what to do.
    """

    name: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to one person.

    ``key`` makes it unique: telling the same news twice writes one message. ``values`` fill the
    placeholders; ``Text`` values are put in the person's language, dates as they read them.
    """

    person_id: UUID
    language: str
    kind: Kind
    key: str
    values: Mapping[str, Any]
    at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class MessageValue:
    """A message in somebody's inbox, as it was written to them."""

    id: UUID
    title: str
    body: str
    url: str
    language: str
    created_at: datetime
    is_read: bool


@dataclass(frozen=True, slots=True)
class DeliveryValue:
    """What left, or in demo mode would have left, the machine."""

    id: UUID
    channel: Channel
    address: str
    subject: str
    body: str
    state: DeliveryState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MessageWritten:
    """Published once for every message written to an inbox; carried outside after commit."""

    message_id: UUID


@dataclass(frozen=True, slots=True)
class CodeWanted:
    """Published for every sign-in code; carried outside while the code works, then forgotten."""

    # As long as its text says (services.CODE) and the sign-in takes it (tested).
    lasts = timedelta(minutes=10)

    delivery_id: UUID
    channel: str
    address: str
    language: str
    code: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a port sends. ``id`` is stable: sending again after a crash repeats it."""

    id: UUID
    address: str
    subject: str
    body: str
    language: str
    kind: str
    values: Mapping[str, str] = field(default_factory=dict)
