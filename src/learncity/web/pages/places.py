"""A region's own page: what it was and will be, who and what is there, and its figures."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries as organizations
from learncity.apps.places import queries as places
from learncity.apps.places.types import (
    Dated,
    Figure,
    FlowValue,
    PlaceKind,
    PlaceValue,
    PopulationGroup,
    VersionValue,
    View,
)
from learncity.kernel import formats
from learncity.kernel.access import everyone
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import words
from learncity.web.dated_words import office_words

KINDS = {
    PlaceKind.COUNTRY: gettext_lazy("Country"),
    PlaceKind.PROVINCE: gettext_lazy("Province"),
    PlaceKind.CITY: gettext_lazy("City"),
    PlaceKind.DISTRICT: gettext_lazy("District"),
    PlaceKind.SUBDISTRICT: gettext_lazy("Sub-district"),
    PlaceKind.COMMUNE: gettext_lazy("Commune"),
}
GROUPS = {
    PopulationGroup.EVERYBODY: gettext_lazy("Everybody"),
    PopulationGroup.WORKING_AGE: gettext_lazy("Of working age"),
    PopulationGroup.OVER_60: gettext_lazy("Aged 60 and over"),
    PopulationGroup.MIGRANTS: gettext_lazy("From other places"),
    PopulationGroup.WORKERS: gettext_lazy("Workers"),
    PopulationGroup.PUPILS: gettext_lazy("Pupils"),
}
# Rows of a list on this page; the rest is counted.
_SHOWN = 40
# Classes that begin next; the rest is counted.
_CLASSES = 6


@everyone
def place(request: HttpRequest, key: str) -> HttpResponse:
    """A region as it is, was and will be."""
    found = places.find_ever(key)
    if found is None:
        raise Http404
    today = timezone.localdate()
    on = parse_date(request.GET.get("on", "")[:10]) if request.GET.get("on") else None
    versions = places.history(found.id)
    flows = places.flows_of(found.id)
    named = _named(found, versions, flows)
    inside = places.children(found.id)
    return render(
        request,
        "web/place.html",
        {
            "place": found,
            "kind": KINDS[found.kind],
            "is_there": any(_holds(v, today) for v in versions),
            "crumbs": _crumbs(found, named),
            "entries": _entries(found, versions, flows, named, today),
            "inside": [
                {"url": reverse("web:region", args=[p.key]), "name": p.name} for p in inside
            ],
            **_located(found),
            "classes": _classes(found),
            "people": _people(found.id),
            "people_columns": [
                {"label": _("Year")}, {"label": pgettext("population", "Group")},
                {"label": _("Population"), "numeric": True}, {"label": _("Source")},
            ],
            "on": on or today,
            **_figures(found.id, on or today),
        },
    )  # fmt: skip


def _holds(version: VersionValue, day: date) -> bool:
    begun = version.since is None or version.since <= day
    return begun and (version.until is None or day < version.until)


def _named(
    found: PlaceValue, versions: Collection[VersionValue], flows: Collection[FlowValue]
) -> Mapping[UUID, PlaceValue]:
    """Every region this page speaks of, in one query."""
    ids = {v.parent_id for v in versions if v.parent_id}
    ids |= {pk for flow in flows for pk in (flow.source_id, flow.target_id)}
    return places.places({*ids, *([found.parent_id] if found.parent_id else [])})


def _crumbs(found: PlaceValue, named: Mapping[UUID, PlaceValue]) -> list[dict[str, Any]]:
    over = named.get(found.parent_id) if found.parent_id else None
    return [{"url": reverse("web:region", args=[over.key]), "label": over.name}] if over else []


def _entries(
    found: PlaceValue,
    versions: list[VersionValue],
    flows: list[FlowValue],
    named: Mapping[UUID, PlaceValue],
    today: date,
) -> list[dict[str, Any]]:
    """What it was and will be, by day, the latest first."""
    told: dict[date | None, list[str]] = defaultdict(list)
    acts = {flow.on: flow.act for flow in flows if flow.act}
    for before, version in zip([None, *versions], versions, strict=False):
        told[version.since] += _version_words(before, version, named)
    for on, sentence in _flow_words(found.id, flows, named, today):
        told[on].append(sentence)
    last = versions[-1].until if versions else None
    if last and not any(flow.source_id == found.id and flow.on == last for flow in flows):
        told[last].append(_("It is no more."))
    days = sorted(told, key=lambda day: day or date.min, reverse=True)
    return [
        {
            "date": formats.day(day, "date") if day else _("From the beginning"),
            "title": said[0],
            "text": " ".join(said[1:]),
            "source": acts.get(day, "") if day else "",
            "state": "lit" if day and day > today else "",
        }
        for day in days
        if (said := told[day])
    ]


def _version_words(
    before: VersionValue | None, version: VersionValue, named: Mapping[UUID, PlaceValue]
) -> Iterator[str]:
    """What became different with this version."""
    over = named.get(version.parent_id) if version.parent_id else None
    if before is None:
        if over:
            yield _("%(name)s, in %(over)s") % {"name": version.name, "over": over.name}
        else:
            yield str(version.name)
        if version.code:
            yield _("Code %(code)s.") % {"code": version.code}
        return
    if before.name != version.name:
        yield _("Called %(name)s, before that %(before)s.") % {
            "name": version.name, "before": before.name,
        }  # fmt: skip
    if before.code != version.code:
        yield _("Code %(code)s, before that %(before)s.") % {
            "code": version.code or _("none"), "before": before.code or _("none"),
        }  # fmt: skip
    if before.parent_id != version.parent_id and over:
        yield _("Lies in %(over)s.") % {"over": over.name}
    if before.kind != version.kind:
        yield _("Is a %(kind)s.") % {"kind": KINDS[version.kind]}


def _flow_words(
    place_id: UUID,
    flows: Collection[FlowValue],
    named: Mapping[UUID, PlaceValue],
    today: date,
) -> Iterator[tuple[date, str]]:
    """What went out of it and what came into it, a sentence a day and direction."""
    out: dict[date, list[FlowValue]] = defaultdict(list)
    into: dict[date, list[FlowValue]] = defaultdict(list)
    for flow in flows:
        if flow.source_id == place_id:
            out[flow.on].append(flow)
        if flow.target_id == place_id and flow.source_id != place_id:
            into[flow.on].append(flow)
    for on, some in into.items():
        sources = {f.source_id for f in some}
        # A level that is abolished leaves what it had to the region above.
        lower = {
            pk for pk in sources if pk in named and named[pk].parent_id in (*sources, place_id)
        }
        if sources - lower:
            names = _names([f.source_id for f in some if f.source_id not in lower], named)
            yield on, _said(_TOOK_IN, on > today) % {"names": names}
        if lower:
            names = _names([f.source_id for f in some if f.source_id in lower], named)
            yield on, _("No longer a level of its own: %(names)s.") % {"names": names}
    for on, some in out.items():
        others = [f for f in some if f.target_id != place_id]
        if others:
            yield on, _went_words(_names([f.target_id for f in others], named), some, on > today)


def _went_words(names: str, flows: Collection[FlowValue], is_coming: bool) -> str:
    if len(flows) == 1:
        return _said(_JOINED, is_coming) % {"names": names}
    sentence = _said(_DIVIDED, is_coming) % {"names": names}
    if not is_coming and any(f.share is None for f in flows):
        sentence += " " + _("Nobody published how many people went where.")
    return sentence


# What happened, and what will.
_TOOK_IN = (gettext_lazy("It took in: %(names)s."), gettext_lazy("It will take in: %(names)s."))
_JOINED = (
    gettext_lazy("It became part of %(names)s."),
    gettext_lazy("It will become part of %(names)s."),
)
_DIVIDED = (
    gettext_lazy("It was divided; parts went to: %(names)s."),
    gettext_lazy("It will be divided; parts will go to: %(names)s."),
)


def _said(sentences: tuple[str | Promise, str | Promise], is_coming: bool) -> str:
    return str(sentences[is_coming])


def _names(ids: Collection[UUID], named: Mapping[UUID, PlaceValue]) -> str:
    return _(", ").join(str(named[pk].name) for pk in ids if pk in named)


def _classes(found: PlaceValue) -> dict[str, Any]:
    """How many classes are to come, here and below."""
    at = timezone.now()
    coming = classes.count_coming(found.path, at=at)
    return {
        "n": coming,
        "rows": [
            words.class_row(card, None, at)
            for card in classes.coming_in(found.path, at=at, limit=_CLASSES)
        ],
        "words": ngettext("%(n)s class to come", "%(n)s classes to come", coming) % {"n": coming},
    }


def _located(found: PlaceValue) -> dict[str, Any]:
    """Organizations, sites and open offices, here and below."""
    here = organizations.located(found.path, limit=_SHOWN)
    return {
        "seats": [
            words.Row(reverse("web:provider", args=[o.key]), marked(o.name), []) for o in here.seats
        ],
        "sites": [
            words.Row(reverse("web:venue", args=[v.key]), marked(v.name), [str(v.address)])
            for v in here.sites
        ],
        "offices": [
            office_words(office)
            | {"of": organization.name, "url": reverse("web:provider", args=[organization.key])}
            for office, organization in here.offices
        ],
    }


def _people(place_id: UUID) -> list[dict[str, Any]]:
    return [
        {"cells": [
            str(p.year), {"text": GROUPS[p.group]},
            {"text": formats.number(p.people), "numeric": True},
            {"text": p.source, "words": True},
        ]}
        for p in places.population(place_id)
    ]  # fmt: skip


def _figures(place_id: UUID, on: date) -> dict[str, Any]:
    """Places taken in classes by year, on both maps; why one is not certain, where one is not."""
    counted = classes.counted_places(places.related(place_id, on=on))
    years: dict[int, list[Dated]] = defaultdict(list)
    for dated in counted:
        years[dated.on.year].append(dated)
    was = places.figures(place_id, years, view=View.AS_IT_WAS)
    now = places.figures(place_id, years, view=View.ON_A_DAY, on=on)
    shown = [y for y in sorted(years, reverse=True) if was[y].known or now[y].most]
    is_certain = all(now[year].is_certain for year in shown)
    columns = [
        {"label": _("Year")},
        {"label": _("As it was"), "numeric": True},
        {"label": _("On this map"), "numeric": True},
        {"label": _("What cannot be known")},
    ]
    rows = [
        [
            str(year),
            {"text": formats.number(int(was[year].known)), "numeric": True},
            {"text": between(now[year]), "numeric": True},
            doubt(now[year]),
        ]
        for year in shown
    ]
    width = 3 if is_certain else 4
    return {
        "figure_columns": columns[:width],
        "figure_rows": [{"cells": cells[:width]} for cells in rows],
    }


def between(figure: Figure) -> str:
    """A figure that may not be certain, as people read it."""
    if figure.least == figure.most:
        return formats.number(figure.least)
    return _("%(least)s to %(most)s") % {
        "least": formats.number(figure.least), "most": formats.number(figure.most),
    }  # fmt: skip


def doubt(figure: Figure) -> str:
    """Why a figure is not certain; empty when it is."""
    if figure.is_certain:
        return ""
    return _("%(n)s were counted in a region that was divided since.") % {
        "n": formats.number(figure.most - figure.least)
    }
