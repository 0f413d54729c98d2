"""The desk of an organization: itself, and what it vouches for."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.assertions import queries, services
from learncity.apps.assertions.access import may_look
from learncity.apps.assertions.types import (
    PersonNotFound,
)
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.services import parse_address
from learncity.apps.people.types import Addresses, BadAddress
from learncity.apps.places import queries as places
from learncity.apps.roles.access import Duty, of_organization
from learncity.apps.roles.types import Act
from learncity.kernel.access import only
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of
from learncity.kernel.errors import DomainError
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web.acts import ActForm, act, after, by_desk, day_field
from learncity.web.assertion_words import ValueForm, assertion_words
from learncity.web.dated_words import committee_summary, days_words, office_words

from .agreements import state_tag
from .find import page_number, pages

SIZE = 50
CODE_DAYS = 180

# Nobody but its own people says something in an organization's name.
SPEAKS = Duty(Act.VOUCH, on=of_organization)


@only(Duty(Act.NOTE_DEEDS, on=of_organization))
def my_organization(request: HttpRequest, key: str) -> HttpResponse:
    """An organization's own page at the desk."""
    found, on = organizations.find_organization(key), day_of(timezone.now())
    if found is None:
        raise Http404
    kin = organizations.kin(found.id, on=on)
    where = places.places({found.place_id, *kin.place_ids})
    covers = _(", ").join(str(where[pk].name) for pk in kin.place_ids)
    rows = [
        {"label": _("Seat"), "value": marked(where[found.place_id].name)},
        {"label": _("Phone"), "value": found.phone or "–"},
        {"label": _("Belongs to"), "value": marked(kin.parent.name) if kin.parent else "–"},
        {"label": _("Covers"), "value": covers or "–"},
    ]
    return render(
        request,
        "web/my_organization.html",
        {
            "organization": found,
            "speaks": SPEAKS(request, key=key),
            "ask_url": ""
            if organizations.may_publish(found.id, on=on)
            else reverse("web:ask_accreditation", args=[key]),
            "rows": rows,
            "offices": [office_words(o) for o in organizations.offices(found.id, on=on)],
            "committees": [committee_summary(c, on) for c in organizations.committees_of(found.id)],
            "agreements": [
                {"url": reverse("web:agreement", args=[a.key]), "subject": a.subject,
                 "tag": state_tag(a, on)}
                for a in organizations.agreements(organization_ids=[found.id])
            ],
        },
    )  # fmt: skip


@only(SPEAKS)
def assertions(request: HttpRequest, key: str) -> HttpResponse:
    """What my organization says of people, newest first. Each look is noted."""
    found, number = organizations.find_organization(key), page_number(request)
    assert found is not None
    services.note_look(organization_key=key, by=by_desk(request))
    lines, total = queries.of_organization(found.id, limit=SIZE, offset=(number - 1) * SIZE)
    return render(
        request,
        "web/assertions.html",
        {
            "organization": found,
            "columns": [{"label": _("Name")}, {"label": _("Statement")}, {"label": _("Value")},
                        {"label": _("From when to when")}, {"label": _("Verification code")},
                        {"label": _("State")}],
            "rows": [
                {"url": reverse("web:assertion", args=[key, line.assertion.id]),
                 "cells": [line.name or _("No name given"),
                           *_desk_cells(assertion_words(line.assertion))]}
                for line in lines
            ],
            "pages": pages(request, number, total, SIZE),
        },
    )  # fmt: skip


def _desk_cells(said: dict[str, Any]) -> list[Any]:
    tag = {"text": _("Objected to"), "kind": "you"} if said["open"] else said["tag"]
    return [
        str(said["label"]), {"text": said["value"] or "–"},
        {"text": said["days"] or "–", "words": True}, said["code"], tag,
    ]  # fmt: skip


class VouchForm(ValueForm):
    """Something that the organization vouches for."""

    title = gettext_lazy("Vouch for a person")
    lead = gettext_lazy(
        "Find the person by exactly the phone number with which they sign in, or by the "
        "verification code that they show. They are told, see it on their page and can object. "
        "Each search is noted."
    )
    button = gettext_lazy("Go on")
    field_order = ("who",)

    who = forms.CharField(label=gettext_lazy("Phone number or verification code"), max_length=60)
    evidence = forms.CharField(
        label=gettext_lazy("On what it rests"), max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The contract, the list of members, the diploma and its number."),
    )  # fmt: skip
    link = forms.URLField(
        label=gettext_lazy("Link to it"), required=False, max_length=500, assume_scheme="https"
    )
    code_until = day_field(gettext_lazy("Its code works until"))

    def find(self, key: str, *, by: By, at: datetime) -> UUID:
        """Whom it is about.

        Raises:
            PersonNotFound: nobody.
        """
        typed = self.cleaned_data["who"].strip()
        found = services.find_person(
            organization_key=key, address=_address(typed), code=typed.upper(), by=by, at=at
        )
        if found is None:
            raise PersonNotFound
        return found

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Vouch."""
        data = self.cleaned_data
        until = after(data["code_until"])
        assert until is not None
        services.vouch(
            organization_key=key, person_id=self.find(key, by=by, at=at), **self.said(),
            evidence=data["evidence"], link=data["link"], code_until=until, by=by, at=at,
        )  # fmt: skip


def _address(typed: str) -> Addresses | None:
    """A number or e-mail address; a code is neither."""
    try:
        return parse_address(typed, region="CN", invented=settings.DEMO)
    except BadAddress:
        return None


@only(SPEAKS)
def vouch(request: HttpRequest, key: str) -> HttpResponse:
    """Say something of a person: first who it is, part-masked, then yes."""
    found, at, by = organizations.find_organization(key), timezone.now(), by_desk(request)
    assert found is not None
    initial = {"code_until": day_of(at) + timedelta(days=CODE_DAYS)}
    form = VouchForm(request.POST or None, initial=initial, own=False)
    back = reverse("web:assertions", args=[key])
    if request.method == "POST" and form.is_valid() and "sure" not in request.POST:
        if not may_look(request):
            return render(request, "429.html", status=429)
        try:
            name = queries.masked_name(form.find(key, by=by, at=at))
        except DomainError as refusal:
            form.add_error("who", str(refusal.says))
        else:
            said = form.said()
            context = {
                "form": form, "organization": found, "name": name, "back": back,
                "what": queries.key_named(said["key"]).label,
                "days": days_words(said["since"], said["until"]),
            }  # fmt: skip
            return render(request, "web/vouch_sure.html", context)
    return act(request, form, key=key, back=back, back_label=str(found.name), then=back)


class WithdrawForm(ActForm):
    """Say it no longer."""

    title = gettext_lazy("Withdraw this?")
    lead = gettext_lazy("Its code is worth nothing from now on, and the person is told why.")
    button = gettext_lazy("Withdraw it")

    because = forms.CharField(label=gettext_lazy("Why"), max_length=500)

    def __init__(self, *args: Any, assertion_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._id = assertion_id

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Withdraw it."""
        services.withdraw(
            assertion_id=self._id, organization_key=key, person_id=None,
            because=self.cleaned_data["because"], by=by, at=at,
        )  # fmt: skip


class AnswerForm(WithdrawForm):
    """Stay with it, and say why."""

    title = gettext_lazy("Answer the objection")
    lead = gettext_lazy("You stay with what was said. If it is not right, withdraw it instead.")
    button = gettext_lazy("Answer")

    because = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Answer it."""
        services.answer(
            assertion_id=self._id, organization_key=key, text=self.cleaned_data["because"],
            by=by, at=at,
        )  # fmt: skip


@only(SPEAKS)
def assertion(request: HttpRequest, key: str, assertion_id: UUID) -> HttpResponse:
    """One assertion at the desk that made it, with the objection if there is one."""
    found = organizations.find_organization(key)
    assert found is not None
    line = queries.find_of_organization(assertion_id, organization_id=found.id)
    if line is None:
        raise Http404
    services.note_look(organization_key=key, by=by_desk(request))
    context = {"organization": found, "name": line.name, "said": assertion_words(line.assertion)}
    return render(request, "web/assertion.html", context)


_DESK_ACTS: dict[str, type[WithdrawForm]] = {"withdraw": WithdrawForm, "answer": AnswerForm}


@only(SPEAKS)
def assertion_act(request: HttpRequest, key: str, assertion_id: UUID, name: str) -> HttpResponse:
    """Withdraw an assertion, or answer the objection to it."""
    found = organizations.find_organization(key)
    assert found is not None
    line = queries.find_of_organization(assertion_id, organization_id=found.id)
    if line is None or name not in _DESK_ACTS:
        raise Http404
    form = _DESK_ACTS[name](request.POST or None, assertion_id=assertion_id)
    back = reverse("web:assertion", args=[key, assertion_id])
    return act(request, form, key=key, back=back, back_label=line.name, then=back)
