"""Support at the office: look as somebody, note who was seen at a desk, help who lost a phone."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.access import account
from learncity.apps.people.types import DOCUMENT_NAMES, Addresses, BadAddress, Document
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.apps.security import queries, services
from learncity.apps.security.access import lately
from learncity.kernel import formats
from learncity.kernel.access import only, signed_in
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError
from learncity.web.acting import SESSION as ACTING
from learncity.web.signin.visits import VISIT, end_visit_of


class _Form(forms.Form):
    """Whose account it is about: sent in a form, so that it stands in no address and no log."""

    address = forms.CharField(
        label=gettext_lazy("Their phone number or e-mail address"),
        max_length=254,
        error_messages={"required": BadAddress.says},
    )

    def clean_address(self) -> Addresses:
        """The address in the form in which it is kept."""
        try:
            return people_services.parse_address(
                self.cleaned_data["address"], region="CN", invented=settings.DEMO
            )
        except BadAddress as wrong:
            raise forms.ValidationError(wrong.says) from wrong


class VisitForm(_Form):
    """As whom, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("One sentence. The person reads it."),
        max_length=300,
    )


class SeenForm(_Form):
    """Who was seen, with what."""

    document = forms.ChoiceField(
        label=gettext_lazy("What they showed"),
        choices=[(d.value, n) for d, n in DOCUMENT_NAMES.items()],
    )


class WhomForm(_Form):
    """Whom it is about, and nothing else."""


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.DESK)


def _page(request: HttpRequest, **forms_: Any) -> HttpResponse:
    visits = queries.latest_visits()
    names = people.persons({v.operator_id for v in visits} | {v.person_id for v in visits})
    bound = next((form for form in forms_.values() if form.errors), None)
    context = {
        "visit": forms_.get("visit") or VisitForm(prefix="visit"),
        "seen": forms_.get("seen") or SeenForm(prefix="seen"),
        "unseen": forms_.get("unseen") or WhomForm(prefix="unseen"),
        "lost": forms_.get("lost") or WhomForm(prefix="lost"),
        "bound": bound,
        "done": request.GET.get("done", ""),
        "columns": [{"label": _("When")}, {"label": _("Who")}, {"label": _("As whom")},
                    {"label": _("Why")}],
        "rows": [
            {
                "cells": [
                    f"{formats.day(v.began_at)} {formats.clock(v.began_at)}",
                    {"text": names[v.operator_id].name},
                    {"text": names[v.person_id].name},
                    {"text": v.reason},
                ]
            }
            for v in visits
        ],
    }  # fmt: skip
    return render(request, "web/support.html", context, status=422 if bound else 200)


@only(Duty(Act.HELP_PEOPLE, on=in_city))
@lately
@never_cache
def support(request: HttpRequest) -> HttpResponse:
    """What the office can do for somebody, and the latest visits."""
    return _page(request)


@only(Duty(Act.HELP_PEOPLE, on=in_city))
@lately
@require_POST
def begin_visit(request: HttpRequest) -> HttpResponse:
    """Look at the site as somebody, for half an hour at most."""
    form = VisitForm(request.POST, prefix="visit")
    if form.is_valid():
        try:
            visit = services.begin_visit(
                address=form.cleaned_data["address"],
                reason=form.cleaned_data["reason"],
                by=_by(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error("address", str(refusal.says))
        else:
            request.session[VISIT] = str(visit.id)
            request.session.pop(ACTING, None)  # whoever looks as somebody acts for nobody
            return redirect("web:me")
    return _page(request, visit=form)


@signed_in
@require_POST
def end_visit(request: HttpRequest) -> HttpResponse:
    """Be oneself again."""
    end_visit_of(request)
    return redirect("web:support")


@only(Duty(Act.HELP_PEOPLE, on=in_city))
@lately
@require_POST
def note_seen(request: HttpRequest) -> HttpResponse:
    """Note that staff saw somebody with a document."""
    form = SeenForm(request.POST, prefix="seen")
    if form.is_valid():
        try:
            services.note_seen(
                address=form.cleaned_data["address"],
                document=Document(form.cleaned_data["document"]),
                by=_by(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error("address", str(refusal.says))
        else:
            return redirect(reverse("web:support") + "?done=seen")
    return _page(request, seen=form)


@only(Duty(Act.HELP_PEOPLE, on=in_city))
@lately
@require_POST
def end_seen(request: HttpRequest) -> HttpResponse:
    """Take such a note back."""
    form = WhomForm(request.POST, prefix="unseen")
    if form.is_valid():
        try:
            services.end_seen(
                address=form.cleaned_data["address"], by=_by(request), at=timezone.now()
            )
        except DomainError as refusal:
            form.add_error("address", str(refusal.says))
        else:
            return redirect(reverse("web:support") + "?done=unseen")
    return _page(request, unseen=form)


@only(Duty(Act.HELP_PEOPLE, on=in_city))
@lately
@require_POST
def forget_factors(request: HttpRequest) -> HttpResponse:
    """Take the second factors from who lost them; they sign in anew and set one up."""
    form = WhomForm(request.POST, prefix="lost")
    if form.is_valid():
        try:
            services.forget_factors(
                address=form.cleaned_data["address"], by=_by(request), at=timezone.now()
            )
        except DomainError as refusal:
            form.add_error("address", str(refusal.says))
        else:
            return redirect(reverse("web:support") + "?done=lost")
    return _page(request, lost=form)
