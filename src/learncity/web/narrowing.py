"""A list of courses that is narrowed by its address: what was chosen, and what could be.

The form works by GET, so the address is the view; to look again means to open it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learncity.apps.catalogue.types import (
    AUDIENCE_NAMES,
    CATEGORY_NAMES,
    LANGUAGE_NAMES,
    LEVEL_NAMES,
    Category,
)
from learncity.apps.classes import queries as classes
from learncity.apps.classes.queries import Facet, Found, Order, Price, Wanted
from learncity.apps.classes.types import Mode, PartOfDay
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceValue
from learncity.kernel import formats
from learncity.kernel.dated import day_of
from learncity.kernel.memo import remember

from .reader import Reader, reader_of

_MOST_VALUES = 40
_MONDAY = date(2026, 11, 23)
# Of these one is enough: whoever walks five kilometres walks two.
_ONE_OF = (Facet.WITHIN, Facet.STARTS)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the address of a list asks for.

    Attributes:
        fixed: the category whose page it is; no choice of the reader's.
        near: the region from which distances are measured.
        inside: the city's regions, each after the one it lies in.
    """

    wanted: Wanted
    fixed: Category | None
    near: PlaceValue | None
    inside: tuple[PlaceValue, ...]

    @property
    def choices(self) -> Mapping[Facet, frozenset[str]]:
        """What the reader chose."""
        chosen = self.wanted.choices
        return {f: v for f, v in chosen.items() if not (self.fixed and f == Facet.CATEGORY)}

    @property
    def is_plain(self) -> bool:
        """Nobody narrowed the list or put it into another order."""
        return not (self.wanted.text or self.choices or self.wanted.order != Order.BEST)

    def url(self, **change: Any) -> str:
        """The address of this list with some parts of it otherwise."""
        asked: dict[str, Any] = {
            "q": self.wanted.text,
            **{facet: sorted(values) for facet, values in self.choices.items()},
            "sort": "" if self.wanted.order == Order.BEST else self.wanted.order.value,
            **change,
        }
        if self.near and (asked.get("within") or asked.get("sort") == Order.NEAREST):
            asked["near"] = self.near.key
        return "?" + urlencode([(k, v) for k, v in asked.items() if v], doseq=True)

    def without(self, facet: Facet, value: str) -> str:
        """The address without one choice."""
        return self.url(**{facet: sorted(self.choices[facet] - {value})})

    def with_(self, facet: Facet, value: str) -> str:
        """The address with one choice more."""
        kept = () if facet in _ONE_OF else self.choices.get(facet, ())
        return self.url(**{facet: sorted({*kept, value})})


@remember(seconds=60)
def _inside(path: str) -> tuple[PlaceValue, ...]:
    return tuple(places.below(path))


def narrowing_of(request: HttpRequest, fixed: Category | None = None) -> Narrowing:
    """What the address asks for; unknown values are left out. A query now and then."""
    reader, asked = reader_of(request), request.GET
    inside = _inside(reader.city_place.path) if reader.city_place else ()
    choices = {
        facet: frozenset(asked.getlist(facet)[:_MOST_VALUES]) for facet in Facet if facet in asked
    }
    if fixed:
        choices[Facet.CATEGORY] = frozenset({fixed.value})
    near = _near(asked.get("near", ""), inside, reader)
    spots = classes.spots_of(inside, choices.get(Facet.PLACE, frozenset()))
    orders = {order.value: order for order in Order}
    wanted = Wanted(
        text=asked.get("q", "").strip()[:100],
        choices=choices,
        here=near.point if near else None,
        spots=spots,
        order=orders.get(asked.get("sort", ""), Order.BEST),
    )
    return Narrowing(classes.known(wanted, at=timezone.now()), fixed, near, inside)


def _near(key: str, inside: tuple[PlaceValue, ...], reader: Reader) -> PlaceValue | None:
    """The region that the address names, or the reader's own, if its position is known."""
    named = next((place for place in inside if place.key == key), None)
    near = named or (reader.place if reader.is_local else None)
    return near if near and near.point else None


# Words.


def facet_words(facet: Facet, near: PlaceValue | None) -> str:
    """By what it narrows."""
    if facet == Facet.WITHIN and near:
        return _("How far from %(place)s") % {"place": near.name}
    return {
        Facet.CATEGORY: _("Kind of course"),
        Facet.PLACE: _("Where"),
        Facet.WITHIN: _("How far"),
        Facet.PART: _("Part of the day"),
        Facet.WEEKDAY: _("Weekday"),
        Facet.MODE: _("How it is held"),
        Facet.LANGUAGE: _("Taught in"),
        Facet.LEVEL: _("Level"),
        Facet.AUDIENCE: _("For"),
        Facet.PRICE: _("Price"),
        Facet.SEATS: _("Seats"),
        Facet.STARTS: _("Begins"),
    }[facet]


def value_words(facet: Facet, value: str, narrowing: Narrowing) -> str:
    """A value as people say it."""
    if facet == Facet.PLACE:
        return next(str(p.name) for p in narrowing.inside if p.key == value)
    if facet == Facet.WITHIN:
        return _("up to %(km)s km") % {"km": formats.number(int(value))}
    if facet == Facet.STARTS:
        days = int(value)
        return ngettext("within %(n)s day", "within %(n)s days", days) % {"n": days}
    if facet == Facet.WEEKDAY:
        n = classes.WEEKDAYS.index(value)
        return formats.day(_MONDAY + timedelta(days=n), "weekday")
    if facet == Facet.PRICE:
        return _price_words(Price(value))
    return str(_NAMES[facet]()[value])


_NAMES: Mapping[Facet, Any] = {
    Facet.CATEGORY: lambda: CATEGORY_NAMES,
    Facet.LEVEL: lambda: LEVEL_NAMES,
    Facet.AUDIENCE: lambda: AUDIENCE_NAMES,
    Facet.LANGUAGE: lambda: {**LANGUAGE_NAMES, "zh": LANGUAGE_NAMES["zh-Hans"]},
    Facet.SEATS: lambda: {"FREE": _("Seats are free")},
    Facet.MODE: lambda: {
        Mode.IN_PERSON: _("In a classroom"),
        Mode.ONLINE: _("Online"),
        Mode.BLENDED: _("Classroom and online"),
    },
    Facet.PART: lambda: {
        PartOfDay.MORNING: _("In the morning"),
        PartOfDay.AFTERNOON: _("In the afternoon"),
        PartOfDay.EVENING: _("In the evening"),
    },
}


def _price_words(price: Price) -> str:
    currency, (low, middle) = next(iter(classes.bands_on(day_of(timezone.now())).prices.items()))
    if price == Price.FREE:
        return _("Free of charge")
    amount = formats.money(low if price == Price.LOW else middle, currency)
    if price == Price.MORE:
        return _("more than %(amount)s") % {"amount": amount}
    return _("up to %(amount)s") % {"amount": amount}


# What the page shows.


def chips(narrowing: Narrowing) -> list[dict[str, str]]:
    """What was chosen, each with the address without it."""
    return [
        {
            "label": value_words(facet, value, narrowing),
            "url": narrowing.without(facet, value),
        }
        for facet, values in narrowing.choices.items()
        for value in sorted(values)
    ]


def groups(narrowing: Narrowing, found: Found) -> list[dict[str, Any]]:
    """The form: every facet with its values and how many courses each has, the empty left out."""
    shown = []
    for facet in Facet:
        if facet == Facet.CATEGORY and narrowing.fixed:
            continue
        chosen = narrowing.choices.get(facet, frozenset())
        values = [
            {
                "value": value,
                "label": value_words(facet, value, narrowing),
                "count": formats.number(count),
                "checked": value in chosen,
            }
            for value, count in found.counts[facet].items()
            if count or value in chosen
        ]
        if values:
            label = facet_words(facet, narrowing.near)
            shown.append({"name": facet, "label": label, "values": values, "one": facet in _ONE_OF})
    return shown


def quick(narrowing: Narrowing, found: Found) -> list[dict[str, Any]]:
    """The few choices that most people make and this reader did not yet, each an address."""
    offered = [
        (Facet.PART, PartOfDay.EVENING.value),
        (Facet.WITHIN, "2"),
        (Facet.PRICE, Price.FREE.value),
        (Facet.SEATS, "FREE"),
    ]
    shown = []
    for facet, value in offered:
        count = found.counts[facet].get(value, 0)
        if not count or value in narrowing.choices.get(facet, ()):
            continue
        shown.append(
            {
                "label": _near_words(narrowing)
                if facet == Facet.WITHIN
                else value_words(facet, value, narrowing),
                "count": formats.number(count),
                "url": narrowing.with_(facet, value),
            }
        )
    return shown


def _near_words(narrowing: Narrowing) -> str:
    assert narrowing.near
    return _("Near %(place)s") % {"place": narrowing.near.name}


def orders(narrowing: Narrowing) -> list[dict[str, Any]]:
    """The ways to put the list in order that mean something here."""
    text = narrowing.wanted.text
    names = {
        Order.BEST: _("Best match first") if text else _("Newest first"),
        Order.SOONEST: _("Soonest first"),
        Order.NEAREST: _("Nearest first"),
        Order.PRICE: _("Cheapest first"),
    }
    return [
        {
            "label": name,
            "url": narrowing.url(sort="" if order == Order.BEST else order.value),
            "current": order == narrowing.wanted.order,
        }
        for order, name in names.items()
        if order != Order.NEAREST or narrowing.near
    ]


def hidden(narrowing: Narrowing) -> list[tuple[str, str]]:
    """What the form carries along: words, order, and from where."""
    found = [("q", narrowing.wanted.text)]
    if narrowing.wanted.order != Order.BEST:
        found.append(("sort", narrowing.wanted.order.value))
    if narrowing.near:
        found.append(("near", narrowing.near.key))
    return [(name, value) for name, value in found if value]


def carried(narrowing: Narrowing) -> list[tuple[str, str]]:
    """What a new search for words carries along: the choices that were made."""
    found = [(f.value, v) for f, values in narrowing.choices.items() for v in sorted(values)]
    is_measured = Facet.WITHIN in narrowing.choices or narrowing.wanted.order == Order.NEAREST
    kept = ("sort", "near") if is_measured else ("sort",)
    return [*found, *(pair for pair in hidden(narrowing) if pair[0] in kept)]


def loosening(narrowing: Narrowing, found: Found) -> list[dict[str, str]]:
    """Where nothing was found: which single choice to give up, and how many there are then."""
    shown = []
    for facet, values in narrowing.choices.items():
        count = found.without.get(facet, 0)
        if count:
            names = _(", ").join(value_words(facet, v, narrowing) for v in sorted(values))
            sentence = ngettext(
                "Without “%(choice)s”: %(n)s course", "Without “%(choice)s”: %(n)s courses", count
            )
            shown.append(
                {
                    "label": sentence % {"choice": names, "n": formats.number(count)},
                    "url": narrowing.url(**{facet: ()}),
                }
            )
    return shown
