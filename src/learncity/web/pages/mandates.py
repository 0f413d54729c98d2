"""Acting for each other: who may act for whom, switching, what was done, 'this was not me'."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from learncity.apps.households import queries, services
from learncity.apps.households.access import even_acting
from learncity.apps.households.types import (
    ActValue,
    Deed,
    MandateKind,
    MandateState,
    MandateValue,
    Purpose,
)
from learncity.apps.people.access import account
from learncity.apps.people.types import Addresses
from learncity.kernel import formats
from learncity.kernel.access import only, signed_in
from learncity.kernel.errors import DomainError, NotFound
from learncity.web.acting import SESSION

from .households import address_field, by_me, parsed

PURPOSE_NAMES = {
    Purpose.CLASSES: gettext_lazy("Classes: see them, apply, give a place back"),
    Purpose.MESSAGES: gettext_lazy("Messages: read them"),
    Purpose.PROFILE: gettext_lazy("Profile: name, language, where they live"),
}
STATE_NAMES = {
    MandateState.OFFERED: (gettext_lazy("Waits for an answer"), ""),
    MandateState.ACTIVE: (gettext_lazy("In force"), "done"),
    MandateState.SUSPENDED: (gettext_lazy("Suspended: the office looks into it"), "you"),
    MandateState.ENDED: (gettext_lazy("Ended"), ""),
}
RIGHT_NAMES = {
    MandateKind.DELEGATE: gettext_lazy("delegate"),
    MandateKind.GUARDIAN: gettext_lazy("guardian"),
}
DEED_NAMES = {
    Deed.APPLIED: gettext_lazy("Applied for a class"),
    Deed.WITHDREW: gettext_lazy("Gave a place back"),
    Deed.CHANGED_PROFILE: gettext_lazy("Changed the profile"),
    Deed.READ_MESSAGES: gettext_lazy("Read messages"),
    Deed.WISHED: gettext_lazy("Asked for you to be told"),
    Deed.TOOK_WISH_BACK: gettext_lazy("Took a wish back"),
}
# Where somebody begins who acts for another, by what they may do.
_FIRST = {
    Purpose.CLASSES: "web:my_classes",
    Purpose.MESSAGES: "web:inbox",
    Purpose.PROFILE: "web:profile",
}


def purpose_words(purposes: Collection[Purpose]) -> list[str]:
    """What a mandate is for, in words and in their order."""
    return [str(name) for purpose, name in PURPOSE_NAMES.items() if purpose in purposes]


def _row(mandate: MandateValue) -> dict[str, Any]:
    """One mandate as its reader sees it."""
    other = mandate.delegate if mandate.is_given else mandate.principal
    state, kind = STATE_NAMES[mandate.state]
    until = formats.day(mandate.until - timedelta(days=1), "long")
    return {
        "id": mandate.id,
        "form_id": f"end-{mandate.id}",
        "name": (other.name if other else "") or mandate.label,
        "facts": [_("until %(day)s") % {"day": until}, *purpose_words(mandate.purposes)],
        "state": state,
        "kind": kind,
        "note": _("As guardian") if mandate.kind == MandateKind.GUARDIAN else "",
        "is_offer": mandate.state == MandateState.OFFERED,
        "is_active": mandate.state == MandateState.ACTIVE,
    }


@signed_in
def my_mandates(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    """Who acts for me, for whom I act, and who asks me to."""
    found = queries.mandates(account(request).person_id, at=timezone.now())
    given = [m for m in found if m.is_given]
    taken = [m for m in found if not m.is_given]
    context = {
        "refusal": refusal,
        "offers": [_row(m) for m in taken if m.state == MandateState.OFFERED],
        "held": [_row(m) for m in taken if m.state != MandateState.OFFERED],
        "given": [_row(m) for m in given],
    }
    return render(request, "web/my_mandates.html", context, status=422 if refusal else 200)


def last_day() -> forms.DateField:
    """The last day of a mandate."""
    return forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("At most a year from today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


def purposes_field() -> forms.MultipleChoiceField:
    """What somebody may do for another."""
    return forms.MultipleChoiceField(
        label=gettext_lazy("What may they do?"),
        widget=forms.CheckboxSelectMultiple,
        choices=list(PURPOSE_NAMES.items()),
        initial=[Purpose.CLASSES],
    )


class OfferForm(forms.Form):
    """Who may act for me, what for, until when."""

    address = address_field(
        label=gettext_lazy("Phone number or e-mail address of the person"),
        help_text=gettext_lazy("The one with which they sign in, or will sign in."),
    )
    purposes = purposes_field()
    last = last_day()

    def clean_address(self) -> Addresses:
        """The address in the form in which it is kept."""
        return parsed(self.cleaned_data["address"])


def after(last: date) -> date:
    """The first day without a mandate whose last day this is; the calendar's end stays."""
    return last + timedelta(days=1) if last < date.max else last


@signed_in
def offer_mandate(request: HttpRequest) -> HttpResponse:
    """Let somebody act for me."""
    half_a_year = timezone.localdate() + timedelta(days=182)
    form = OfferForm(request.POST or None, initial={"last": half_a_year})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.offer_mandate(
                principal_id=account(request).person_id,
                address=said["address"],
                purposes=[Purpose(p) for p in said["purposes"]],
                until=after(said["last"]),
                by=by_me(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect("web:my_mandates")
    return render(
        request, "web/offer_mandate.html", {"form": form}, status=422 if form.errors else 200
    )


@signed_in
@require_POST
def answer_mandate(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """Accept or refuse an offer; end a mandate, from either side."""
    me, answer = account(request).person_id, request.POST.get("answer", "")
    by, at = by_me(request), timezone.now()
    try:
        if answer == "end":
            services.end_mandate(mandate_id=mandate_id, person_id=me, by=by, at=at)
        else:
            services.answer_mandate(
                mandate_id=mandate_id, person_id=me, accept=answer == "accept", by=by, at=at
            )
    except NotFound as missing:
        raise Http404 from missing
    except DomainError as refusal:
        return my_mandates(request, refusal)
    return redirect("web:my_mandates")


@signed_in
@require_POST
def start_acting(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """From now on this browser acts for the principal, until it is ended or signed out."""
    acting = queries.acting(mandate_id, delegate_id=account(request).person_id, at=timezone.now())
    if acting is None:
        raise Http404
    request.session[SESSION] = str(mandate_id)
    return redirect(next(page for purpose, page in _FIRST.items() if purpose in acting.purposes))


@only(even_acting)
@require_POST
def stop_acting(request: HttpRequest) -> HttpResponse:
    """Act for oneself again."""
    request.session.pop(SESSION, None)
    return redirect("web:my_mandates")


# What others did for me.


def act_title(act: ActValue) -> str:
    """What was done, in a line."""
    name = str(DEED_NAMES[act.deed])
    return _("%(deed)s: %(title)s") % {"deed": name, "title": act.title} if act.title else name


def act_source(act: ActValue) -> str:
    """Who did it, when, by which way."""
    ways = {"WEB": _("in the browser"), "API": _("through a program")}
    when = f"{formats.day(act.at, 'long')} {formats.clock(act.at)}"
    who = {"name": act.delegate, "when": when, "way": ways.get(act.via, act.via)}
    return _("%(name)s, %(when)s, %(way)s") % who


def _act_row(act: ActValue) -> dict[str, Any]:
    tag, kind = "", ""
    if act.dispute_id:
        tag, kind = _("Disputed, not decided yet"), "you"
    if act.is_upheld is not None:
        tag = (
            _("The office agreed with you") if act.is_upheld else _("The office found it in order")
        )
        kind = "done" if act.is_upheld else ""
    held = act.deed == Deed.APPLIED and act.reference
    return {
        "title": act_title(act),
        "source": act_source(act),
        "reference": act.reference,
        "place_url": reverse("web:receipt", args=[act.reference]) if held else "",
        "tag": tag,
        "kind": kind,
        "url": "" if act.dispute_id else reverse("web:dispute", args=[act.id]),
    }


@signed_in
def acts(request: HttpRequest) -> HttpResponse:
    """Everything others did for me, newest first."""
    found = queries.acts_for(account(request).person_id)
    return render(request, "web/acts.html", {"acts": [_act_row(act) for act in found]})


@signed_in
def dispute(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """Ask once more, then: this was not me."""
    me = account(request).person_id
    act = queries.find_act(act_id, principal_id=me)
    if act is None:
        raise Http404
    if request.method == "POST" or act.dispute_id:
        if act.dispute_id is None:
            services.dispute(
                act_id=act_id,
                person_id=me,
                words=request.POST.get("words", ""),
                by=by_me(request),
                at=timezone.now(),
            )
        return redirect("web:acts")
    context = {"title": act_title(act), "source": act_source(act), "who": act.delegate}
    return render(request, "web/dispute.html", context)
