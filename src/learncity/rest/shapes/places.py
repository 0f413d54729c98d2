"""What lies nowhere certain after a reform or was covered, and where it is said to lie."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from pydantic import Field

from learncity.apps.organizations import types as room
from learncity.apps.organizations.types import Elsewhere, Thing
from learncity.apps.places.types import Break, PlaceValue

from .common import Named, Shape, Slug, Words
from .partners import named


class Since(Shape):
    """A reform that ended or divided a region."""

    reform: str
    title: Words
    on: date

    @classmethod
    def of(cls, value: Break) -> "Since":
        """From a break."""
        return cls(reform=value.reform, title=Words(value.title), on=value.on)


class Astray(Shape):
    """A seat, site, office or what is covered, whose region ended or was divided since."""

    thing: Thing
    id: UUID
    key: str
    """Of the organization or site; of the organization for what it covers; empty for an office."""
    name: Words
    organization: Named
    region: Named
    """In which it lay, or which is covered."""
    has_ended: bool
    """The region is not on today's map; else it was divided."""
    since: list[Since]
    """Empty where the region ended without a reform."""
    candidates: list[Named]
    """What the region went into, as of today; of an abolished level also what lay in it."""
    classes_to_come: int
    """They go along with it."""

    @classmethod
    def of(cls, value: room.Astray, heirs: Iterable[PlaceValue], classes: int) -> "Astray":
        """From what is astray, its candidates and its classes to come."""
        place = value.region.place
        return cls(
            thing=value.thing,
            id=value.id,
            key=value.key,
            name=Words(value.name),
            organization=named(value.organization),
            region=Named(key=place.key, name=Words(place.name)),
            has_ended=value.region.has_ended,
            since=[Since.of(b) for b in value.breaks],
            candidates=[Named(key=heir.key, name=Words(heir.name)) for heir in heirs],
            classes_to_come=classes,
        )


class AstrayList(Shape):
    """All that is astray, by region."""

    items: list[Astray]


class Chosen(Shape):
    """One of the list, by what it is and its id."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    thing: Thing
    id: UUID


class Lay(Shape):
    """Where they lie now."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    chosen: list[Chosen] = Field(min_length=1, max_length=200)
    places: list[Slug] = Field(max_length=200)
    """Keys of regions of today: one, or of what is covered any number, or none of them."""
    reason: Elsewhere | None = None
    """Needed when the old region did not go into this one, nor into one above it."""


class Laid(Shape):
    """How many were said to lie there; those that did already are not counted."""

    laid: int
