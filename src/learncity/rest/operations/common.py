"""What several operations ask first."""

from collections.abc import Iterable
from typing import TypeVar

from learncity.apps.classes.types import ClassCard
from learncity.apps.initiatives import queries as initiatives
from learncity.apps.initiatives.types import City
from learncity.apps.organizations import queries as organizations
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceValue
from learncity.kernel.errors import NotFound
from learncity.rest.shapes.classes import Providers

T = TypeVar("T")


def found(value: T | None) -> T:
    """The value.

    Raises:
        NotFound: there is none.
    """
    if value is None:
        raise NotFound
    return value


def the_city() -> City:
    """The city that was set up; one query.

    Raises:
        NotFound: there is none yet.
    """
    return found(next(iter(initiatives.cities()), None))


def city_and_region() -> tuple[City, PlaceValue | None]:
    """The city and the region that it is; two queries."""
    city = the_city()
    return city, places.find_place(city.place_key)


def providers_of(cards: Iterable[ClassCard]) -> Providers:
    """Who runs these classes, by id; one query."""
    return organizations.organizations({card.provider_id for card in cards})
