"""Who does a thing, and by which way in: handed to every service, written to record and audit."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Via(StrEnum):
    """The way in."""

    WEB = "WEB"
    API = "API"
    DESK = "DESK"
    COMMAND = "COMMAND"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class By:
    """The acting person, or ``None`` when the system acts by itself.

    ``mandate_id`` is there when the person acts for another, by whose mandate.
    """

    person_id: UUID | None
    via: Via
    mandate_id: UUID | None = None


SYSTEM = By(None, Via.SYSTEM)
COMMAND = By(None, Via.COMMAND)
