"""Figures at the desk: places taken by region and month, on any of three maps."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learncity.apps.classes import queries
from learncity.apps.places import queries as places
from learncity.apps.places.types import Dated, Figure, Partition, Unsure, VersionValue, View
from learncity.apps.roles.access import Duty
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.web.acts import day_field, named

from .desk import scope

VIEW_NAMES = {
    View.TODAY: gettext_lazy("Today’s map"),
    View.AS_IT_WAS: gettext_lazy("As it was"),
    View.ON_A_DAY: gettext_lazy("The map of a day"),
}


class ViewForm(forms.Form):
    """On which map; its address is the view."""

    view = forms.ChoiceField(label=gettext_lazy("Map"), required=False, choices=named(VIEW_NAMES))
    on = day_field(gettext_lazy("Day of the map"), required=False)


def view_of(request: HttpRequest) -> tuple[View, date | None]:
    """The map that the address asks for; a day alone asks for the map of that day."""
    said, today = request.GET.get("view", ""), timezone.localdate()
    try:
        on = parse_date(request.GET.get("on", "")[:10])
    except ValueError:
        on = None
    view = View(said) if said in VIEW_NAMES else View.ON_A_DAY if on else View.TODAY
    return view, (on or today) if view is View.ON_A_DAY else None


@dataclass(frozen=True)
class _Map:
    """The partitions by month, and how regions were called on them."""

    view: View
    on: date | None
    months: Mapping[date, Partition]
    counted: Mapping[date, list[Dated]]
    named: Mapping[UUID, list[VersionValue]]

    @property
    def total(self) -> Fraction:
        return sum((p.total for p in self.months.values()), Fraction())

    @property
    def unsure(self) -> Fraction:
        return sum((u.value for p in self.months.values() for u in p.unsure), Fraction())

    def name(self, region: UUID, month: date) -> str:
        """How a region is called on this map; as it was: on the last day counted that month."""
        day = self.on or timezone.localdate()
        if self.view is View.AS_IT_WAS:
            day = max(dated.on for dated in self.counted[month])
        versions = self.named.get(region, [])
        held = [v for v in versions if v.since is None or v.since <= day]
        found = held[-1] if held else next(iter(versions), None)
        return str(found.name) if found else str(region)

    def rows(self) -> list[tuple[date, UUID, Figure]]:
        """Every month and region, the newest month first, then the most."""
        found = [
            (month, region, partition.figure(region))
            for month, partition in self.months.items()
            for region in partition.regions
        ]
        return sorted(
            found, key=lambda row: (-row[0].toordinal(), -row[2].most, self.name(row[1], row[0]))
        )

    def why(self, month: date, region: UUID) -> str:
        """Why a region's figure of a month cannot be known; empty when it can."""
        unsure = [u for u in self.months[month].unsure if region in u.among]
        return " ".join(self.reason(month, u) for u in unsure)

    def reason(self, month: date, unsure: Unsure) -> str:
        """Where it was counted, and why that does not say to which region it belongs."""
        said = {"n": number(unsure.value), "names": self.names(month, unsure.counted_in)}
        if unsure.is_divided:
            return _("%(n)s were counted in %(names)s, which was divided since.") % said
        return _("%(n)s were counted in %(names)s, which was put together later.") % said

    def names(self, month: date, regions: Collection[UUID]) -> str:
        """Several regions by name."""
        return _(", ").join(sorted(self.name(pk, month) for pk in regions)) or _("no region")


def number(value: Fraction) -> str:
    """A sum as people read it: whole, or with a tenth where shares of residents made it so."""
    return formats.number(int(value) if value.denominator == 1 else round(float(value), 1))


def _between(figure: Figure) -> str:
    if figure.is_certain:
        return number(figure.known)
    most = figure.known + figure.perhaps
    return _("%(least)s to %(most)s") % {"least": number(figure.known), "most": number(most)}


def _drawn(request: HttpRequest) -> _Map:
    """What was counted, given to the regions of the map; five queries."""
    view, on = view_of(request)
    counted = queries.taken_by_month(scope(request, Act.SEE_FIGURES))
    months = places.by_region(counted, view=view, on=on)
    ids = {pk for p in months.values() for pk in p.regions}
    ids |= {pk for p in months.values() for u in p.unsure for pk in u.counted_in}
    return _Map(view, on, months, counted, places.histories(ids))


@only(Duty(Act.SEE_FIGURES))
def desk_figures(request: HttpRequest) -> HttpResponse:
    """Places taken by region and month: the definition, a chart, the rows, an export."""
    drawn = _drawn(request)
    if request.GET.get("as") in tables.KINDS:
        return _sheet(request.GET["as"], drawn)
    query = request.GET.copy()
    exports = []
    for kind in tables.KINDS:
        query["as"] = kind
        exports.append({"label": kind.upper(), "url": f"?{query.urlencode()}"})
    columns: list[dict[str, Any]] = [
        {"label": _("Region")}, {"label": _("Month")},
        {"label": _("Places taken"), "numeric": True}, {"label": _("What cannot be known")},
    ]  # fmt: skip
    width = 4 if drawn.unsure else 3
    return render(
        request,
        "web/desk_figures.html",
        {
            "form": ViewForm(initial={"view": drawn.view, "on": drawn.on}),
            "sentence": _sentence(drawn),
            "exports": exports,
            "chart": _chart(drawn),
            "columns": columns[:width],
            "rows": [
                {
                    "url": reverse("web:region", args=[drawn.named[pk][0].key]),
                    "cells": [
                        drawn.name(pk, month),
                        {"text": formats.month(month)},
                        {"text": _between(figure), "numeric": True},
                        {"text": drawn.why(month, pk), "words": True},
                    ][:width],
                }
                for month, pk, figure in drawn.rows()
            ],
        },
    )


def _sentence(drawn: _Map) -> str:
    """The sum, which is the same on every map, and how much of it has no one region."""
    said = ngettext("%(n)s place taken", "%(n)s places taken", int(drawn.total)) % {
        "n": number(drawn.total)
    }
    if not drawn.unsure:
        return said
    more = _("%(n)s of them cannot be given to one region and count once.") % {
        "n": number(drawn.unsure)
    }
    return _("%(said)s; %(more)s") % {"said": said, "more": more}


def _chart(drawn: _Map) -> list[tuple[str, int | float]]:
    """What is known by region, the most first, and at the end what is not."""
    totals: dict[UUID, Fraction] = {}
    last: dict[UUID, date] = {}
    for month, partition in drawn.months.items():
        for pk, value in partition.known.items():
            totals[pk] = totals.get(pk, Fraction()) + value
            last[pk] = max(month, last.get(pk, month))
    # Two regions of one name stay two; one that was renamed goes by its last name.
    found = [(drawn.name(pk, last[pk]), value, pk) for pk, value in totals.items()]
    found.sort(key=lambda row: (-row[1], row[0], row[2]))
    rows = [(name, value) for name, value, _pk in found]
    if drawn.unsure:
        rows.append((_("Cannot be known"), drawn.unsure))
    return [(name, _plain(value)) for name, value in rows]


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else round(float(value), 8)


def _sheet(kind: str, drawn: _Map) -> HttpResponse:
    """A row a region and month, and one for each part that cannot be given to one region.

    The column of places taken adds up to all that was counted.
    """
    head = [_("Region"), _("Month"), _("Places taken"), _("At most"), _("What cannot be known")]
    rows: list[list[Any]] = []
    for month, pk, figure in drawn.rows():
        most = figure.known + figure.perhaps
        rows.append(
            [drawn.name(pk, month), formats.month(month), _plain(figure.known), _plain(most),
             drawn.why(month, pk)]
        )  # fmt: skip
    for month, partition in drawn.months.items():
        for unsure in partition.unsure:
            among = _("one of: %(names)s") % {"names": drawn.names(month, unsure.among)}
            value = _plain(unsure.value)
            rows.append([among, formats.month(month), value, value, drawn.reason(month, unsure)])
    return tables.download(kind, "places-taken", head, rows)
