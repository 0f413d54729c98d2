"""Shapes that several operations share: texts, moments, money, positions, references.

A shape is what the public sees of a value: it changes only by adding, whatever becomes of the value
behind it. Every field is always there; what is unknown is ``null`` or empty.
"""

import re
from datetime import date, datetime
from typing import Annotated

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import override
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from learncity.apps.places.types import Point
from learncity.kernel.texts import ALL, LANGUAGES, django_language


class Shape(BaseModel):
    """The root of every shape; the sentence below a field is its description in openapi.json."""

    model_config = ConfigDict(use_attribute_docstrings=True)


def _by_the_citys_clock(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat()


Moment = Annotated[
    datetime,
    PlainSerializer(_by_the_citys_clock, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def _iso(value: object) -> object:
    """Only what the description says; the library would take seconds since 1970 as well."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticCustomError("date_parsing", "a date was expected, such as 2026-11-30")
    return value


Day = Annotated[date, BeforeValidator(_iso)]

# A key, as it stands in an address.
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]{1,80}$")]
# In every list that comes in parts.
Next = Annotated[
    str | None, Field(description="Address of the part that follows; null at the end.")
]
# As a receipt is printed, in the alphabet of kernel.ids.
Receipt = Annotated[str, Field(pattern=r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$")]
Limit = Annotated[int, Field(ge=1, le=200, description="How many at the most.")]
Cursor = Annotated[
    str,
    Field(
        pattern=r"^[-A-Za-z0-9_]{1,400}$",
        description="From `next` of the page before; it cannot be made by hand.",
    ),
]
Search = Annotated[str, Field(max_length=100)]


class Words(RootModel[dict[str, str]]):
    """The same words in the languages they were written in, by BCP 47 tag; there may be none."""

    model_config = ConfigDict(json_schema_extra={"propertyNames": {"enum": list(ALL)}})


def labels(words: str | Promise) -> Words:
    """A text of the interface in every language there is."""
    found = {}
    for tag in LANGUAGES:
        with override(django_language(tag)):
            found[tag] = str(words)
    return Words(found)


class Asked(Shape):
    """What is sent; a field that nobody knows is a mistake."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}


class Named(Shape):
    """Something with a page or operation of its own."""

    key: str
    name: Words


class Position(Shape):
    """Degrees, WGS 84."""

    latitude: float
    longitude: float

    @classmethod
    def of(cls, point: Point | None) -> "Position | None":
        """The position of a point, if there is one."""
        return cls(latitude=point.latitude, longitude=point.longitude) if point else None


class Money(Shape):
    """An amount."""

    amount: int
    """In the currency's smallest unit: 2000 with CNY is 20 yuan, 2000 with VND is 2000 đồng."""
    currency: str
    """ISO 4217."""


def page_of(path: str) -> str:
    """The address of a page for people."""
    return f"{settings.BASE_URL}{path}"
