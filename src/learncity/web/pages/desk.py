"""The provider's desk: classes, rosters, print and exports, figures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learncity.apps.classes import queries, services
from learncity.apps.classes.access import runs_class
from learncity.apps.classes.queries import bulk, meetings
from learncity.apps.classes.types import (
    BULK_NAMES,
    ClassCard,
    ClassDetail,
    Provider,
    RosterRow,
    Shown,
    Sort,
    State,
)
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.access import account
from learncity.apps.roles.access import Duty, actor_of, organizations_for
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import words
from learncity.web.acts import Question, sure

from .find import page_number, pages

SIZE = 50
_SHOWN = {"open": Shown.OPEN, "full": Shown.FULL, "over": Shown.OVER, "all": Shown.ALL}


class FilterForm(forms.Form):
    """What to show of the classes; its address is the view."""

    q = forms.CharField(label=gettext_lazy("Words in title, room or key"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("Not over")),
            ("open", gettext_lazy("Takes applications")),
            ("full", gettext_lazy("Full")),
            ("over", gettext_lazy("Over")),
            ("all", gettext_lazy("All")),
        ],
    )
    org = forms.ChoiceField(label=gettext_lazy("Organization"), required=False)

    def __init__(self, runs: Sequence[Provider], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if len(runs) < 2:
            del fields["org"]
        else:
            fields["org"].choices = [("", _("All")), *((o.key, str(o.name)) for o in runs)]


def scope(request: HttpRequest, act: Act = Act.RUN_CLASSES) -> Collection[UUID] | None:
    """The organizations for which this reader may do it; ``None``: all of the city."""
    return organizations_for(actor_of(request), act)


@dataclass(frozen=True, slots=True)
class View:
    """Which classes a reader chose to see, and in which order. ``runs``: whose they may be."""

    runs: Sequence[Provider]
    shown: Shown
    provider_ids: Collection[UUID] | None
    text: str
    sort: Sort
    descending: bool


def chosen(request: HttpRequest) -> View:
    """The view that the address, or a form sent from it, says; one query at most."""
    said = request.POST if request.method == "POST" else request.GET
    sort = said.get("sort", "")
    own = scope(request)
    runs = runs_of(own)
    picked = frozenset(o.id for o in runs if o.key == said.get("org"))
    return View(
        runs,
        _SHOWN.get(said.get("state", ""), Shown.NOT_OVER),
        picked or own,
        said.get("q", "").replace("\0", "").strip()[:100],
        Sort(sort.lstrip("-")) if sort.lstrip("-") in {*Sort} else Sort.STARTS,
        sort.startswith("-"),
    )


def runs_of(own: Collection[UUID] | None) -> Sequence[Provider]:
    """The organizations of a scope to choose among, by name; one query, none for who has one."""
    return () if own is not None and len(own) < 2 else queries.providers(own)


def classes_of(view: View, *, offset: int = 0, limit: int | None = None) -> list[ClassCard]:
    """The classes of a view, or a part of them; one query, two by title."""
    return queries.sorted_classes(
        at=timezone.now(),
        shown=view.shown,
        provider_ids=view.provider_ids,
        text=view.text,
        sort=view.sort,
        descending=view.descending,
        offset=offset,
        limit=limit,
    )


def count_of(view: View) -> int:
    """How many they are; one query."""
    return queries.count_classes(
        at=timezone.now(), shown=view.shown, provider_ids=view.provider_ids, text=view.text,
        unseen=True,
    )  # fmt: skip


@only(Duty(Act.RUN_CLASSES))
def desk(request: HttpRequest) -> HttpResponse:
    """My organization's classes, with seats and waiting, and the figures of the season."""
    view, at, number = chosen(request), timezone.now(), page_number(request)
    shown = classes_of(view, offset=(number - 1) * SIZE, limit=SIZE)
    total = count_of(view)
    query = request.GET.urlencode()
    figures = queries.figures(scope(request), at=at)
    to_settle = meetings.count_rooms_to_settle(scope(request), at=at)
    several = len(view.runs) > 1
    context = {
        "form": FilterForm(view.runs, request.GET or None),
        "sentence": ngettext("%(n)s class", "%(n)s classes", total)
        % {"n": formats.number(total)},
        "mine": [
            {"url": reverse("web:my_organization", args=[o.key]), "name": o.name}
            for o in organizations.organizations(
                actor_of(request).organizations(Act.NOTE_DEEDS)
            ).values()
        ],
        "gives_roles": actor_of(request).may(Act.GIVE_ROLES),
        "columns": _columns(request, several),
        "rows": [_row(card, at, several) for card in shown],
        "pages": pages(request, number, total, SIZE),
        "sends": [(name, request.GET[name]) for name in ("q", "state", "org", "sort")
                  if request.GET.get(name)],
        "total": formats.number(total),
        "undoable": [
            {"url": reverse("web:bulk_done", args=[one.id]),
             "label": _("%(what)s, until %(time)s")
             % {"what": BULK_NAMES[one.kind], "time": formats.clock(one.until)}}
            for one in bulk.undoable_of(account(request).person_id, at=at)
        ],
        "to_settle": formats.number(to_settle) if to_settle else "",
        "exports": [
            {"label": "XLSX", "url": f"{reverse('web:desk_export', args=['xlsx'])}?{query}"},
            {"label": "CSV", "url": f"{reverse('web:desk_export', args=['csv'])}?{query}"},
        ],
        "editable": [
            {"label": label, "url": f"{reverse('web:list_export', args=[what, 'xlsx'])}?{query}"}
            for what, label in (
                ("classes", _("Classes to change and send again")),
                ("courses", _("Courses to change and send again")),
            )
        ],
        "figures": [
            {"label": _("Classes not over"), "figure": formats.number(figures.classes)},
            {"label": _("Seats"), "figure": formats.number(figures.seats)},
            {"label": _("Places taken"), "figure": formats.number(figures.enrolled),
             "definition_url": reverse("web:desk_figures")},
            {"label": _("Waiting"), "figure": formats.number(figures.waiting)},
        ],
    }  # fmt: skip
    return render(request, "web/desk.html", context)


def _columns(request: HttpRequest, several: bool) -> list[dict[str, Any]]:
    sort = request.GET.get("sort", "starts")
    found = []
    for name, label, numeric in (
        ("title", _("Class"), False),
        *([("provider", _("Organization"), False)] if several else []),
        ("starts", _("Begins"), False),
        ("", _("Where"), False),
        ("free", _("Seats"), True),
        ("waiting", _("Waiting"), True),
        ("", _("State"), False),
    ):
        column: dict[str, Any] = {"label": label, "numeric": numeric}
        if name:
            query = request.GET.copy()
            query["sort"] = f"-{name}" if sort == name else name
            column["url"] = f"?{query.urlencode()}"
            if sort.lstrip("-") == name:
                column["sorted"] = "descending" if sort.startswith("-") else "ascending"
        found.append(column)
    return found


def _state(card: ClassCard, at: Any) -> dict[str, str]:
    if card.is_cancelled:
        return {"text": _("Cancelled"), "kind": "you"}
    if card.ends_at <= at:
        return {"text": _("Over"), "kind": ""}
    if not card.is_offered:
        return {"text": _("Not offered at present"), "kind": "you"}
    if card.seats.free <= 0:
        return {"text": _("Full"), "kind": "you"}
    if card.is_open(at):
        return {"text": _("Takes applications"), "kind": "done"}
    return {"text": _("Under way, applications closed"), "kind": ""}


def _row(card: ClassCard, at: Any, several: bool) -> dict[str, Any]:
    return {
        "id": card.key,
        "url": reverse("web:roster", args=[card.key]),
        # Several classes of a course are called the same.
        "name": f"{card.title}, {formats.day(card.starts_at)} {formats.clock(card.starts_at)}",
        "cells": [
            str(card.title),
            *([{"text": str(card.provider_name), "words": True}] if several else []),
            {"text": f"{formats.day(card.starts_at)} {formats.clock(card.starts_at)}"},
            {"text": words.where_words(card), "words": True},
            {"text": f"{card.seats.taken} / {card.seats.total}", "numeric": True},
            {"text": str(card.seats.waiting), "numeric": True},
            _state(card, at),
        ],
    }


@only(Duty(Act.RUN_CLASSES))
def desk_export(request: HttpRequest, kind: str) -> HttpResponse:
    """All classes of the chosen view as a spreadsheet, whatever the page shows."""
    at = timezone.now()
    head = [_("Key"), _("Class"), _("Begins"), _("Ends"), _("Organization"), _("Where"),
            _("Seats"), _("Places taken"), _("Waiting"), _("State")]  # fmt: skip
    rows = [
        [c.key, str(c.title), timezone.localtime(c.starts_at), timezone.localtime(c.ends_at),
         str(c.provider_name), words.where_words(c), c.seats.total, c.seats.taken,
         c.seats.waiting, _state(c, at)["text"]]
        for c in classes_of(chosen(request))
    ]  # fmt: skip
    return tables.download(kind, "classes", head, rows)


def _class(request: HttpRequest, class_key: str) -> ClassDetail:
    detail = queries.find_class(class_key, links=True)
    if detail is None:
        raise Http404
    return detail


class SeatsForm(forms.Form):
    """How many seats and how long a waiting list."""

    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=100_000)
    waiting_limit = forms.IntegerField(
        label=gettext_lazy("Longest waiting list"), min_value=0, max_value=100_000
    )


@only(runs_class)
def roster(request: HttpRequest, class_key: str) -> HttpResponse:
    """Who has a place and who waits; change the seats."""
    detail = _class(request, class_key)
    by = By(account(request).person_id, Via.DESK)
    seats = detail.card.seats
    initial = {"seats": seats.total, "waiting_limit": seats.waiting_limit}
    form = SeatsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_seats(class_key=class_key, by=by, at=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("seats", str(refusal.says))
        else:
            return redirect("web:roster", class_key)
    services.note_roster_read(class_key=class_key, by=by, how="PAGE")
    people = queries.roster(detail.card.id)
    return render(
        request,
        "web/roster.html",
        _roster_context(detail, people) | {"form": form},
        status=422 if form.errors else 200,
    )


def _roster_context(detail: ClassDetail, people: list[RosterRow]) -> dict[str, Any]:
    at = timezone.now()
    key = detail.card.key
    return {
        "detail": detail,
        "card": detail.card,
        "seats": words.seats_words(detail.card.seats),
        "state": _state(detail.card, at),
        "sessions": words.session_days(detail.sessions, at),
        "columns": [
            {"label": _("Name")}, {"label": _("Phone")}, {"label": _("State")},
            {"label": _("E-mail")}, {"label": _("Applied")}, {"label": _("Receipt")},
        ],
        "rows": [_person_row(row) for row in people],
        "enrolled": [row for row in people if row.enrolment.state == State.ENROLLED],
        "exports": [
            {"label": label, "url": reverse("web:roster_export", args=[key, kind])}
            for label, kind in (("XLSX", "xlsx"), ("CSV", "csv"))
        ],
        "print_url": reverse("web:roster_print", args=[key]),
        "cancel_url": reverse("web:cancel_class", args=[key])
        if not detail.card.is_cancelled and at < detail.card.ends_at
        else "",
    }  # fmt: skip


def _state_of(row: RosterRow) -> dict[str, str]:
    if row.enrolment.state == State.ENROLLED:
        return {"text": _("Has a place"), "kind": "done"}
    return {"text": _("Waiting, number %(n)s") % {"n": row.enrolment.position}, "kind": ""}


def _person_row(row: RosterRow) -> dict[str, Any]:
    applied = row.enrolment.applied_at
    return {
        "id": row.enrolment.receipt,
        "cells": [
            row.name or _("No name given"),
            row.phone,
            _state_of(row),
            row.email,
            f"{formats.day(applied)} {formats.clock(applied)}",
            row.enrolment.receipt,
        ],
    }


@only(runs_class)
def cancel_class(request: HttpRequest, class_key: str) -> HttpResponse:
    """Ask once more, then call the class off; everybody in it is told."""
    detail, at, refusal = _class(request, class_key), timezone.now(), None
    if request.method == "POST":
        by = By(account(request).person_id, Via.DESK)
        try:
            services.cancel(class_key=class_key, by=by, at=at)
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:roster", class_key)
    if detail.card.is_cancelled:
        return redirect("web:roster", class_key)
    card = detail.card
    told = {"seated": card.seats.taken, "waiting": card.seats.waiting}
    question = Question(
        title=_("Cancel this class?"),
        lead=f"{marked(card.title)} · {formats.day(card.starts_at, 'long')}",
        text=_(
            "People with a place: %(seated)s. People who wait: %(waiting)s. All of them are told "
            "at once, and every coming meeting is cancelled. It cannot be undone here."
        )
        % told,
        yes=_("Yes, cancel it"),
        no=_("No, keep it"),
        back=reverse("web:roster", args=[class_key]),
        back_label=str(card.title),
    )
    return sure(request, question, refusal)


@only(runs_class)
def roster_print(request: HttpRequest, class_key: str) -> HttpResponse:
    """An attendance sheet on paper: names, and a box for every meeting."""
    detail = _class(request, class_key)
    services.note_roster_read(
        class_key=class_key, by=By(account(request).person_id, Via.DESK), how="PRINT"
    )
    return render(
        request,
        "web/roster_print.html",
        _roster_context(detail, queries.roster(detail.card.id)),
    )


@only(runs_class)
def roster_export(request: HttpRequest, class_key: str, kind: str) -> HttpResponse:
    """The roster as a spreadsheet."""
    if kind not in tables.KINDS:
        raise Http404
    detail = _class(request, class_key)
    services.note_roster_read(
        class_key=class_key, by=By(account(request).person_id, Via.DESK), how=kind.upper()
    )
    head = [_("Name"), _("Phone"), _("State"), _("E-mail"), _("Applied"), _("Receipt")]
    rows = [
        [r.name, r.phone, _state_of(r)["text"], r.email,
         timezone.localtime(r.enrolment.applied_at), r.enrolment.receipt]
        for r in queries.roster(detail.card.id)
    ]  # fmt: skip
    return tables.download(kind, f"roster-{class_key}", head, rows)
