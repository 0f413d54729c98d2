"""The same done to many classes: chosen in the list, looked at, done, said for each, undone."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from learncity.apps.classes import queries
from learncity.apps.classes.queries import bulk as done
from learncity.apps.classes.services import bulk
from learncity.apps.classes.types import (
    BULK_NAMES,
    BulkKind,
    BulkLine,
    BulkValue,
    BulkWish,
    ClassCard,
)
from learncity.apps.organizations import queries as organizations
from learncity.apps.roles.access import Duty, actor_of
from learncity.apps.roles.types import Act
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.errors import DomainError
from learncity.kernel.ids import uuid7
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import words
from learncity.web.acts import by_desk

from .desk import chosen, classes_of, scope

# The field that each of them needs.
_NEEDS = {
    BulkKind.CLOSE: "closes_at", BulkKind.SEATS: "seats", BulkKind.ROOM: "room",
    BulkKind.CANCEL: "reason",
}  # fmt: skip


class BulkForm(forms.Form):
    """What shall be done, and to which classes."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    keys = forms.CharField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("What shall be done"),
        choices=[(kind.value, label) for kind, label in BULK_NAMES.items()],
        initial=BulkKind.CLOSE.value,
        widget=forms.RadioSelect,
    )
    closes_at = forms.DateTimeField(
        label=gettext_lazy("Applications close at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    seats = forms.IntegerField(
        label=gettext_lazy("How many seats more, or fewer"),
        help_text=gettext_lazy("Such as 5, or -5."),
        min_value=-100_000,
        max_value=100_000,
        required=False,
    )
    room = forms.ChoiceField(label=gettext_lazy("Room"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why they are cancelled"),
        help_text=gettext_lazy("Everybody in them reads it. Name nobody."),
        max_length=200,
        required=False,
    )

    def __init__(self, cards: Collection[ClassCard], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = {card.venue_key for card in cards if card.venue_key}
        fields: dict[str, Any] = self.fields
        fields["room"].choices = [
            ("", _("Choose")),
            *((str(room.id), f"{words.room_words(site, room.name)} ({room.seats})")
              for room, site in organizations.rooms_at(sites)),
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What is needed for what shall be done is there."""
        said = super().clean() or {}
        if kind := said.get("kind"):
            name = _NEEDS[BulkKind(kind)]
            if said.get(name) in (None, "", 0) and name not in self.errors:
                self.add_error(name, _("Fill this in."))
        return said

    def wish(self) -> BulkWish:
        """What was said."""
        said = self.cleaned_data
        return BulkWish(
            BulkKind(said["kind"]),
            closes_at=said["closes_at"],
            seats=said["seats"] or 0,
            room_id=UUID(said["room"]) if said["room"] else None,
            reason=said["reason"],
        )


@only(Duty(Act.RUN_CLASSES))
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Step by step: what shall be done, what it would do, and doing it."""
    cards = _cards(request)
    if not cards:
        return redirect("web:desk")
    step = request.POST.get("step", "")
    initial = {"id": uuid7(), "keys": " ".join(card.key for card in cards)}
    form = BulkForm(cards, request.POST if step else None, initial=initial)
    if not step or not form.is_valid() or step == "back":
        return _form_page(request, form, cards)
    keys, wish, at = [card.key for card in cards], form.wish(), timezone.now()
    try:
        if step == "do":
            act = bulk.carry_out(
                act_id=form.cleaned_data["id"], keys=keys, wish=wish, by=by_desk(request), at=at
            )
            return redirect("web:bulk_done", act.id)
        lines = bulk.looked_at(keys, wish, at=at)
    except DomainError as refusal:
        form.add_error(None, str(refusal.says))
        return _form_page(request, form, cards)
    return _sure_page(request, form, wish, lines)


def _cards(request: HttpRequest) -> list[ClassCard]:
    """The classes that were chosen, of those that the reader runs."""
    if request.POST.get("all") and not request.POST.get("step"):
        return classes_of(chosen(request), limit=bulk.MOST + 1)
    keys = request.POST.get("keys", "").split() or request.POST.getlist("chosen")
    return queries.classes_named(keys[: bulk.MOST + 1], provider_ids=scope(request))


def _form_page(request: HttpRequest, form: BulkForm, cards: list[ClassCard]) -> HttpResponse:
    context = {
        "form": form,
        "sentence": _counted(len(cards)),
        # Each thing that can be done, with the one field that it needs.
        "ways": [(choice, form[name]) for choice, name in
                 zip(form["kind"].subwidgets, _NEEDS.values(), strict=True)],
        "titles": [format_html("{} · {}", marked(card.title), _when(card.starts_at))
                   for card in cards[:10]],
        "more": formats.number(len(cards) - 10) if len(cards) > 10 else "",
    }  # fmt: skip
    return render(request, "web/bulk.html", context, status=422 if form.errors else 200)


def _when(moment: datetime) -> str:
    return f"{formats.day(moment)} {formats.clock(moment)}"


def _counted(n: int) -> str:
    return ngettext("%(n)s class", "%(n)s classes", n) % {"n": formats.number(n)}


def _sure_page(
    request: HttpRequest, form: BulkForm, wish: BulkWish, lines: list[BulkLine]
) -> HttpResponse:
    possible = [line for line in lines if line.is_done]
    context = {
        "title": BULK_NAMES[wish.kind],
        "wish": _wish_words(form, wish),
        "figures": [
            {"label": _("Classes that change"), "figure": formats.number(len(possible))},
            {"label": _("Not possible"), "figure": formats.number(len(lines) - len(possible))},
            {"label": _("People who are told"),
             "figure": formats.number(sum(line.told for line in possible))},
        ],
        "columns": _columns(),
        "rows": [_row(line, _("Changes")) for line in lines],
        "sends": [(name, value) for name, value in form.data.items()
                  if name in form.fields],
        "is_possible": bool(possible),
        "is_cancel": wish.kind == BulkKind.CANCEL,
    }  # fmt: skip
    return render(request, "web/bulk_sure.html", context)


def _wish_words(form: BulkForm, wish: BulkWish) -> str:
    if wish.kind == BulkKind.CLOSE:
        assert wish.closes_at is not None
        return f"{formats.day(wish.closes_at, 'long')} {formats.clock(wish.closes_at)}"
    if wish.kind == BulkKind.SEATS:
        return _("%(n)s seats in each class") % {"n": f"{wish.seats:+d}"}
    if wish.kind == BulkKind.ROOM:
        field: Any = form.fields["room"]
        return str(dict(field.choices)[str(wish.room_id)])
    return wish.reason


def _columns() -> list[dict[str, Any]]:
    return [{"label": _("Class")}, {"label": _("Begins")}, {"label": _("State")},
            {"label": _("People told"), "numeric": True}, {"label": _("Why not")}]  # fmt: skip


def _row(line: BulkLine, said: str) -> dict[str, Any]:
    state = {"text": said, "kind": "done"}
    return {
        "id": line.key,
        "url": reverse("web:roster", args=[line.key]),
        "cells": [
            str(line.title),
            {"text": _when(line.starts_at), "note": line.key},
            state if line.is_done else {"text": _("Not possible"), "kind": "you"},
            {"text": formats.number(line.told), "numeric": True},
            {"text": line.says, "words": True},
        ],
    }


def _own(request: HttpRequest, act_id: UUID) -> BulkValue:
    """Who did it, or the city's office; nobody else."""
    found, actor = done.find_bulk(act_id), actor_of(request)
    if found is None or (found.by_id != actor.person_id and not actor.everywhere(Act.RUN_CLASSES)):
        raise Http404
    return found


@only(Duty(Act.RUN_CLASSES))
def bulk_done(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """What was done to each class, and undoing it while that is possible."""
    act, at = _own(request, act_id), timezone.now()
    return _done_page(request, act, at)


def _done_page(
    request: HttpRequest, act: BulkValue, at: datetime, refusal: DomainError | None = None
) -> HttpResponse:
    until = act.at + done.UNDO
    context = {
        "act": act,
        "title": BULK_NAMES[act.kind],
        "refusal": refusal,
        "columns": _columns(),
        "rows": [_row(line, _("Undone") if act.undone_at else _("Done")) for line in act.lines],
        "undo_until": formats.clock(until) if done.can_undo(act, at=at) else "",
        "tells_again": act.kind == BulkKind.ROOM,
    }
    return render(request, "web/bulk_done.html", context, status=422 if refusal else 200)


@only(Duty(Act.RUN_CLASSES))
@require_POST
def undo_bulk(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """Do the opposite to each class; who runs them no more cannot."""
    act, at = _own(request, act_id), timezone.now()
    keys = {line.key for line in act.lines}
    if len(queries.classes_named(keys, provider_ids=scope(request))) < len(keys):
        raise Http404
    try:
        bulk.undo(act_id=act_id, by=by_desk(request), at=at)
    except DomainError as refusal:
        return _done_page(request, act, at, refusal)
    return redirect("web:bulk_done", act_id)
