"""Agreements at the desk: what each party promised, what was done, and who notes it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from learncity.apps.organizations import queries, services
from learncity.apps.organizations.types import (
    UNIT_NAMES,
    AgreementFigures,
    AgreementState,
    AgreementValue,
    Unit,
)
from learncity.apps.people import queries as people
from learncity.apps.roles.access import Duty, actor_of, in_city, of_agreement, organizations_for
from learncity.apps.roles.types import Act
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of
from learncity.web.acts import ActForm, Words, act, after, day_field, named
from learncity.web.dated_words import amount_words, days_words, promise_state, promise_words
from learncity.web.partner_forms import organization_choices

STATES = {
    AgreementState.COMING: (gettext_lazy("Coming"), ""),
    AgreementState.IN_FORCE: (gettext_lazy("In force"), "done"),
    AgreementState.OVER: (gettext_lazy("Over"), ""),
}


def state_tag(agreement: AgreementValue, on: date) -> dict[str, str]:
    """Where an agreement stands, as a tag."""
    label, kind = STATES[agreement.state(on)]
    return {"text": str(label), "kind": kind}


def parties_words(agreement: AgreementValue) -> str:
    """Who agreed."""
    return _(" · ").join(str(party.name) for party in agreement.parties)


def _seen(request: HttpRequest) -> list[AgreementValue]:
    mine = organizations_for(actor_of(request), Act.NOTE_DEEDS)
    return queries.agreements(organization_ids=mine)


def figures_strip(found: AgreementFigures) -> list[dict[str, str]]:
    """The figures of agreements in force."""
    return [
        {"label": _("Agreements in force"), "figure": formats.number(found.agreements)},
        {"label": _("Partners in them"), "figure": formats.number(found.partners)},
        {"label": _("Promises"), "figure": formats.number(found.promises)},
        {"label": _("Kept"), "figure": formats.number(found.kept)},
        {"label": _("Late"), "figure": formats.number(found.late)},
    ]


@only(Duty(Act.NOTE_DEEDS))
def agreements(request: HttpRequest) -> HttpResponse:
    """The agreements that I keep, with what was promised and kept; also as a spreadsheet."""
    found, on = _seen(request), day_of(timezone.now())
    if request.GET.get("as") in tables.KINDS:
        return _export(request.GET["as"], found, on)
    in_force = [a for a in found if a.state(on) == AgreementState.IN_FORCE]
    return render(
        request,
        "web/agreements.html",
        {
            "is_operator": actor_of(request).everywhere(Act.MAKE_AGREEMENTS),
            "figures": figures_strip(queries.count_agreements(in_force, on=on)),
            "columns": [{"label": _("Agreement")}, {"label": _("Parties")},
                        {"label": _("From when to when")},
                        {"label": _("Kept"), "numeric": True},
                        {"label": _("Late"), "numeric": True}, {"label": _("State")}],
            "rows": [
                {"url": reverse("web:agreement", args=[a.key]),
                 "cells": [str(a.subject), {"text": parties_words(a), "words": True},
                           {"text": days_words(a.since, a.until), "words": True},
                           {"text": f"{sum(p.is_kept for p in a.promises)} / {len(a.promises)}",
                            "numeric": True},
                           {"text": str(sum(p.is_late(on) for p in a.promises)),
                            "numeric": True}, state_tag(a, on)]}
                for a in found
            ],
        },
    )  # fmt: skip


def _export(kind: str, found: list[AgreementValue], on: date) -> HttpResponse:
    head = [_("Agreement"), _("Promised by"), _("Promise"), _("Promised"), _("Done"), _("Unit"),
            _("Due"), _("State")]  # fmt: skip
    rows = [
        [str(a.subject), str(p.by.name), str(p.text), p.amount or "", p.done,
         _unit(p.unit), p.due or "", promise_state(p, on)["text"]]
        for a in found
        for p in a.promises
    ]  # fmt: skip
    return tables.download(kind, "agreements", head, rows)


def _unit(unit: Unit | None) -> str:
    """The unit of a figure in a spreadsheet; money stays in its smallest unit."""
    if unit is None:
        return ""
    return _("1/100 yuan") if unit == Unit.CNY else str(UNIT_NAMES[unit])


def _found(key: str) -> AgreementValue:
    found = queries.find_agreement(key)
    if found is None:
        raise Http404
    return found


@only(Duty(Act.NOTE_DEEDS, on=of_agreement))
def agreement(request: HttpRequest, key: str) -> HttpResponse:
    """One agreement: each promise with what was done, by whom noted, on what it rests."""
    found, on = _found(key), day_of(timezone.now())
    noted = {d.noted_by for p in found.promises for d in p.deeds if d.noted_by}
    names = people.persons(noted) if noted else {}
    url = {name: reverse("web:agreement_act", args=[key, name]) for name in _ACTS}
    return render(
        request,
        "web/agreement.html",
        {
            "agreement": found,
            "tag": state_tag(found, on),
            "days": days_words(found.since, found.until),
            "is_operator": actor_of(request).everywhere(Act.MAKE_AGREEMENTS),
            "promise_url": url["promise"],
            "promises": [
                promise_words(p, on)
                | {
                    "deed_url": f"{url['deed']}?number={p.number}",
                    "out_url": f"{url['take-out']}?number={p.number}",
                    "deeds": [
                        {"date": formats.day(d.on, "date"), "title": d.evidence,
                         "url": d.link, "text": amount_words(d.amount, p),
                         "source": _("noted by %(name)s") % {"name": names[d.noted_by].name}
                         if d.noted_by else _("from the city’s file"),
                         "back_url": f"{url['take-back']}?deed={d.id}"}
                        for d in p.deeds
                    ],
                }
                for p in found.promises
            ],
        },
    )  # fmt: skip


class AgreementForm(ActForm):
    """A new agreement with its parties."""

    title = gettext_lazy("Enter an agreement")

    key = forms.SlugField(
        label=gettext_lazy("Key"), max_length=80,
        help_text=gettext_lazy(
            "Small letters, digits and dashes. It stands in the address for ever."
        ),
    )  # fmt: skip
    subject = Words(label=gettext_lazy("What it is about"))
    parties = forms.MultipleChoiceField(
        label=gettext_lazy("Parties"), widget=forms.CheckboxSelectMultiple
    )
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("Last day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parties"].choices = organization_choices()  # type: ignore[attr-defined]

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Make it."""
        data = self.cleaned_data
        services.make_agreement(
            key=data["key"], subject=data["subject"], party_keys=data["parties"],
            since=data["since"], until=after(data["until"]), by=by, at=at,
        )  # fmt: skip


@only(Duty(Act.MAKE_AGREEMENTS, on=in_city))
def new_agreement(request: HttpRequest) -> HttpResponse:
    """Enter an agreement."""
    form = AgreementForm(request.POST or None)
    back = reverse("web:agreements")
    typed = form.cleaned_data["key"] if form.is_bound and form.is_valid() else ""
    then = reverse("web:agreement", args=[typed]) if typed else back
    return act(request, form, key=typed, back=back, back_label=_("Agreements"), then=then)


class AmountForm(ActForm):
    """Something in a unit; money is typed as people write it."""

    amount = forms.DecimalField(
        label=gettext_lazy("How much"), required=False, min_value=0, max_digits=17,
        decimal_places=2,
    )  # fmt: skip

    def smallest(self, unit: Unit | None) -> int | None:
        """The amount in the smallest unit, or ``None``; part of a person is none."""
        amount = self.cleaned_data["amount"]
        if amount is None:
            return None
        return int(amount * 100) if unit == Unit.CNY else int(amount)


class PromiseForm(AmountForm):
    """What a party promises."""

    title = gettext_lazy("Write down a promise")
    field_order = ("party", "text", "amount", "unit", "due")

    party = forms.ChoiceField(label=gettext_lazy("Promised by"))
    text = Words(label=pgettext_lazy("thing", "What"))
    unit = forms.ChoiceField(
        label=gettext_lazy("Counted in"), required=False,
        choices=[("", gettext_lazy("not counted")), *named(UNIT_NAMES)],
    )  # fmt: skip
    due = day_field(gettext_lazy("Done by"), required=False)

    def __init__(self, *args: Any, agreement: AgreementValue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = [  # type: ignore[attr-defined]
            (party.key, str(party.name)) for party in agreement.parties
        ]  # fmt: skip

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Write it down."""
        data = self.cleaned_data
        unit = Unit(data["unit"]) if data["unit"] else None
        services.promise(
            key=key, by_key=data["party"], text=data["text"], amount=self.smallest(unit),
            unit=unit, due=data["due"], by=by, at=at,
        )  # fmt: skip


class NumberForm(ActForm):
    """About one promise of the agreement."""

    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, agreement: AgreementValue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._promises = {p.number: p for p in agreement.promises}


class DeedForm(NumberForm, AmountForm):
    """What was done."""

    title = gettext_lazy("Note what was done")
    lead = gettext_lazy("It stays as you write it. A mistake is taken back and noted anew.")
    field_order = ("number", "on", "amount", "evidence", "link")

    on = day_field(gettext_lazy("On"))
    evidence = forms.CharField(
        label=gettext_lazy("What was done, and how one can see it"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Name no person here."),
    )  # fmt: skip
    link = forms.URLField(
        label=gettext_lazy("Link to it"), required=False, max_length=500, assume_scheme="https"
    )

    def __init__(self, *args: Any, agreement: AgreementValue, **kwargs: Any) -> None:
        super().__init__(*args, agreement=agreement, **kwargs)
        number = str(self.initial.get("number") or self.data.get("number") or "")
        promise = self._promises.get(int(number)) if number.isdecimal() else None
        self._unit = promise.unit if promise else None
        if self._unit is None:
            self.fields["amount"].widget = forms.HiddenInput()
        else:
            self.fields["amount"].help_text = str(UNIT_NAMES[self._unit])

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Note it."""
        data = self.cleaned_data
        services.note_deed(
            key=key, number=data["number"], on=data["on"], amount=self.smallest(self._unit),
            evidence=data["evidence"], link=data["link"], by=by, at=at,
        )  # fmt: skip


class TakeOutForm(NumberForm):
    """A promise that is no longer one."""

    title = gettext_lazy("Take the promise out?")
    lead = gettext_lazy("What was done for it stays known.")
    button = gettext_lazy("Take it out")

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Take it out."""
        services.take_out(key=key, number=self.cleaned_data["number"], by=by, at=at)


class TakeBackForm(ActForm):
    """A note that was a mistake."""

    title = gettext_lazy("Take this note back?")
    lead = gettext_lazy(
        "It no longer counts. That it was there, and who took it back, stays known."
    )
    button = pgettext_lazy("deed", "Take it back")

    deed = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, agreement: AgreementValue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Take it back."""
        services.take_back(key=key, deed_id=self.cleaned_data["deed"], by=by, at=at)


_ACTS: dict[str, Callable[..., ActForm]] = {
    "promise": PromiseForm,
    "deed": DeedForm,
    "take-out": TakeOutForm,
    "take-back": TakeBackForm,
}
# What is agreed on is the city office's to write down; what was done, each party's.
_OFFICE_ONLY = ("promise", "take-out")


@only(Duty(Act.NOTE_DEEDS, on=of_agreement))
def agreement_act(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One change of an agreement."""
    found = _found(key)
    if name not in _ACTS or (
        name in _OFFICE_ONLY and not actor_of(request).everywhere(Act.MAKE_AGREEMENTS)
    ):
        raise Http404
    initial = {"number": request.GET.get("number", ""), "deed": request.GET.get("deed", ""),
               "on": day_of(timezone.now())}  # fmt: skip
    form = _ACTS[name](request.POST or None, initial=initial, agreement=found)
    back = reverse("web:agreement", args=[key])
    return act(request, form, key=key, back=back, back_label=str(found.subject), then=back)
