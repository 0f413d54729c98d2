"""Demand at the desk: what people look for and do not find, without persons."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import CATEGORY_NAMES, Category
from learncity.apps.demand import queries
from learncity.apps.demand.types import Grouping, Line
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceValue
from learncity.apps.roles.access import Duty, actor_of
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.texts import Text
from learncity.kernel.words import sort_key
from learncity.web import words
from learncity.web.acts import named
from learncity.web.partner_forms import place_choices
from learncity.web.reader import reader_of

from .find import page_number, pages

SIZE = 50
GROUPING_NAMES = {
    Grouping.THING: gettext_lazy("What is looked for"),
    Grouping.CATEGORY: gettext_lazy("Category"),
    Grouping.PLACE: gettext_lazy("Place"),
}
PERIODS = {
    30: gettext_lazy("30 days"),
    90: gettext_lazy("90 days"),
    365: gettext_lazy("12 months"),
}
_NUMBERS = ("searches", "wishing", "waiting", "trend")


class FilterForm(forms.Form):
    """What to draw up; its address is the view."""

    by = forms.ChoiceField(
        label=gettext_lazy("Drawn up by"), required=False, choices=named(GROUPING_NAMES)
    )
    days = forms.ChoiceField(label=gettext_lazy("Period"), required=False, choices=named(PERIODS))
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        choices=[("", gettext_lazy("All categories")), *named(CATEGORY_NAMES)],
    )
    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)

    def __init__(self, *args: Any, path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = place_choices(path)[1:] if path else []
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("city", _("The whole city")),
            *regions,
        ]


class _View:
    """What the address asks for. Whoever serves one region begins with it."""

    def __init__(self, request: HttpRequest) -> None:
        said = request.GET
        self.by = Grouping(said["by"]) if said.get("by") in list(Grouping) else Grouping.THING
        days = said.get("days", "")
        self.days = int(days) if days in {str(n) for n in PERIODS} else 90
        category = said.get("category", "")
        self.category = Category(category) if category in list(Category) else None
        self.place = _place(request)
        self.sort = said.get("sort", "")

    def lines(self) -> list[Line]:
        """The lines in the order that was asked for; five queries at the most."""
        found = queries.demand(
            by=self.by,
            days=self.days,
            at=timezone.now(),
            place_id=self.place.id if self.place else None,
            category=self.category,
        )
        name = self.sort.lstrip("-")
        if name in _NUMBERS:
            # The most first: that is what is looked for.
            found.sort(key=lambda line: getattr(line, name), reverse=not self.sort.startswith("-"))
        return found


def _place(request: HttpRequest) -> PlaceValue | None:
    key = request.GET.get("place", "")[:80]
    if key == "city":
        return None
    if key:
        return places.find_place(key)
    mine = actor_of(request).regions(Act.SEE_FIGURES)
    return next(iter(places.places(mine).values()), None) if len(mine) == 1 else None


class _Names:
    """What the lines are called; one query for courses, one for places."""

    def __init__(self, lines: list[Line]) -> None:
        self._courses = catalogue.courses({line.course_id for line in lines if line.course_id})
        self._places = places.places({line.place_id for line in lines if line.place_id})

    def thing(self, line: Line) -> str:
        """A course, words, or what all rare words are together."""
        if line.course_id:
            found = self._courses.get(line.course_id)
            return str(found.title) if found else _("A course that ended")
        return line.words or _("Other words and whole categories")

    def place(self, place_id: UUID | None) -> str:
        """A region, or that none was chosen."""
        found = self._places.get(place_id) if place_id else None
        return str(found.name if found else Text()) or _("No part of the city chosen")

    def first(self, line: Line, by: Grouping) -> str:
        """What the line is about."""
        if by is Grouping.PLACE:
            return self.place(line.place_id)
        return self.thing(line) if by is Grouping.THING else category_words(line)

    def url(self, line: Line) -> str:
        """The page of a course that is still there."""
        found = self._courses.get(line.course_id) if line.course_id else None
        return words.course_url(found.key) if found else ""


def category_words(line: Line) -> str:
    """The category of a line, if it is known."""
    return str(CATEGORY_NAMES[line.category]) if line.category else _("No category")


def trend_words(line: Line) -> str:
    """More or fewer signals than in the period before."""
    if line.trend == 0:
        return _("the same")
    return f"+{line.trend}" if line.trend > 0 else f"−{-line.trend}"


@only(Duty(Act.SEE_FIGURES))
def desk_demand(request: HttpRequest) -> HttpResponse:
    """Searches without a result, wishes and waiting lists: definitions, rows, an export."""
    view = _View(request)
    lines = view.lines()
    names = _Names(lines)
    if request.GET.get("as") in tables.KINDS:
        return _sheet(request.GET["as"], view, lines, names)
    if view.sort in ("name", "-name"):
        lines.sort(
            key=lambda line: sort_key(names.first(line, view.by)), reverse=view.sort == "-name"
        )
    number = page_number(request)
    shown = lines[(number - 1) * SIZE : number * SIZE]
    city = reader_of(request).city_place
    chosen = {"by": view.by, "days": view.days, "category": view.category or "",
              "place": view.place.key if view.place else "city"}  # fmt: skip
    return render(
        request,
        "web/desk_demand.html",
        {
            "form": FilterForm(initial=chosen, path=city.path if city else ""),
            "sentence": ngettext("%(n)s row", "%(n)s rows", len(lines))
            % {"n": formats.number(len(lines))},
            "least": settings.DEMAND_WORDS_SHOWN_FROM,
            "figures": _figures(lines),
            "columns": _columns(request, view),
            "rows": [_row(line, view.by, names) for line in shown],
            "pages": pages(request, number, len(lines), SIZE),
            "exports": _exports(request),
        },
    )


def _figures(lines: list[Line]) -> list[dict[str, Any]]:
    return [
        {"label": label, "figure": formats.number(sum(getattr(line, name) for line in lines))}
        for name, label in (
            ("searches", _("Searches without a result")),
            ("wishing", _("Wishes now")),
            ("waiting", _("Waiting")),
        )
    ]


def _exports(request: HttpRequest) -> list[dict[str, str]]:
    query, found = request.GET.copy(), []
    for kind in tables.KINDS:
        query["as"] = kind
        found.append({"label": kind.upper(), "url": f"?{query.urlencode()}"})
    return found


def _columns(request: HttpRequest, view: _View) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    heads: list[tuple[str, Any]] = [("name", GROUPING_NAMES[view.by])]
    if view.by is Grouping.THING:
        heads.append(("", _("Category")))
    heads += [
        ("searches", _("Searches without a result")),
        ("wishing", _("Wishes now")),
        ("waiting", _("Waiting")),
        ("trend", _("Trend")),
    ]
    for name, label in heads:
        column: dict[str, Any] = {"label": label, "numeric": name in _NUMBERS}
        if name:
            query = request.GET.copy()
            query["sort"] = f"-{name}" if view.sort == name else name
            column["url"] = f"?{query.urlencode()}"
            if view.sort.lstrip("-") == name:
                falls = (name in _NUMBERS) != view.sort.startswith("-")
                column["sorted"] = "descending" if falls else "ascending"
        found.append(column)
    return found


def _row(line: Line, by: Grouping, names: _Names) -> dict[str, Any]:
    first: Any = names.first(line, by)
    if by is Grouping.THING and not line.course_id and line.words:
        # In whatever language it was typed.
        first = format_html('<span lang="und">{}</span>', line.words)
    cells: list[Any] = [first]
    if by is Grouping.THING:
        cells.append({"text": category_words(line), "words": True})
    cells += [
        {"text": formats.number(n), "numeric": True}
        for n in (line.searches, line.wishing, line.waiting)
    ]
    cells.append({"text": trend_words(line), "numeric": True})
    return {"url": names.url(line), "cells": cells}


def _sheet(kind: str, view: _View, lines: list[Line], names: _Names) -> HttpResponse:
    """Every row of the chosen view, whatever the page shows."""
    head = [str(GROUPING_NAMES[view.by]), _("Category"), _("Searches without a result"),
            _("Wishes made"), _("In the period before"), _("Wishes now"), _("Waiting")]  # fmt: skip
    rows = [
        [names.first(line, view.by), category_words(line), line.searches, line.wished, line.before,
         line.wishing, line.waiting]
        for line in lines
    ]  # fmt: skip
    return tables.download(kind, "demand", head, rows)
