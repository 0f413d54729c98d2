"""What the shells may know of initiatives. Pure data."""

from dataclasses import dataclass

from learncity.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Help:
    """How to reach a person: the same place on every page."""

    phone: str
    hours: Text
    address: Text


@dataclass(frozen=True, slots=True)
class City:
    """A city that was set up from a blueprint. ``place_key`` is its region."""

    key: str
    title: Text
    story: Text
    place_key: str
    help: Help
