"""Who may publish courses: requests for accreditation, accrediting, suspending."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.catalogue.access import reviews
from learncity.apps.organizations import queries, services
from learncity.apps.organizations.types import (
    AccreditationState,
    OrganizationValue,
    Standing,
)
from learncity.apps.roles.access import Duty, of_organization
from learncity.apps.roles.types import Act
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of
from learncity.web.acts import ActForm, act, after, day_field
from learncity.web.dated_words import days_words

from .course_desk import age_words

_STATES = {
    AccreditationState.ASKED: (gettext_lazy("Asked for"), ""),
    AccreditationState.GIVEN: (gettext_lazy("Accredited"), "done"),
    AccreditationState.REFUSED: (gettext_lazy("Not accredited"), "you"),
}


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def _evidence() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("What it rests on"), max_length=500,
        help_text=gettext_lazy("A licence, a visit, a decision: with its number or day."),
    )  # fmt: skip


class AskForm(ActForm):
    """Ask to be accredited."""

    title = gettext_lazy("Ask for accreditation")
    lead = gettext_lazy("Only an accredited organization publishes courses.")
    button = gettext_lazy("Ask")

    words = _reason(gettext_lazy("What your organization teaches, and why it should"))

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Ask."""
        services.ask_accreditation(key=key, words=self.cleaned_data["words"], by=by, at=at)


class AccreditForm(ActForm):
    """Accredit an organization."""

    title = gettext_lazy("Accredit")
    button = gettext_lazy("Accredit")

    since = day_field(gettext_lazy("From"))
    last = day_field(gettext_lazy("Last day"), required=False)
    reason = _reason(gettext_lazy("Why"))
    evidence = _evidence()

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Accredit it."""
        data = self.cleaned_data
        services.accredit(
            key=key, since=data["since"], until=after(data["last"]), reason=data["reason"],
            evidence=data["evidence"], by=by, at=at,
        )  # fmt: skip


class RefuseForm(ActForm):
    """Answer a request with no."""

    title = gettext_lazy("Do not accredit")
    button = gettext_lazy("Refuse")

    reason = _reason(gettext_lazy("Why"))

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Refuse it."""
        services.refuse_accreditation(key=key, reason=self.cleaned_data["reason"], by=by, at=at)


class SuspendForm(ActForm):
    """Suspend an organization."""

    title = gettext_lazy("Suspend")
    lead = gettext_lazy(
        "Its courses leave the public lists. Its classes go on and take no more applications."
    )
    button = gettext_lazy("Suspend")

    reason = _reason(gettext_lazy("Why"))
    evidence = _evidence()

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Suspend it."""
        data = self.cleaned_data
        services.suspend(key=key, reason=data["reason"], evidence=data["evidence"], by=by, at=at)


class LiftForm(ActForm):
    """Lift a suspension."""

    title = gettext_lazy("Lift the suspension")
    button = gettext_lazy("Lift it")

    reason = _reason(gettext_lazy("Why"))

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Lift it."""
        services.lift_suspension(key=key, reason=self.cleaned_data["reason"], by=by, at=at)


_ACTS: dict[str, type[ActForm]] = {
    "accredit": AccreditForm,
    "refuse": RefuseForm,
    "suspend": SuspendForm,
    "lift": LiftForm,
}


@only(reviews)
def accreditation(request: HttpRequest) -> HttpResponse:
    """Requests that wait, the longest first; and who is suspended."""
    at = timezone.now()
    return render(
        request,
        "web/accreditation.html",
        {
            "columns": [{"label": _("Organization")}, {"label": _("Waits for")},
                        {"label": _("What it says")}],
            "rows": [
                {"url": reverse("web:provider_standing", args=[a.organization.key]),
                 "cells": [str(a.organization.name), {"text": age_words(a.asked_at, at)},
                           {"text": a.words, "words": True}]}
                for a in queries.to_accredit()
            ],
            "suspended": [
                {"url": reverse("web:provider_standing", args=[o.key]), "name": o.name}
                for o in queries.suspended_organizations()
            ],
        },
    )  # fmt: skip


def _found(key: str) -> tuple[OrganizationValue, Standing]:
    found = queries.find_organization(key)
    if found is None:
        raise Http404
    return found, queries.standing(found.id, on=day_of(timezone.now()))


@only(reviews)
def provider_standing(request: HttpRequest, key: str) -> HttpResponse:
    """What was decided about an organization, and what can be decided now."""
    found, standing = _found(key)
    names = [
        "lift" if standing.is_suspended else "suspend",
        *(["refuse"] if standing.is_asked else []),
        *(["accredit"] if not standing.is_accredited else []),
    ]
    return render(
        request,
        "web/standing.html",
        {
            "organization": found,
            "tag": _tag(standing),
            "acts": [
                {"url": reverse("web:standing_act", args=[key, name]), "label": _ACTS[name].title}
                for name in reversed(names)
            ],
            "accreditations": [
                {"state": {"text": _STATES[a.state][0], "kind": _STATES[a.state][1]},
                 "days": days_words(a.since, a.until)
                 if a.state == AccreditationState.GIVEN else formats.day(a.asked_at, "date"),
                 "texts": _texts(a.words, a.reason, a.evidence)}
                for a in standing.accreditations
            ],
            "suspensions": [
                {"days": days_words(day_of(s.since), day_of(s.until) if s.until else None),
                 "texts": [text for text in (s.reason, s.evidence, s.lifted_because) if text]}
                for s in standing.suspensions
            ],
        },
    )  # fmt: skip


def _tag(standing: Standing) -> dict[str, Any]:
    if standing.is_suspended:
        return {"text": _("Suspended"), "kind": "you"}
    state = AccreditationState.GIVEN if standing.is_accredited else AccreditationState.REFUSED
    return {"text": _STATES[state][0], "kind": _STATES[state][1]}


@only(reviews)
def standing_act(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Accredit an organization, refuse, suspend, lift."""
    found, _standing = _found(key)
    if name not in _ACTS:
        raise Http404
    initial = {"since": day_of(timezone.now())}
    form = _ACTS[name](request.POST or None, initial=initial)
    back = reverse("web:provider_standing", args=[key])
    return act(request, form, key=key, back=back, back_label=str(found.name), then=back)


@only(Duty(Act.EDIT_COURSES, on=of_organization))
def ask_accreditation(request: HttpRequest, key: str) -> HttpResponse:
    """Ask the city's office to let my organization publish courses."""
    found, _standing = _found(key)
    form = AskForm(request.POST or None)
    back = reverse("web:my_organization", args=[key])
    return act(request, form, key=key, back=back, back_label=str(found.name), then=back)


def _texts(*said: str) -> list[str]:
    """What was said, each once; what the city's file says is in the reader's language."""
    return [_(text) for text in dict.fromkeys(said) if text]
