"""What the staff of a provider, and the city's office, see and change."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from learncity.apps.classes import types as classes
from learncity.apps.classes.types import State

from .common import Moment, Named, Shape


def _not_text(value: Any) -> Any:
    if isinstance(value, str | bool):
        raise PydanticCustomError("int_type", "a number was expected")
    return value


# A whole number of JSON: 30 and 30.0 are the same, "30" is text.
Number = Annotated[int, BeforeValidator(_not_text)]


class RosterLine(Shape):
    """Somebody who has a seat or waits for one."""

    receipt: str
    state: State
    position: int | None
    """Place in the waiting list, from 1; null when they have a seat."""
    name: str
    phone: str
    email: str
    applied_at: Moment

    @classmethod
    def of(cls, row: classes.RosterRow) -> "RosterLine":
        """From a line of the roster."""
        return cls(
            receipt=row.enrolment.receipt,
            state=row.enrolment.state,
            position=row.enrolment.position,
            name=row.name,
            phone=row.phone,
            email=row.email,
            applied_at=row.enrolment.applied_at,
        )


class Roster(Shape):
    """Who has a seat, by name, then who waits, in order. Each look is written down."""

    items: list[RosterLine]


class SeatsChange(Shape):
    """How many seats a class shall have, and how long a waiting list."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    seats: Number = Field(ge=1, le=100_000)
    waiting_limit: Number = Field(ge=0, le=100_000)


class PlacesTaken(Shape):
    """Places taken in one region and month. A person in two classes counts twice."""

    place: Named
    """The region of the class."""
    month: str
    """Of the application: 2026-11."""
    count: int


class Figures(Shape):
    """Counts of the classes I run; of the whole city for its office."""

    classes: int
    """Not over and not cancelled."""
    seats: int
    enrolled: int
    waiting: int
    places_taken: list[PlacesTaken]
    """Newest month first. Counts those who hold a seat today."""
