"""The city's register of organizations: find, edit, end; committees; which places have none."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from learncity.apps.organizations import queries
from learncity.apps.organizations.types import (
    KIND_NAMES,
    POST_NAMES,
    REGISTER_NAMES,
    Coverage,
    OrganizationKind,
    OrganizationValue,
)
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceKind, VersionValue
from learncity.apps.roles.access import (
    Duty,
    actor_of,
    of_committee,
    of_registered,
    organizations_for,
    regions_for,
)
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.dated import day_of
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import partner_forms
from learncity.web.acts import ActForm, act, day_field, named
from learncity.web.dated_words import committee_summary, days_words, office_words
from learncity.web.reader import reader_of

from .find import page_number, pages

SIZE = 50
LEVEL_NAMES = {
    PlaceKind.DISTRICT: gettext_lazy("Districts"),
    PlaceKind.SUBDISTRICT: gettext_lazy("Sub-districts and towns"),
    PlaceKind.COMMUNE: gettext_lazy("Wards and communes"),
}


def city_path(request: HttpRequest) -> str:
    """The path of the region that the city is."""
    home = reader_of(request).city_place
    if home is None:
        raise Http404
    return home.path


class FilterForm(forms.Form):
    """What to show of the register; its address is the view."""

    q = forms.CharField(label=gettext_lazy("Words in name, key or number"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False,
        choices=[("", gettext_lazy("All kinds")), *named(KIND_NAMES)],
    )  # fmt: skip
    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False,
        choices=[("", gettext_lazy("Living")), ("ended", gettext_lazy("Ended"))],
    )  # fmt: skip

    def __init__(self, *args: Any, path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, words) for key, words in partner_forms.place_choices(path)]
        self.fields["place"].choices = [("", _("The whole city")), *choices[1:]]  # type: ignore[attr-defined]


def _chosen(request: HttpRequest) -> list[OrganizationValue]:
    kind, key = request.GET.get("kind", ""), request.GET.get("place", "")
    place = places.find_place(key[:80]) if key else None
    return queries.register(
        on=day_of(timezone.now()),
        seats=regions_for(actor_of(request), Act.KEEP_REGISTER),
        kind=OrganizationKind(kind) if kind in list(OrganizationKind) else None,
        path=place.path if place else "",
        text=request.GET.get("q", "").strip()[:100],
        ended=request.GET.get("state") == "ended",
    )


@only(Duty(Act.KEEP_REGISTER))
def register(request: HttpRequest) -> HttpResponse:
    """All organizations, sifted."""
    found, number = _chosen(request), page_number(request)
    shown = found[(number - 1) * SIZE : number * SIZE]
    seats, query = places.places({o.place_id for o in shown}), request.GET.urlencode()
    on = day_of(timezone.now())
    mine = organizations_for(actor_of(request), Act.KEEP_REGISTER)
    agreed = queries.agreement_figures(on=on, organization_ids=mine)
    due = queries.overdue_committees(on=on, organization_ids=mine)
    return render(
        request,
        "web/register.html",
        {
            "form": FilterForm(request.GET or None, path=city_path(request)),
            "sentence": ngettext("%(n)s organization", "%(n)s organizations", len(found))
            % {"n": formats.number(len(found))},
            "figures": [
                {"label": _("Partners in agreements"), "figure": formats.number(agreed.partners)},
                {"label": _("Promises kept"),
                 "figure": _("%(n)s of %(all)s") % {"n": agreed.kept, "all": agreed.promises},
                 "rows_url": reverse("web:agreements")},
                {"label": _("Elections overdue"), "figure": formats.number(len(due))},
            ],
            "due": [
                {"url": reverse("web:committee", args=[c.key]), "label": c.organization.name,
                 "name": c.name, "since": c.overdue_since(on)}
                for c in due
            ],
            "columns": [{"label": pgettext("thing", "Name")}, {"label": _("Kind")},
                        {"label": _("Seat")}, {"label": _("Phone")}, {"label": _("Key")}],
            "rows": [
                {"url": reverse("web:partner", args=[o.key]),
                 "cells": [str(o.name), {"text": str(KIND_NAMES[o.kind])},
                           {"text": str(seats[o.place_id].name)}, o.phone, o.key]}
                for o in shown
            ],
            "pages": pages(request, number, len(found), SIZE),
            "exports": [
                {"label": label, "url": f"{reverse('web:register_export', args=[kind])}?{query}"}
                for label, kind in (("XLSX", "xlsx"), ("CSV", "csv"))
            ],
        },
    )  # fmt: skip


@only(Duty(Act.KEEP_REGISTER))
def register_export(request: HttpRequest, kind: str) -> HttpResponse:
    """The chosen organizations as a spreadsheet."""
    found = _chosen(request)
    seats = places.places({o.place_id for o in found})
    head = [
        _("Key"),
        pgettext("thing", "Name"),
        _("Kind"),
        _("Seat"),
        _("Phone"),
        _("Founded"),
        _("Number"),
    ]
    rows = [
        [o.key, str(o.name), str(KIND_NAMES[o.kind]), str(seats[o.place_id].name), o.phone,
         o.since or "", o.registration]
        for o in found
    ]  # fmt: skip
    return tables.download(kind, "organizations", head, rows)


def _found(key: str) -> OrganizationValue:
    found = queries.find_registered(key)
    if found is None:
        raise Http404
    return found


@only(Duty(Act.KEEP_REGISTER, on=of_registered))
def partner(request: HttpRequest, key: str) -> HttpResponse:
    """All that the register knows of an organization, and what can be done with it."""
    found, on = _found(key), day_of(timezone.now())
    kin = queries.kin(found.id, on=on)
    where = places.places({found.place_id, *kin.place_ids})
    successor = queries.organizations([found.successor_id] if found.successor_id else [])

    def url(name: str) -> str:
        return "" if found.ended_at else reverse("web:partner_act", args=[key, name])

    covers = [str(where[pk].name) for pk in kin.place_ids]
    rows = [
        {"label": _("Kind"), "value": KIND_NAMES[found.kind], "change_url": url("edit")},
        {"label": _("Seat"), "value": marked(where[found.place_id].name)},
        {"label": _("Phone"), "value": found.phone or "–"},
        {"label": _("Founded"), "value": formats.day(found.since, "date") if found.since else "–"},
        {"label": _("Number"), "value": found.registration or "–",
         "note": REGISTER_NAMES[found.register] if found.register else ""},
        {"label": _("Belongs to"), "value": marked(kin.parent.name) if kin.parent else "–",
         "change_url": url("parent")},
        {"label": _("Covers"), "value": _(", ").join(covers) or "–", "change_url": url("cover")},
    ]  # fmt: skip
    if found.ended_at:
        heir = successor[found.successor_id].name if found.successor_id else "–"
        rows.append({"label": _("Ended"), "value": formats.day(found.ended_at, "date"),
                     "note": _("Successor: %(name)s") % {"name": heir}})  # fmt: skip
    return render(
        request,
        "web/partner.html",
        {
            "organization": found,
            "rows": rows,
            "children": [
                {"url": reverse("web:partner", args=[o.key]), "name": o.name,
                 "kind": KIND_NAMES[o.kind]}
                for o in kin.children
            ],
            "covers": bool(covers),
            "offices": [
                office_words(o) | {"close_url": f"{url('close')}?office={o.id}"}
                for o in queries.offices(found.id, on=on)
            ],
            "committees": [
                committee_summary(c, on) | {"url": reverse("web:committee", args=[c.key])}
                for c in queries.committees_of(found.id)
            ],
            "alive": found.ended_at is None,
            "standing_url": reverse("web:provider_standing", args=[key])
            if found.ended_at is None and actor_of(request).everywhere(Act.REVIEW_COURSES) else "",
        },
    )  # fmt: skip


_ACTS: dict[str, Callable[..., ActForm]] = {
    "edit": partner_forms.OrganizationForm,
    "parent": partner_forms.ParentForm,
    "cover": partner_forms.CoverForm,
    "uncover": partner_forms.UncoverForm,
    "office": partner_forms.OfficeForm,
    "close": partner_forms.CloseForm,
    "committee": partner_forms.CommitteeForm,
    "end": partner_forms.EndForm,
}
_OF_PLACES = ("edit", "cover", "uncover")


def _places(request: HttpRequest) -> dict[str, Any]:
    """Which places the reader may name: an officer, those of their region."""
    return {
        "path": city_path(request),
        "within": regions_for(actor_of(request), Act.KEEP_REGISTER),
    }


@only(Duty(Act.KEEP_REGISTER, on=of_registered))
def partner_act(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One change of an organization."""
    found = _found(key)
    if name not in _ACTS:
        raise Http404
    initial: dict[str, Any] = {"office": request.GET.get("office", "")}
    if name == "edit":
        seat = places.places([found.place_id])[found.place_id]
        initial = {
            "kind": found.kind, "name": found.name, "about": found.about, "place": seat.key,
            "phone": found.phone, "since": found.since, "register": found.register or "",
            "registration": found.registration,
        }  # fmt: skip
    more = _places(request) if name in _OF_PLACES else {}
    form = _ACTS[name](request.POST or None, initial=initial, **more)
    back = reverse("web:partner", args=[key])
    return act(request, form, key=key, back=back, back_label=str(found.name), then=back)


@only(Duty(Act.KEEP_REGISTER))
def new_partner(request: HttpRequest) -> HttpResponse:
    """Enter an organization into the register."""
    form = partner_forms.FoundForm(request.POST or None, **_places(request))
    back = reverse("web:register")
    typed = request.POST.get("key", "")
    then = reverse("web:partner", args=[typed]) if form.is_bound and form.is_valid() else back
    return act(request, form, key=typed, back=back, back_label=_("Organizations"), then=then)


# Committees.

_COMMITTEE_ACTS: dict[str, type[ActForm]] = {
    "term": partner_forms.TermForm,
    "member": partner_forms.MemberForm,
    "leave": partner_forms.LeaveForm,
}


@only(Duty(Act.KEEP_REGISTER, on=of_committee))
def committee(request: HttpRequest, key: str) -> HttpResponse:
    """A committee: its terms, who is in it now and who was."""
    found, on = queries.find_committee(key), day_of(timezone.now())
    if found is None:
        raise Http404
    leave = reverse("web:committee_act", args=[key, "leave"])
    now = found.in_office(on)
    return render(
        request,
        "web/committee.html",
        {
            "committee": found,
            "overdue": found.overdue_since(on),
            "terms": [days_words(t.since, t.until) for t in reversed(found.terms)],
            "members": [
                {"name": m.name, "post": POST_NAMES[m.post], "days": days_words(m.since, m.until),
                 "leave_url": f"{leave}?member={m.id}"}
                for m in now
            ],
            "former": [
                {"name": m.name, "post": POST_NAMES[m.post], "days": days_words(m.since, m.until)}
                for m in found.members if m not in now
            ],
        },
    )  # fmt: skip


@only(Duty(Act.KEEP_REGISTER, on=of_committee))
def committee_act(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One change of a committee."""
    found = queries.find_committee(key)
    if found is None or name not in _COMMITTEE_ACTS:
        raise Http404
    initial = {"member": request.GET.get("member", "")}
    form = _COMMITTEE_ACTS[name](request.POST or None, initial=initial)
    back = reverse("web:committee", args=[key])
    return act(request, form, key=key, back=back, back_label=str(found.name), then=back)


# The figure of coverage.


class CoverageForm(forms.Form):
    """Which figure: of what kind, at which level, where, on which day."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=named(KIND_NAMES),
        initial=OrganizationKind.ASSOCIATION,
    )  # fmt: skip
    level = forms.ChoiceField(
        label=pgettext_lazy("place", "Level"), required=False, choices=named(LEVEL_NAMES),
        initial=PlaceKind.SUBDISTRICT,
    )  # fmt: skip
    on = day_field(gettext_lazy("On"), required=False)


def _figure(request: HttpRequest) -> tuple[CoverageForm, Coverage, dict[UUID | None, VersionValue]]:
    asked = request.GET
    kind, level = asked.get("kind", ""), asked.get("level", "")
    try:
        on = date.fromisoformat(asked.get("on", ""))
    except ValueError:
        on = day_of(timezone.now())
    region = reader_of(request).city_place
    if region is None:
        raise Http404
    chosen = OrganizationKind(kind) if kind in KIND_NAMES else OrganizationKind.ASSOCIATION
    at_level = PlaceKind(level) if level in LEVEL_NAMES else PlaceKind.SUBDISTRICT
    found = queries.coverage(chosen, at_level, region.id, on=on)
    form = CoverageForm(initial={"kind": chosen, "level": at_level, "on": on})
    names: dict[UUID | None, VersionValue] = {
        place.place_id: place for place in places.below_on(region.id, on=on)
    }
    return form, found, names


@only(Duty(Act.KEEP_REGISTER))
def coverage(request: HttpRequest) -> HttpResponse:
    """How many places have an organization of a kind, which have none; also as a spreadsheet."""
    form, found, names = _figure(request)
    covered = {pk: _(", ").join(str(o.name) for o in by) for pk, by in found.covered}
    turn = {pk: n for n, pk in enumerate(names)}
    ids = sorted(
        [*covered, *found.without], key=lambda pk: (turn.get(names[pk].parent_id, -1), turn[pk])
    )
    table = [
        (str(names[pk].name), _above(names[pk], names), covered.get(pk, ""), pk in covered)
        for pk in ids
    ]
    if request.GET.get("as") in tables.KINDS:
        head = [_("Place"), _("Lies in"), _("Organization"), _("Has one")]
        rows = [[*row[:3], _("yes") if row[3] else _("no")] for row in table]
        return tables.download(request.GET["as"], f"coverage-{found.on.isoformat()}", head, rows)
    query = request.GET.copy()
    exports = []
    for label in ("XLSX", "CSV"):
        query["as"] = label.lower()
        exports.append({"label": label, "url": f"?{query.urlencode()}"})
    return render(
        request,
        "web/coverage.html",
        {
            "form": form,
            "exports": exports,
            "share": formats.number(found.per_cent) if found.per_cent is not None else "–",
            "sentence": ngettext(
                "%(n)s of %(all)s place has one on %(day)s.",
                "%(n)s of %(all)s places have one on %(day)s.", found.total,
            ) % {"n": len(found.covered), "all": found.total,
                 "day": formats.day(found.on, "date")},
            "without": [_("%(place)s, %(region)s") % {"place": row[0], "region": row[1]}
                        for row in table if not row[3]],
            "columns": [
                {"label": _("Place")}, {"label": _("Lies in")}, {"label": _("Organization")},
                {"label": _("State")},
            ],
            "rows": [
                {"cells": [row[0], row[1], {"text": row[2] or "–", "words": True},
                           {"text": _("Has one") if row[3] else _("None yet"),
                            "kind": "done" if row[3] else "you"}]}
                for row in table
            ],
        },
    )  # fmt: skip


def _above(place: VersionValue, names: Mapping[UUID | None, VersionValue]) -> str:
    return str(names[place.parent_id].name) if place.parent_id in names else ""
