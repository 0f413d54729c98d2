"""What lies in, or covers, a region that ended or was divided: the list, and saying where now."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries, services
from learncity.apps.organizations.types import (
    ELSEWHERE_NAMES,
    THING_NAMES,
    Astray,
    Elsewhere,
    Thing,
)
from learncity.apps.places.types import PlaceValue
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.acting import By
from learncity.kernel.errors import DomainError
from learncity.web.acts import ActForm, act, by_desk, named
from learncity.web.partner_forms import place_choices

from .find import page_number, pages
from .partners import city_path

SIZE = 50
# No key of a region.
_NONE = "-"
Heirs = Mapping[UUID, list[PlaceValue]]


class FilterForm(forms.Form):
    """What to show of the list; its address is the view."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False,
        choices=[("", gettext_lazy("All kinds")), *named(THING_NAMES)],
    )  # fmt: skip
    region = forms.ChoiceField(label=gettext_lazy("Lay in or covered"), required=False)

    def __init__(self, *args: Any, regions: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", _("All regions")), *regions]  # type: ignore[attr-defined]


class LayForm(ActForm):
    """Where something lies now, and why when it is no part of its old region."""

    place = forms.ChoiceField(label=gettext_lazy("Lies in or covers now"))
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason, when it is none of these parts"),
        required=False,
        choices=[("", "–"), *named(ELSEWHERE_NAMES)],
    )

    def __init__(
        self, *args: Any, chosen: Collection[tuple[Thing, UUID]], heirs: Iterable[PlaceValue],
        path: str, may_be_none: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        self.became = {place.key: str(place.name) for place in heirs}
        other = [
            (key, words) for key, words in place_choices(path) if path and key not in self.became
        ]
        covered = [(_NONE, _("None: it covers nothing there any more"))]
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *self.first_choices(),
            (_("Elsewhere"), other),
            *([(THING_NAMES[Thing.COVERAGE], covered)] if may_be_none else []),
        ]

    def first_choices(self) -> list[Any]:
        """What the old region became, above all other regions."""
        became = list(self.became.items())
        return [(_("What the old region became"), became)] if became else []

    def clean(self) -> dict[str, Any]:
        """Nothing is said of nothing."""
        if not self.chosen:
            self.add_error(None, _("Choose at least one of the list."))
        return self.cleaned_data

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Say it of all that were chosen."""
        why = self.cleaned_data["reason"]
        reason = Elsewhere(why) if why else None
        services.lay(chosen=self.chosen, place_keys=self.place_keys(), reason=reason, by=by, at=at)

    def place_keys(self) -> list[str]:
        """The regions that were chosen; none of them for what is covered no longer."""
        place = self.cleaned_data["place"]
        return [place] if place not in ("", _NONE) else []


class CoverageForm(LayForm):
    """Which regions an organization covers now: all of those its old one became, some, or none."""

    field_order = ("parts",)

    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Covers from then on"), widget=forms.CheckboxSelectMultiple,
        required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        place.label, place.required = _("Another region"), False
        self.fields["parts"].choices = [  # type: ignore[attr-defined]
            *self.became.items(), (_NONE, _("None: it covers nothing there any more")),
        ]  # fmt: skip

    def first_choices(self) -> list[Any]:
        """The parts have boxes of their own."""
        return []

    def clean(self) -> dict[str, Any]:
        """Something is said, and none is not said with others."""
        parts, place = self.cleaned_data.get("parts", []), self.cleaned_data.get("place", "")
        if not self.errors and not (parts or place):
            self.add_error("parts", _("Choose all that it covers, or none."))
        if _NONE in parts and (place or len(parts) > 1):
            self.add_error("parts", _("Choose either none or the regions that it covers."))
        return super().clean()

    def place_keys(self) -> list[str]:
        """All that were ticked or chosen."""
        return [*(key for key in self.cleaned_data["parts"] if key != _NONE), *super().place_keys()]


def _chosen(request: HttpRequest, everything: Iterable[Astray]) -> list[Astray]:
    """What the address asks for."""
    kind, region, reform = (request.GET.get(name, "") for name in ("kind", "region", "reform"))
    return [
        a
        for a in everything
        if kind in ("", a.thing)
        and region in ("", a.region.place.key)
        and (not reform or any(b.reform == reform for b in a.breaks))
    ]


@only(Duty(Act.DRAW_MAP, on=in_city))
def astray(request: HttpRequest) -> HttpResponse:
    """Everything that is astray; several at once can be said to lie somewhere."""
    everything = queries.astray()
    found, number = _chosen(request, everything), page_number(request)
    shown = found[(number - 1) * SIZE : number * SIZE]
    heirs, query = queries.candidates(shown), request.GET.urlencode()
    form = LayForm(
        request.POST or None, chosen=_picked(request.POST.getlist("chosen")),
        heirs=_together(heirs), path=city_path(request),
        may_be_none=any(a.thing is Thing.COVERAGE for a in shown),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            form.carry_out("", by=by_desk(request), at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal.says) or str(_("This is not there any more.")))
        else:
            return redirect(f"{reverse('web:astray')}?{query}" if query else "web:astray")
    coming = classes.count_coming_by_site({a.region.place.id for a in shown})
    picked = {f"{thing}:{pk}" for thing, pk in form.chosen}
    regions = {a.region.place.key: str(a.region.place.name) for a in everything}
    context = {
        "filters": FilterForm(request.GET or None, regions=regions.items()),
        "form": form,
        "sentence": ngettext("%(n)s to be placed", "%(n)s to be placed", len(found))
        % {"n": formats.number(len(found))},
        "exports": [
            {"label": kind.upper(), "url": f"{reverse('web:astray_export', args=[kind])}?{query}"}
            for kind in tables.KINDS
        ],
        "columns": [
            {"label": _("Which")}, {"label": _("Kind")}, {"label": _("Lay in or covered")},
            {"label": _("Since the reform")}, {"label": _("Became")},
            {"label": _("Classes to come"), "numeric": True},
        ],
        "rows": [_row(a, heirs[a.id], coming.get(a.id, 0), picked) for a in shown],
        "pages": pages(request, number, len(found), SIZE),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "web/astray.html", context, status=status)


def _picked(values: Iterable[str]) -> list[tuple[Thing, UUID]]:
    """What was ticked; whatever else a form may send is left out."""
    found = []
    for value in values:
        thing, _colon, pk = value.partition(":")
        try:
            found.append((Thing(thing), UUID(pk)))
        except ValueError:
            continue
    return found


def _together(heirs: Heirs) -> list[PlaceValue]:
    """All candidates, each once."""
    return list({place.id: place for some in heirs.values() for place in some}.values())


def _became(heirs: Iterable[PlaceValue]) -> str:
    return _(", ").join(str(place.name) for place in heirs)


def _state(a: Astray) -> str:
    return _("Ended") if a.region.has_ended else _("Divided")


def _since(a: Astray) -> str:
    """The reforms, and the day of the last."""
    return _("; ").join(str(b.title) for b in a.breaks)


def _row(
    a: Astray, heirs: list[PlaceValue], coming: int, picked: Collection[str]
) -> dict[str, Any]:
    name = f"{a.thing}:{a.id}"
    return {
        "id": name,
        "chosen": name in picked,
        "url": reverse("web:lay", args=[a.thing, a.id]),
        "cells": [
            str(a.name),
            {"text": THING_NAMES[a.thing],
             "note": "" if a.thing in (Thing.SEAT, Thing.COVERAGE) else str(a.organization.name)},
            {"text": str(a.region.place.name), "note": _state(a)},
            {"text": _since(a) or "–", "words": True,
             "note": formats.day(a.breaks[-1].on, "date") if a.breaks else ""},
            {"text": _became(heirs) or "–", "words": True},
            {"text": formats.number(coming), "numeric": True},
        ],
    }  # fmt: skip


@only(Duty(Act.DRAW_MAP, on=in_city))
def astray_export(request: HttpRequest, kind: str) -> HttpResponse:
    """All that is astray, as a spreadsheet."""
    found = _chosen(request, queries.astray())
    heirs = queries.candidates(found)
    coming = classes.count_coming_by_site({a.region.place.id for a in found})
    head = [_("Kind"), _("Key"), pgettext("thing", "Name"), _("Organization"),
            _("Lay in or covered"), _("State"), _("Since the reform"), _("In force from"),
            _("Became"), _("Classes to come")]  # fmt: skip
    rows = [
        [THING_NAMES[a.thing], a.key or a.id, a.name, a.organization.name, a.region.place.name,
         _state(a), _since(a), a.breaks[-1].on if a.breaks else "", _became(heirs[a.id]),
         coming.get(a.id, 0)]
        for a in found
    ]  # fmt: skip
    return tables.download(kind, "astray", head, rows)


@only(Duty(Act.DRAW_MAP, on=in_city))
def lay(request: HttpRequest, thing: str, thing_id: UUID) -> HttpResponse:
    """One seat, site or office: in which region of today it lies; or what is covered now."""
    if thing not in THING_NAMES:
        raise Http404
    wanted = [a for a in queries.astray() if (a.thing, a.id) == (thing, thing_id)]
    if not wanted and request.method != "POST":
        raise Http404
    heirs = queries.candidates(wanted)
    form = (CoverageForm if thing == Thing.COVERAGE else LayForm)(
        request.POST or None, chosen=[(Thing(thing), thing_id)], heirs=_together(heirs),
        path=city_path(request),
    )  # fmt: skip
    if wanted:
        form.title, form.lead = str(wanted[0].name), _asked(wanted[0])
    back = reverse("web:astray")
    label = _("To be placed after reforms")
    return act(request, form, key="", back=back, back_label=label, then=back)


def _asked(a: Astray) -> str:
    said = {"thing": THING_NAMES[a.thing], "region": a.region.place.name, "reform": _since(a)}
    covers = a.thing is Thing.COVERAGE
    if not a.breaks:
        return (
            _("It covered %(region)s, which is no more.")
            if covers
            else _("%(thing)s. It lay in %(region)s, which is no more.")
        ) % said
    said["day"] = formats.day(a.breaks[-1].on, "date")
    if covers:
        return (
            _("It covered %(region)s, which ended on %(day)s (%(reform)s).")
            if a.region.has_ended
            else _("It covered %(region)s, which was divided on %(day)s (%(reform)s).")
        ) % said
    if a.region.has_ended:
        return _("%(thing)s. It lay in %(region)s, which ended on %(day)s (%(reform)s).") % said
    return _("%(thing)s. It lay in %(region)s, which was divided on %(day)s (%(reform)s).") % said
