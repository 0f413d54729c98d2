"""Roles: who has which, giving and ending them, reviews; my own, and who stands in for me."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.apps.roles import queries, services
from learncity.apps.roles.access import Duty, actor_of, of_grant, of_review, organizations_for
from learncity.apps.roles.types import (
    ROLE_NAMES,
    SCOPES,
    Act,
    Actor,
    Ending,
    GrantValue,
    ItemValue,
    ReviewValue,
    Scope,
)
from learncity.kernel import formats, tables
from learncity.kernel.access import only
from learncity.kernel.dated import day_of
from learncity.kernel.errors import DomainError
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web.acts import Question, act, by_desk, sure
from learncity.web.dated_words import days_words
from learncity.web.partner_forms import organization_choices
from learncity.web.role_forms import GiveForm, duties_words

from .find import page_number, pages
from .partners import city_path

SIZE = 50
_MOMENT = timedelta(microseconds=1)
# A role for an organization, or one for the public, which only the city gives.
GIVES = Duty(Act.GIVE_ROLES)
GIVES_THIS = Duty(Act.GIVE_ROLES, on=of_grant)
ENDING_NAMES = {
    Ending.TAKEN: gettext_lazy("Taken away"),
    Ending.LAID_DOWN: gettext_lazy("Laid down"),
    Ending.NOT_KEPT: gettext_lazy("Not kept in a review"),
    Ending.LAPSED: gettext_lazy("Nobody kept it in a review"),
    Ending.REFORMED: gettext_lazy("The region is no more"),
    Ending.CLOSED: gettext_lazy("The organization is no more"),
    Ending.ERASED: gettext_lazy("The person was erased"),
}


class FilterForm(forms.Form):
    """What to show; its address is the view."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False,
        choices=[("", gettext_lazy("Now and later")), ("over", gettext_lazy("Over"))],
    )  # fmt: skip


def state_tag(grant: GrantValue, at: datetime) -> dict[str, str]:
    """How a role stands, as a tag."""
    if grant.is_over(at):
        words = ENDING_NAMES[grant.ending] if grant.ending else _("Its time is over")
        return {"text": str(words), "kind": ""}
    if not grant.is_living(at):
        return {"text": _("To come"), "kind": ""}
    return {"text": _("Held"), "kind": "done"}


def days_of(grant: GrantValue) -> str:
    """From when to when; of a role that ended in the middle of a day, that day is the last."""
    if grant.until is None:
        return days_words(day_of(grant.since), None)
    last = day_of(grant.until - _MOMENT)
    return days_words(day_of(grant.since), last + timedelta(days=1))


def last_day_of(review: ReviewValue) -> str:
    """The last day on which a role can be kept, as the message about it says."""
    return formats.day(day_of(review.due - _MOMENT), "date")


def what(grant: GrantValue, regions: Mapping[UUID, Any]) -> str:
    """The role, with the region of an officer."""
    if grant.place_id and grant.place_id in regions:
        return _("%(role)s: %(region)s") % {
            "role": ROLE_NAMES[grant.role], "region": regions[grant.place_id].name,
        }  # fmt: skip
    return str(ROLE_NAMES[grant.role])


def regions_of(found: Collection[GrantValue]) -> Mapping[UUID, Any]:
    """The regions of these roles by id; one query, none without officers."""
    ids = {g.place_id for g in found if g.place_id}
    return places.places(ids) if ids else {}


def named(pk: UUID | None, names: Mapping[UUID, Any]) -> str:
    """Who it is; nobody when the city's file gave the role."""
    if pk is None:
        return _("the city’s file")
    return (names[pk].name if pk in names else "") or _("No name yet")


@only(GIVES)
def roles(request: HttpRequest) -> HttpResponse:
    """Who has which role where I give them, and the reviews; also as a spreadsheet."""
    actor, at = actor_of(request), timezone.now()
    mine = organizations_for(actor, Act.GIVE_ROLES)
    over = request.GET.get("state") == "over"
    given = _given(request, mine)
    if request.GET.get("as") in tables.KINDS:
        return _export(request.GET["as"], queries.grants(mine, at=at, over=over), at)
    number, figures = page_number(request), queries.figures(mine, at=at)
    total = figures.over if over else figures.listed
    shown = queries.grants(mine, at=at, over=over, offset=(number - 1) * SIZE, limit=SIZE)
    if given:
        shown = [given, *(g for g in shown if g.id != given.id)]
    names, regions = people.persons(queries.names_of(shown)), regions_of(shown)
    query = request.GET.urlencode()
    return render(
        request,
        "web/roles.html",
        {
            "news": _news(given, names, regions) if given else "",
            "form": FilterForm(request.GET or None),
            "sentence": ngettext("%(n)s role", "%(n)s roles", total)
            % {"n": formats.number(total)},
            "figures": [
                {"label": _("Held"), "figure": formats.number(figures.held)},
                {"label": _("Stand-ins"), "figure": formats.number(figures.stand_ins)},
                {"label": _("Ending within 30 days"), "figure": formats.number(figures.ending)},
                {"label": _("To come"), "figure": formats.number(figures.coming)},
                {"label": _("Due for a review"), "figure": formats.number(figures.unreviewed)},
            ],
            "columns": [{"label": _("Name")}, {"label": _("State")}, {"label": _("Role")},
                        {"label": _("Organization")}, {"label": _("From when to when")}],
            "rows": [
                {"url": reverse("web:role", args=[g.id]) if _is_mine(actor, g) else "",
                 "chosen": g is given,
                 "cells": [named(g.person_id, names), state_tag(g, at),
                           {"text": what(g, regions), "words": True, "note": _lent(g, names)},
                           {"text": str(g.organization.name), "words": True},
                           {"text": days_of(g), "words": True}]}
                for g in shown
            ],
            "pages": pages(request, number, total, SIZE),
            "exports": [
                {"label": label, "url": f"?{query}{'&' if query else ''}as={kind}"}
                for label, kind in (("XLSX", "xlsx"), ("CSV", "csv"))
            ],
            "reviews": [
                {"url": reverse("web:role_review", args=[r.id]), "name": r.organization.name,
                 "is_open": r.closed_at is None, "decided": r.decided, "total": r.total,
                 "day": formats.day(day_of(r.closed_at), "date") if r.closed_at else last_day_of(r)}
                for r in queries.reviews(mine, limit=5)
            ],
            "organizations": organization_choices(mine),
        },
    )  # fmt: skip


def _lent(grant: GrantValue, names: Mapping[UUID, Any]) -> str:
    """For whom a stand-in holds it; empty for a role of one's own."""
    if grant.stands_in_for is None:
        return ""
    return _("stands in for %(name)s") % {"name": named(grant.stands_in_for, names)}


def _given(request: HttpRequest, mine: Collection[UUID] | None) -> GrantValue | None:
    """The role that was given a moment ago, when it is one of the reader's."""
    try:
        found = queries.find_grant(UUID(request.GET.get("given", "")))
    except ValueError:
        return None
    is_mine = found is not None and (mine is None or found.organization.id in mine)
    return found if is_mine else None


def _news(grant: GrantValue, names: Mapping[UUID, Any], regions: Mapping[UUID, Any]) -> str:
    """What the list says of a role that was just given."""
    said = {
        "name": named(grant.person_id, names), "role": what(grant, regions),
        "organization": marked(grant.organization.name), "days": days_of(grant),
    }  # fmt: skip
    return _("%(name)s has the role %(role)s at %(organization)s, %(days)s.") % said


def _is_mine(actor: Actor, grant: GrantValue) -> bool:
    """Whether the actor may end or keep it, as ``of_grant`` says, without asking again."""
    if actor.everywhere(Act.GIVE_ROLES):
        return True
    ours = grant.organization.id in actor.organizations(Act.GIVE_ROLES)
    return ours and SCOPES[grant.role] == Scope.ORGANIZATION


def _export(kind: str, found: list[GrantValue], at: datetime) -> HttpResponse:
    names, regions = people.persons(queries.names_of(found)), regions_of(found)
    head = [_("Name"), _("Role"), _("Region"), _("Organization"), _("From"), _("Until"),
            _("Given by"), _("Reason"), _("Stands in for"), _("Last kept"), _("State")]  # fmt: skip
    rows = [
        [named(g.person_id, names), str(ROLE_NAMES[g.role]),
         str(regions[g.place_id].name) if g.place_id and g.place_id in regions else "",
         str(g.organization.name), timezone.localtime(g.since),
         timezone.localtime(g.until) if g.until else "", named(g.given_by, names), g.reason,
         named(g.stands_in_for, names) if g.stands_in_for else "",
         timezone.localtime(g.confirmed_at) if g.confirmed_at else "", state_tag(g, at)["text"]]
        for g in found
    ]  # fmt: skip
    return tables.download(kind, "roles", head, rows)


@only(GIVES)
def new_role(request: HttpRequest) -> HttpResponse:
    """Give somebody a role."""
    form = GiveForm(request.POST or None, request=request, path=city_path(request))
    back = reverse("web:roles")
    return act(
        request, form, key="", back=back, back_label=_("Roles"),
        then=lambda: f"{back}?given={form.made}",
    )  # fmt: skip


@only(GIVES_THIS)
def role(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """One role: whose, what it lets them do, who gave it, who kept it; and its end."""
    grant, at, refusal = queries.find_grant(grant_id), timezone.now(), None
    if grant is None:
        raise Http404
    if request.method == "POST":
        try:
            services.end(grant_id=grant_id, ending=Ending.TAKEN, by=by_desk(request), at=at)
        except DomainError as error:
            refusal = error
        else:
            return redirect("web:roles")
    names = people.persons(queries.names_of([grant]))
    if request.GET.get("sure") == "end" and request.method == "GET" and not grant.is_over(at):
        back, label = reverse("web:role", args=[grant_id]), named(grant.person_id, names)
        return sure(request, _end_question(grant, names, back=back, back_label=label))
    return render(
        request,
        "web/role.html",
        {
            "refusal": refusal,
            "name": named(grant.person_id, names),
            "what": what(grant, regions_of([grant])),
            "tag": state_tag(grant, at),
            "duties": duties_words(grant.role),
            "rows": _facts(grant, names),
            "is_over": grant.is_over(at),
        },
        status=422 if refusal else 200,
    )


def _facts(grant: GrantValue, names: Mapping[UUID, Any]) -> list[tuple[str, Any]]:
    found = [
        (_("Organization"), marked(grant.organization.name)),
        (_("From when to when"), days_of(grant)),
        (_("Given by"), named(grant.given_by, names)),
    ]
    if grant.reason:
        found.append((_("Why"), grant.reason))
    if grant.stands_in_for:
        found.append((_("Stands in for"), named(grant.stands_in_for, names)))
    if grant.confirmed_at:
        found.append((_("Last kept"), formats.day(day_of(grant.confirmed_at), "date")))
    return found


def _end_question(grant: GrantValue, names: Mapping[UUID, Any], **rest: Any) -> Question:
    """Ask once more before a role ends."""
    lent = queries.stand_ins_of(grant.person_id, at=timezone.now())
    of_it = sum(g.organization.id == grant.organization.id and g.role == grant.role for g in lent)
    return Question(
        title=_("End this role?"),
        lead=f"{named(grant.person_id, names)} · {what(grant, regions_of([grant]))} · "
        f"{marked(grant.organization.name)}",
        text=_(
            "They lose it at once and are told. Stand-ins who lose it with them: %(n)s. It cannot "
            "be undone; the role can be given anew."
        )
        % {"n": formats.number(of_it)},
        yes=_("Yes, end it"),
        no=_("No, keep it"),
        **rest,
    )


# Reviews.


@only(GIVES)
@require_POST
def begin_review(request: HttpRequest) -> HttpResponse:
    """Begin a look at all roles of an organization."""
    key = request.POST.get("organization", "")[:80]
    mine = organizations_for(actor_of(request), Act.GIVE_ROLES)
    if key not in dict(organization_choices(mine)):
        raise Http404
    made = services.open_review(
        organization_key=key, by=by_desk(request), at=timezone.now(),
        with_office=actor_of(request).everywhere(Act.GIVE_ROLES),
    )  # fmt: skip
    return redirect("web:role_review", made)


@only(Duty(Act.GIVE_ROLES, on=of_review))
def role_review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """The roles of an organization, each to be kept or ended."""
    refusal = None
    if request.method == "POST":
        refusal = _decide(request, review_id)
        if refusal is None:
            return redirect("web:role_review", review_id)
    review, items = queries.find_review(review_id), queries.items(review_id)
    if review is None:
        raise Http404
    grants, actor, at = [item.grant for item in items], actor_of(request), timezone.now()
    deciders = {item.decided_by for item in items if item.decided_by}
    names, regions = people.persons(queries.names_of(grants) | deciders), regions_of(grants)
    ending = _asked_end(request, actor, items, at) if review.closed_at is None else None
    if ending:
        back, label = reverse("web:role_review", args=[review_id]), _("Review of roles")
        sends = {"role": str(ending.id), "keep": "0"}
        return sure(request, _end_question(ending, names, back=back, back_label=label, sends=sends))
    return render(
        request,
        "web/role_review.html",
        {
            "review": review,
            "refusal": refusal,
            "last": last_day_of(review),
            "items": [
                {
                    "id": item.grant.id,
                    "end_url": f"?end={item.grant.id}",
                    "name": named(item.grant.person_id, names),
                    "what": what(item.grant, regions),
                    "days": days_of(item.grant),
                    "given_by": named(item.grant.given_by, names),
                    "is_open": item.keep is None and review.closed_at is None,
                    "is_mine": _decides(actor, item.grant, at),
                    "kept": item.keep,
                    "is_over": item.keep is None and item.grant.is_over(at),
                    "by": named(item.decided_by, names) if item.decided_by else "",
                }
                for item in items
            ],
        },
        status=422 if refusal else 200,
    )


def _asked_end(
    request: HttpRequest, actor: Actor, items: Collection[ItemValue], at: datetime
) -> GrantValue | None:
    """The role whose end is asked about, if the reader may decide it."""
    if request.method != "GET":
        return None
    for item in items:
        if str(item.grant.id) == request.GET.get("end") and item.keep is None:
            return item.grant if _decides(actor, item.grant, at) else None
    return None


def _decides(actor: Actor, grant: GrantValue, at: datetime) -> bool:
    """Whether the actor keeps or ends it in a review: it is theirs to give, and not their own."""
    own = grant.person_id == actor.person_id
    return _is_mine(actor, grant) and not own and not grant.is_over(at)


def _decide(request: HttpRequest, review_id: UUID) -> DomainError | None:
    """Carry out one decision; what refuses it."""
    try:
        grant_id = UUID(request.POST.get("role", ""))
    except ValueError as error:
        raise Http404 from error
    if not GIVES_THIS(request, grant_id=grant_id):
        raise PermissionDenied
    keep = request.POST.get("keep") == "1"
    try:
        services.decide(
            review_id=review_id, grant_id=grant_id, keep=keep, by=by_desk(request),
            at=timezone.now(),
        )  # fmt: skip
    except DomainError as refusal:
        return refusal
    return None
