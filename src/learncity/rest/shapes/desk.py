"""What the staff of a provider, and the city's office, see and change."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from learncity.apps.classes import types as classes
from learncity.apps.classes.types import State
from learncity.apps.places.types import Figure, PlaceValue, Unsure, View

from .common import Moment, Named, Shape, Words


def not_text(value: Any) -> Any:
    """Only what JSON calls a number; the library would take text as well."""
    if isinstance(value, str | bool):
        raise PydanticCustomError("int_type", "a number was expected")
    return value


# A whole number of JSON: 30 and 30.0 are the same, "30" is text.
Number = Annotated[int, BeforeValidator(not_text)]


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
    """Whole places that certainly belong to it."""
    least: float
    """Not whole where shares of residents were published when the region was divided."""
    most: float
    """With what may belong to it; more than `least` where that cannot be known."""

    @classmethod
    def of(cls, place: PlaceValue, month: date, figure: Figure) -> "PlacesTaken":
        """From a region and its figure of a month."""
        return cls(
            place=Named(key=place.key, name=Words(place.name)),
            month=month.strftime("%Y-%m"),
            count=figure.least,
            least=float(figure.known),
            most=float(figure.known + figure.perhaps),
        )


class UnsurePlaces(Shape):
    """Places taken that belong to one of several regions, and nobody knows to which."""

    among: list[Named]
    """Empty when it belongs to no region of that map."""
    counted_in: list[Named]
    is_divided: bool
    """These were divided since; else the map is older, and they were put together after it."""
    month: str
    count: float

    @classmethod
    def of(cls, unsure: Unsure, month: date, where: Mapping[UUID, PlaceValue]) -> "UnsurePlaces":
        """From a part of a month that has no one region."""

        def named(ids: Iterable[UUID]) -> list[Named]:
            found = sorted((where[pk] for pk in ids), key=lambda place: place.key)
            return [Named(key=place.key, name=Words(place.name)) for place in found]

        return cls(
            among=named(unsure.among),
            counted_in=named(unsure.counted_in),
            is_divided=unsure.is_divided,
            month=month.strftime("%Y-%m"),
            count=float(unsure.value),
        )


class DeskFigures(Shape):
    """Counts of the classes I run; of the whole city for its office."""

    classes: int
    """Not over and not cancelled."""
    seats: int
    enrolled: int
    waiting: int
    view: View
    on: date | None
    """The day of the map; null for the regions as they were."""
    places_taken: list[PlacesTaken]
    """Newest month first. Counts those who hold a seat today."""
    unsure: list[UnsurePlaces]
    """With all `least` it is the same sum on every map."""
