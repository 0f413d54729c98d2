"""Who I belong to: my household, family and clans; invitations, leaving, handing over."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from learncity.apps.households import queries, services
from learncity.apps.households.types import HouseholdValue, InvitationValue, Kind
from learncity.apps.people import services as people
from learncity.apps.people.access import account
from learncity.apps.people.types import Addresses, BadAddress
from learncity.apps.places import queries as places
from learncity.kernel import formats
from learncity.kernel.access import signed_in
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError, NotFound
from learncity.web.reader import reader_of

KIND_NAMES = {
    Kind.HOUSEHOLD: gettext_lazy("Household"),
    Kind.FAMILY: gettext_lazy("Family"),
    Kind.CLAN: gettext_lazy("Clan"),
}


def address_field(**options: Any) -> forms.CharField:
    """A phone number or an e-mail address of somebody else."""
    options.setdefault("label", gettext_lazy("Phone number or e-mail address"))
    return forms.CharField(max_length=254, error_messages={"required": BadAddress.says}, **options)


def parsed(text: str) -> Addresses:
    """An address in the form in which it is kept.

    Raises:
        ValidationError: it is none.
    """
    try:
        return people.parse_address(text, region="CN", invented=settings.DEMO)
    except BadAddress as wrong:
        raise forms.ValidationError(wrong.says) from wrong


def by_me(request: HttpRequest) -> By:
    """The signed-in person, for themselves."""
    return By(account(request).person_id, Via.WEB)


@signed_in
def my_household(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    """Everybody I belong to, and who asks me to join."""
    me, at = account(request), timezone.now()
    groups = queries.households_of(me.person_id, at=at)
    headed = [g.id for g in groups if g.has_head(me.person_id)]
    waiting = queries.invitations_of(headed, at=at) if headed else []
    context = {
        "refusal": refusal,
        "groups": [_group(g, me.person_id, waiting) for g in groups],
        "invitations": queries.invitations_to(me.person_id, at=at),
    }
    return render(request, "web/my_household.html", context, status=422 if refusal else 200)


def _group(group: HouseholdValue, me: UUID, waiting: list[InvitationValue]) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "kind": KIND_NAMES[group.kind],
        "rows": [
            {
                "label": m.name,
                "value": _("%(relation)s of %(name)s")
                % {"relation": m.relation, "name": m.relation_to}
                if m.relation and m.relation_to
                else "",
                "note": _("since %(day)s") % {"day": formats.day(m.since, "long")},
                "tag": _("Head") if m.is_head else "",
            }
            for m in group.members
        ],
        "is_head": group.has_head(me),
        "is_alone": len(group.members) == 1,
        "waiting": [i for i in waiting if i.household_id == group.id],
    }


class HouseholdForm(forms.Form):
    """A new household, family or clan."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        widget=forms.RadioSelect,
        choices=list(KIND_NAMES.items()),
        initial=Kind.HOUSEHOLD,
        help_text=gettext_lazy(
            "You live in one household at a time; you can belong to several families and clans."
        ),
    )
    name = forms.CharField(label=gettext_lazy("Its name"), max_length=120)
    place = forms.ChoiceField(label=gettext_lazy("Where it is at home"), required=False)

    def __init__(self, *args: Any, homes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", _("I would rather not say")), *homes]  # type: ignore[attr-defined]


@signed_in
def found_household(request: HttpRequest) -> HttpResponse:
    """Start a household, family or clan, as its head."""
    reader = reader_of(request)
    regions = places.below(reader.city_place.path)[1:] if reader.city_place else []
    form = HouseholdForm(request.POST or None, homes=[(str(p.id), str(p.name)) for p in regions])
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.found_household(
                person_id=account(request).person_id,
                kind=Kind(said["kind"]),
                name=said["name"],
                place_id=UUID(said["place"]) if said["place"] else None,
                by=by_me(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect("web:my_household")
    return render(
        request, "web/found_household.html", {"form": form}, status=422 if form.errors else 200
    )


class InviteForm(forms.Form):
    """Whom to invite."""

    address = address_field(
        help_text=gettext_lazy("The one with which they sign in, or will sign in.")
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("What are they to you?"),
        required=False,
        help_text=gettext_lazy("Everybody in it can read this."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["relation"].choices = [  # type: ignore[attr-defined]
            ("", _("I would rather not say")),
            *((r.key, str(r.name)) for r in queries.relations()),
        ]

    def clean_address(self) -> Addresses:
        """The address in the form in which it is kept."""
        return parsed(self.cleaned_data["address"])


def _mine(request: HttpRequest, household_id: UUID) -> HouseholdValue:
    """A household of the reader's own; to everybody else it is not there."""
    me = account(request).person_id
    found = queries.household_now(household_id, at=timezone.now())
    if found is None or not found.has(me):
        raise Http404
    return found


@signed_in
def invite(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Ask somebody to join; they decide."""
    group = _mine(request, household_id)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.invite(
                household_id=household_id,
                head_id=account(request).person_id,
                address=form.cleaned_data["address"],
                relation=form.cleaned_data["relation"] or None,
                by=by_me(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect("web:my_household")
    context = {"form": form, "group": group}
    return render(request, "web/invite.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def answer_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Accept or refuse an invitation, or take back one's own."""
    me, answer = account(request).person_id, request.POST.get("answer", "")
    by, at = by_me(request), timezone.now()
    try:
        if answer == "take_back":
            services.take_back_invitation(invitation_id=invitation_id, head_id=me, by=by, at=at)
        else:
            services.answer_invitation(
                invitation_id=invitation_id, person_id=me, accept=answer == "accept", by=by, at=at
            )
    except NotFound as missing:
        raise Http404 from missing
    except DomainError as refusal:
        return my_household(request, refusal)
    return redirect("web:my_household")


@signed_in
def leave_household(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Ask once more, then leave."""
    group, refusal = _mine(request, household_id), None
    if request.method == "POST":
        try:
            services.leave(
                household_id=household_id,
                person_id=account(request).person_id,
                by=by_me(request),
                at=timezone.now(),
            )
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:my_household")
    context = {"group": group, "refusal": refusal}
    return render(request, "web/leave_household.html", context, status=422 if refusal else 200)


class HeadForm(forms.Form):
    """To whom it is handed over."""

    member = forms.ChoiceField(label=gettext_lazy("Who becomes head?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, members: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = members  # type: ignore[attr-defined]


@signed_in
def hand_over(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Make another member the head."""
    group, me = _mine(request, household_id), account(request).person_id
    others = [(str(m.membership_id), m.name) for m in group.others(me)]
    form = HeadForm(request.POST or None, members=others)
    if request.method == "POST" and form.is_valid():
        try:
            services.hand_over(
                household_id=household_id,
                head_id=me,
                to_id=UUID(form.cleaned_data["member"]),
                by=by_me(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.says))
        else:
            return redirect("web:my_household")
    context = {"form": form, "group": group, "keep_url": reverse("web:my_household")}
    return render(request, "web/hand_over.html", context, status=422 if form.errors else 200)
