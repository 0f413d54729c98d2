"""The city office: who may act for whom, registered at the desk; and what is disputed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.households import queries, services
from learncity.apps.households.types import (
    DisputeValue,
    MandateKind,
    MandateState,
    NewPerson,
    NobodyThere,
    Purpose,
)
from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.people.types import Addresses
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError
from learncity.kernel.texts import content_language

from .households import address_field, parsed
from .mandates import STATE_NAMES, act_source, act_title, after, last_day, purposes_field


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.DESK)


def _item(found: DisputeValue, at: datetime, current: UUID | None) -> dict[str, Any]:
    days = (at - found.opened_at).days
    return {
        "url": reverse("web:decide", args=[found.id]),
        "title": found.principal.name,
        "figure": _("today") if days == 0 else _("%(n)s d") % {"n": formats.number(days)},
        "note": act_title(found.act),
        "current": found.id == current,
    }


@only(Duty(Act.SETTLE_DISPUTES, on=in_city))
def disputes(request: HttpRequest) -> HttpResponse:
    """What people say was not them: open, oldest first; then what was decided."""
    at = timezone.now()
    waiting = queries.disputes(at=at)
    decided = queries.disputes(at=at, decided=True, limit=20)
    context = {
        "items": [_item(d, at, None) for d in waiting],
        "count": len(waiting),
        "columns": [{"label": _("Who")}, {"label": _("What")}, {"label": _("Decided")},
                    {"label": _("How")}],
        "rows": [
            {
                "url": reverse("web:decide", args=[d.id]),
                "cells": [
                    d.principal.name,
                    {"text": act_title(d.act), "words": True},
                    {"text": formats.day(d.resolved_at)} if d.resolved_at else "",
                    _decision(d),
                ],
            }
            for d in decided
        ],
    }  # fmt: skip
    return render(request, "web/disputes.html", context)


def _decision(found: DisputeValue) -> dict[str, str]:
    if found.is_upheld:
        return {"text": _("Agreed: the mandate ended"), "kind": "you"}
    return {"text": _("Found in order"), "kind": "done"}


class DecisionForm(forms.Form):
    """How it is decided, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("What do you decide?"),
        widget=forms.RadioSelect,
        choices=[
            ("upheld", gettext_lazy("Agree: it was not in order. The mandate ends.")),
            ("not_upheld", gettext_lazy("Found in order. The mandate is as it was before.")),
        ],
    )
    note = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Both sides read this. No numbers of papers, no health."),
    )


@only(Duty(Act.SETTLE_DISPUTES, on=in_city))
def decide(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """One dispute beside the others that wait: what was done, what is said of it, the decision."""
    at = timezone.now()
    found = queries.find_dispute(dispute_id, at=at)
    if found is None:
        raise Http404
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.resolve(
                dispute_id=dispute_id,
                is_upheld=form.cleaned_data["decision"] == "upheld",
                note=form.cleaned_data["note"],
                by=_by(request),
                at=at,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect("web:disputes")
    services.note_disputes_read(dispute_ids=[dispute_id], by=_by(request))
    context = {
        "form": form,
        "items": [_item(d, at, dispute_id) for d in queries.disputes(at=at)],
        "name": found.principal.name,
        "rows": _facts(found),
        "is_open": found.resolved_at is None,
    }
    return render(request, "web/decide.html", context, status=422 if form.errors else 200)


def _facts(found: DisputeValue) -> list[dict[str, Any]]:
    state, kind = STATE_NAMES[MandateState(found.mandate)]
    rows: list[dict[str, Any]] = [
        {"label": _("What they did"), "value": act_title(found.act), "note": found.act.reference},
        {"label": _("By whom"), "value": act_source(found.act)},
        {"label": _("What they say"), "value": found.words or _("Nothing more than: not me.")},
        {"label": _("Said on"), "value": formats.day(found.opened_at, "long")},
        {"label": _("The mandate"), "value": "", "tag": state, "kind": kind},
    ]
    if found.resolved_at:
        decision = _decision(found)
        rows.append({
            "label": _("Decided"), "value": found.note,
            "note": formats.day(found.resolved_at, "long"),
            "tag": decision["text"], "kind": decision["kind"],
        })  # fmt: skip
    return rows


class RegisterForm(forms.Form):
    """Who may act for whom, as the paper at the desk says."""

    kind = forms.ChoiceField(
        label=gettext_lazy("By what right?"),
        widget=forms.RadioSelect,
        choices=[
            (MandateKind.DELEGATE, gettext_lazy("Delegate: the person wants it so")),
            (MandateKind.GUARDIAN, gettext_lazy("Guardian of somebody under 18")),
        ],
        initial=MandateKind.DELEGATE,
    )
    principal = address_field(
        label=gettext_lazy("For whom: phone number or e-mail address"),
        required=False,
        help_text=gettext_lazy("Empty, if they have none: then enter name and year of birth."),
    )
    name = forms.CharField(label=gettext_lazy("Their name"), max_length=120, required=False)
    born = forms.IntegerField(
        label=gettext_lazy("Their year of birth"), min_value=1900, max_value=2100, required=False
    )
    delegate = address_field(
        label=gettext_lazy("Who acts for them: phone number or e-mail address")
    )
    purposes = purposes_field()
    last = last_day()
    paper = forms.CharField(
        label=gettext_lazy("Which paper have you seen?"),
        max_length=120,
        help_text=gettext_lazy("Its kind only, such as ‘household register’. No number, no copy."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last"].help_text = _(
            "At most a year from today; for a guardian the day before the 18th birthday."
        )

    def clean_principal(self) -> Addresses | None:
        """The address in the form in which it is kept; there may be none."""
        said = self.cleaned_data["principal"]
        return parsed(said) if said else None

    def clean_delegate(self) -> Addresses:
        """The address in the form in which it is kept."""
        return parsed(self.cleaned_data["delegate"])

    def clean(self) -> None:
        """Whoever has no address has a name."""
        said = self.cleaned_data
        if "principal" in said and not said["principal"] and not said.get("name"):
            self.add_error("name", _("Enter the name of the person for whom somebody acts."))


def _person_at(address: Addresses) -> UUID:
    found = people.holder_of(address)
    if found is None:
        raise NobodyThere
    return found


@only(Duty(Act.SETTLE_DISPUTES, on=in_city))
def register_mandate(request: HttpRequest) -> HttpResponse:
    """Register a delegate or a guardian, the paper seen."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            principal: UUID | NewPerson = (
                _person_at(said["principal"])
                if said["principal"]
                else NewPerson(said["name"], said["born"], content_language())
            )
            services.register_mandate(
                kind=MandateKind(said["kind"]),
                principal=principal,
                delegate_id=_person_at(said["delegate"]),
                purposes=[Purpose(p) for p in said["purposes"]],
                until=after(said["last"]),
                paper=said["paper"],
                by=_by(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect(reverse("web:register_mandate") + "?saved=1")
    context = {"form": form, "saved": "saved" in request.GET and not form.is_bound}
    return render(request, "web/register_mandate.html", context, status=422 if form.errors else 200)
