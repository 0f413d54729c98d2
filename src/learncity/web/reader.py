"""How this reader wants their pages: language, mode, look, data and place, kept in plain cookies.

No account is needed for any of them, and none of them says who somebody is.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import get_language

from learncity.apps.initiatives import queries as initiatives
from learncity.apps.initiatives.types import City
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceValue
from learncity.kernel.memo import remember
from learncity.kernel.texts import Text, content_language

# Cookie and query name to the values it may hold.
CHOICES = {
    "mode": ("normal", "senior"),
    "look": ("auto", "day", "night", "contrast"),
    "data": ("normal", "low"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """The preferences of one request."""

    lang: str
    is_senior: bool
    look: str
    low_data: bool
    city: City | None
    city_place: PlaceValue | None
    place: PlaceValue | None

    @property
    def city_name(self) -> Text:
        """The city's short name."""
        return self.city_place.name if self.city_place else Text()

    @property
    def is_local(self) -> bool:
        """Whether a place inside the city was chosen, so that 'near you' means something."""
        return self.place is not None and self.place != self.city_place


@remember(seconds=20)
def _city() -> City | None:
    found = initiatives.cities()
    return found[0] if found else None


@remember(seconds=60)
def _place(key: str) -> PlaceValue | None:
    return places.find_place(key)


def reader_of(request: HttpRequest) -> Reader:
    """The reader behind a request; worked out once a request, mostly from memory."""
    known = getattr(request, "_learncity_reader", None)
    if known is None:
        known = request._learncity_reader = _read(request)  # type: ignore[attr-defined]
    return known


def _read(request: HttpRequest) -> Reader:
    cookies, city = request.COOKIES, _city()
    home = _place(city.place_key) if city else None
    chosen = _place(cookies["place"][:80]) if cookies.get("place") else None
    look = cookies.get("look", "")
    return Reader(
        lang=content_language(get_language()),
        is_senior=cookies.get("mode") == "senior",
        look=look if look in ("day", "night", "contrast") else "",
        low_data=cookies.get("data") == "low",
        city=city,
        city_place=home,
        place=chosen or home,
    )
