"""Meetings that want a room which another class has; and the calendar of a desk."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learncity.apps.classes import queries
from learncity.apps.classes.access import runs_class
from learncity.apps.classes.queries import meetings
from learncity.apps.classes.services import rooms as services
from learncity.apps.classes.types import Meeting, Mode
from learncity.apps.organizations import queries as organizations
from learncity.apps.roles.access import Duty
from learncity.apps.roles.types import Act
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.errors import DomainError
from learncity.kernel.templatetags.kernel import words as marked
from learncity.kernel.words import sort_key
from learncity.web import words
from learncity.web.acts import by_desk

from .desk import runs_of, scope
from .find import page_number, pages

# Groups of the calendar on a page.
SIZE = 30


@only(Duty(Act.RUN_CLASSES))
def rooms(request: HttpRequest) -> HttpResponse:
    """Classes with meetings to come that want a room they do not have."""
    found: dict[tuple[str, str], list[Meeting]] = {}
    for one in meetings.rooms_to_settle(scope(request), at=timezone.now()):
        found.setdefault((one.class_key, one.room_key), []).append(one)
    labels = (_("Class"), _("Wants"), _("First time"), _("How often"), _("Taken by"))
    context = {
        "columns": [{"label": label, "numeric": label == _("How often")} for label in labels],
        "rows": [_settle_row(key, wanting) for (key, _room), wanting in found.items()],
    }
    return render(request, "web/rooms.html", context)


def _settle_row(key: str, wanting: list[Meeting]) -> dict[str, Any]:
    first = wanting[0]
    takers = dict.fromkeys(m.taken_by for m in wanting if m.taken_by)
    return {
        "url": reverse("web:settle_room", args=[key]),
        "cells": [
            str(first.title),
            {"text": words.room_words(first.venue_name, first.room_name), "words": True},
            f"{formats.day(first.starts_at)} {_hours(first)}",
            {"text": formats.number(len(wanting)), "numeric": True},
            {"text": _(", ").join(takers) or _("Free again"), "words": True},
        ],
    }


def _hours(one: Meeting) -> str:
    return f"{formats.clock(one.starts_at)}–{formats.clock(one.ends_at)}"


class RoomForm(forms.Form):
    """Which room it shall be."""

    room = forms.ChoiceField(label=gettext_lazy("Room"), widget=forms.RadioSelect)


@only(runs_class)
def settle_room(request: HttpRequest, class_key: str) -> HttpResponse:
    """The meetings of a class that want a room they do not have, and the rooms that are free."""
    at, refusal = timezone.now(), None
    detail = queries.find_class(class_key)
    if detail is None:
        raise Http404
    wanting = meetings.rooms_to_settle(None, at=at, class_key=class_key)
    form = RoomForm(request.POST or None)
    field: Any = form.fields["room"]
    field.choices = _choices(meetings.free_rooms(class_key, at=at), len(wanting))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["room"]
        try:
            services.settle_rooms(
                class_key=class_key, room_id=None if said == "none" else UUID(said),
                by=by_desk(request), at=at,
            )  # fmt: skip
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:rooms")
    context = {
        "form": form,
        "refusal": refusal,
        "card": detail.card,
        "lead": ngettext("%(n)s meeting is without its room", "%(n)s meetings are without their "
                         "room", len(wanting)) % {"n": formats.number(len(wanting))},
        "meetings": [
            {
                "when": f"{formats.day(one.starts_at)} {_hours(one)}",
                "room": words.room_words(one.venue_name, one.room_name),
                "taken_by": one.taken_by,
            }
            for one in wanting
        ],
    }  # fmt: skip
    return render(request, "web/settle_room.html", context, status=422 if form.errors else 200)


def _choices(free: Mapping[UUID, int], wanting: int) -> list[tuple[str, str]]:
    known = organizations.rooms(free)
    order = sorted((pk for pk in free if free[pk]), key=lambda pk: (-free[pk], known[pk].key))
    said = _("%(room)s, %(seats)s places, free %(n)s of %(of)s times")
    choices = [
        (str(pk), said % {"room": known[pk].name, "seats": known[pk].seats,
                          "n": free[pk], "of": wanting})
        for pk in order
    ]  # fmt: skip
    return [*choices, ("none", _("No room of ours is needed"))]


@only(Duty(Act.RUN_CLASSES))
def calendar(request: HttpRequest) -> HttpResponse:
    """A week of my organizations' meetings, room by room or teacher by teacher."""
    monday = _monday(request.GET.get("week", ""))
    by = "who" if request.GET.get("by") == "who" else "room"
    own = scope(request)
    runs = runs_of(own)
    picked = frozenset(o.id for o in runs if o.key == request.GET.get("org"))
    begin = datetime.combine(monday, time(), timezone.get_current_timezone())
    end = datetime.combine(monday + timedelta(days=7), time(), timezone.get_current_timezone())
    found = meetings.week(picked or own, begin=begin, end=end)
    groups: dict[str, list[list[dict[str, Any]]]] = {}
    for one in found:
        name = _group_of(one, by)
        days = groups.setdefault(name, [[] for _day in range(7)])
        days[timezone.localtime(one.starts_at).weekday()].append(_entry(one, by))
    names = sorted(groups, key=sort_key if by == "who" else None)
    number = page_number(request)
    shown = names[(number - 1) * SIZE : number * SIZE]
    names_of_days = [formats.day(begin + timedelta(days=n, hours=12)) for n in range(7)]
    context = {
        "days": names_of_days,
        "groups": [
            {"name": name, "days": list(zip(names_of_days, groups[name], strict=True))}
            for name in shown
        ],
        "pages": pages(request, number, len(names), SIZE),
        "title": _("Week of %(first)s to %(last)s")
        % {"first": names_of_days[0], "last": names_of_days[6]},
        "form": CalendarForm(
            runs, {"week": monday.isoformat(), "by": by, "org": request.GET.get("org", "")}
        ),
        "previous_url": _week_url(request, monday - timedelta(days=7)),
        "next_url": _week_url(request, monday + timedelta(days=7)),
        "first": _("Teacher") if by == "who" else _("Room"),
        "sentence": ngettext("%(n)s meeting", "%(n)s meetings", len(found))
        % {"n": formats.number(len(found))},
    }
    return render(request, "web/calendar.html", context)


class CalendarForm(forms.Form):
    """Which week, of whom, by what."""

    week = forms.DateField(
        label=gettext_lazy("A day of the week"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    by = forms.ChoiceField(
        label=gettext_lazy("By"),
        choices=[("room", gettext_lazy("Room")), ("who", gettext_lazy("Teacher"))],
    )
    org = forms.ChoiceField(label=gettext_lazy("Organization"), required=False)

    def __init__(self, runs: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if len(runs) < 2:
            del fields["org"]
        else:
            fields["org"].choices = [("", _("All")), *((o.key, str(o.name)) for o in runs)]


def _monday(said: str) -> date:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = timezone.localdate()
    # So that the week before and the week after are days, too.
    day = min(max(day, date(1950, 1, 2)), date(2999, 1, 1))
    return day - timedelta(days=day.weekday())


def _week_url(request: HttpRequest, monday: date) -> str:
    kept = {k: str(v) for k, v in request.GET.items() if k not in ("week", "page")}
    return "?" + urlencode({**kept, "week": monday.isoformat()})


def _group_of(one: Meeting, by: str) -> str:
    if by == "who":
        return one.who or _("No teacher named")
    if one.mode == Mode.ONLINE:
        return _("Online")
    return str(words.room_words(one.venue_name, one.room_name)) if one.room_key else _("No room")


def _entry(one: Meeting, by: str) -> dict[str, Any]:
    other = one.who
    if by == "who":
        other = str(words.room_words(one.venue_name, one.room_name)) if one.room_key else ""
    return {
        "hours": _hours(one),
        "title": marked(one.title),
        "url": reverse(
            "web:settle_room" if one.is_roomless else "web:roster", args=[one.class_key]
        ),
        "other": other,
        "is_roomless": one.is_roomless,
        "taken_by": one.taken_by,
    }
