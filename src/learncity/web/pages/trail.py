"""The audit trail: what was done, to whom or what, and how; its words and its page."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from learncity.apps.assertions import queries as assertions
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.types import (
    PersonValue,
)
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel import audit, formats, personal_data, tables
from learncity.kernel.access import only
from learncity.kernel.audit import AuditEntry, Sought
from learncity.kernel.dated import begin_of
from learncity.web.acts import after, by_desk, day_field
from learncity.web.trail_words import ACTIONS, DETAILS, FIELDS, HIDDEN, HOW, SUBJECTS, VIA

SIZE = 50
# Lines of a download: what a spreadsheet opens at once.
MOST = 10_000


class FilterForm(forms.Form):
    """Which entries to show; its address is the view."""

    action = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    first = day_field(gettext_lazy("First day"), required=False)
    last = day_field(gettext_lazy("Last day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((key, str(words)) for key, words in ACTIONS.items()), key=lambda n: n[1])
        self.fields["action"].choices = [("", _("Everything")), *named]  # type: ignore[attr-defined]

    def sought(self, person_id: UUID | None) -> Sought:
        """What is asked for; of somebody in all records of theirs, one query."""
        said = self.cleaned_data if self.is_valid() else {}
        first, last = said.get("first"), after(said.get("last"))
        return Sought(
            action=said.get("action", ""),
            people=people.all_ids(person_id) if person_id else (),
            since=begin_of(first) if first else None,
            before=begin_of(last) if last else None,
        )


@only(Duty(Act.OPERATE, on=in_city))
@never_cache
def trail(request: HttpRequest, person_id: UUID | None = None) -> HttpResponse:
    """What was done, the newest first; of one person, by them and with their record."""
    form, person = FilterForm(request.GET), _name(person_id)
    found = _found(request, form, person_id)
    if person_id:
        people_services.note_person_read(person_id=person_id, by=by_desk(request), how="TRAIL")
    query = request.GET.copy()
    if len(found) > SIZE:
        query["after"] = str(found[SIZE - 1].id)
    context = {
        "person": person,
        "back": {"url": reverse("web:person", args=[person_id]), "label": _("Person")}
        if person_id
        else {"url": reverse("web:operate"), "label": _("City office")},
        "form": form,
        "most": formats.number(MOST),
        "exports": [
            {"label": kind.upper(), "url": f"{_export(kind, person_id)}?{request.GET.urlencode()}"}
            for kind in tables.KINDS
        ],
        "columns": columns(),
        "rows": rows(found[:SIZE]),
        "next_url": f"?{query.urlencode()}" if len(found) > SIZE else "",
    }
    return render(request, "web/trail.html", context, status=200 if form.is_valid() else 422)


def _found(request: HttpRequest, form: FilterForm, person_id: UUID | None) -> list[AuditEntry]:
    """The part of the page; of all entries where the form says what cannot be.

    Raises:
        Http404: it begins after an entry that there is not.
    """
    after_text = request.GET.get("after")
    try:
        begin = UUID(after_text) if after_text else None
        return audit.latest(SIZE + 1, sought=form.sought(person_id), after=begin)
    except (ValueError, audit.NoSuchEntry) as error:
        raise Http404 from error


@only(Duty(Act.OPERATE, on=in_city))
def trail_export(request: HttpRequest, kind: str, person_id: UUID | None = None) -> HttpResponse:
    """What the page shows, as a file; that somebody fetched it is written down."""
    form = FilterForm(request.GET)
    if not form.is_valid():
        # Which says what is wrong.
        page = reverse("web:person_trail", args=[person_id]) if person_id else reverse("web:trail")
        return redirect(f"{page}?{request.GET.urlencode()}")
    _name(person_id)
    found = audit.latest(MOST, sought=form.sought(person_id))
    subject = f"person {person_id}" if person_id else "trail"
    lines = [
        [cell if isinstance(cell, str) else str(cell["text"]) for cell in row["cells"]]
        for row in rows(found)
    ]
    made = tables.download(kind, "trail", [c["label"] for c in columns()], lines)
    audit.note("kernel.trail_fetched", subject, by=by_desk(request), rows=len(found))
    return made


def _export(kind: str, person_id: UUID | None) -> str:
    if person_id is None:
        return reverse("web:trail_export", args=[kind])
    return reverse("web:person_trail_export", args=[person_id, kind])


def _name(person_id: UUID | None) -> str:
    """Whose trail it is.

    Raises:
        Http404: there is no such person.
    """
    if person_id is None:
        return ""
    found = people.persons([person_id]).get(person_id)
    if found is None:
        raise Http404
    return found.name or _("No name yet")


def columns() -> list[dict[str, Any]]:
    """The heads of the table of entries."""
    heads = [_("When"), _("Who"), _("What"), _("Which"), _("How"), _("Details")]
    return [{"label": head} for head in heads]


def rows(entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """The entries as rows of a table, with the names of who and what is in them; two queries."""
    about = {e.id: _person_in(e.subject) for e in entries}
    others = {UUID(str(e.detail["other"])) for e in entries if "other" in e.detail}
    named = {pk for e in entries for pk in (e.actor_id, about[e.id]) if pk} | others
    names = people.persons(named)
    groups = any("group" in e.detail for e in entries)
    called = {g.key: str(g.name) for g in people.groups()} if groups else {}
    called |= {str(pk): names[pk].name for pk in others if pk in names and names[pk].name}
    return [
        {
            "cells": [
                f"{formats.day(e.at, 'long')} {formats.clock(e.at)}",
                {"text": _actor(e.actor_id, names)},
                {"text": ACTIONS.get(e.action, e.action), "words": True},
                {"text": _subject(e.subject, about[e.id], names), "words": True},
                {"text": VIA.get(e.via, e.via)},
                {"text": _details(e.detail, called), "words": True},
            ]
        }
        for e in entries
    ]


def _person_in(subject: str) -> UUID | None:
    """The person that an entry is about, if it is about one."""
    kind, _space, key = subject.partition(" ")
    return UUID(key) if kind == "person" else None


def _subject(subject: str, person_id: UUID | None, names: Mapping[UUID, PersonValue]) -> str:
    """Which thing: its kind in words, and its key; a person by name."""
    kind, _space, key = subject.partition(" ")
    if person_id and person_id in names:
        key = names[person_id].name or key
    return f"{SUBJECTS.get(kind, kind)} {key}"


def _details(detail: Mapping[str, object], called: Mapping[str, str]) -> str:
    """What else is known of it: counts, and how."""
    swept = {one.name: one.label for one in personal_data.registered()}
    return _(", ").join(
        _("%(what)s: %(value)s")
        % {"what": DETAILS.get(k) or swept.get(k, k), "value": _value(k, str(v), called)}
        for k, v in detail.items()
        if k not in HIDDEN
    )


def _value(name: str, symbol: str, called: Mapping[str, str]) -> str:
    """A value in words: of an enumeration, of several fields or groups, or what it is."""
    if name == "fields":
        return _(", ").join(str(FIELDS.get(one, one)) for one in symbol.split(", "))
    if name == "group":
        return _(", ").join(called.get(one, one) for one in symbol.split(" "))
    if name == "key":
        return {one.name: str(one.label) for one in assertions.all_keys()}.get(symbol, symbol)
    return str(HOW.get(name, {}).get(symbol) or called.get(symbol, symbol))


def _actor(actor_id: UUID | None, names: Mapping[UUID, PersonValue]) -> str:
    """Who did it; the command line and the system have no name."""
    if actor_id is None:
        return _("nobody signed in")
    return names[actor_id].name if actor_id in names else str(actor_id)
