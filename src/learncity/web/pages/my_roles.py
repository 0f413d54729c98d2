"""My roles: what they let me do, until when, who stands in for me."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.roles import queries, services
from learncity.apps.roles.types import GrantNotFound, GrantValue
from learncity.kernel.access import signed_in
from learncity.kernel.acting import By, Via
from learncity.web.acts import act
from learncity.web.role_forms import LayDownForm, StandInForm, duties_words

from .roles import days_of, named, regions_of, state_tag, what


@signed_in
def my_roles(request: HttpRequest) -> HttpResponse:
    """What I may do for others, until when, and who stands in for me."""
    me, at = account(request).person_id, timezone.now()
    mine, lent = queries.of_person(me, at=at), queries.stand_ins_of(me, at=at)
    names, regions = people.persons(queries.names_of([*mine, *lent])), regions_of([*mine, *lent])
    return render(
        request,
        "web/my_roles.html",
        {
            "roles": [
                {
                    "id": g.id, "what": what(g, regions), "organization": g.organization.name,
                    "days": days_of(g), "duties": duties_words(g.role), "tag": state_tag(g, at),
                    "for": named(g.stands_in_for, names) if g.stands_in_for else "",
                }
                for g in mine
            ],
            "lent": [
                {"id": g.id, "name": named(g.person_id, names), "what": what(g, regions),
                 "organization": g.organization.name, "days": days_of(g), "tag": state_tag(g, at)}
                for g in lent
            ],
        },
    )  # fmt: skip


def _own(request: HttpRequest, grant_id: UUID) -> GrantValue:
    """A role that is the reader's.

    Raises:
        Http404: it is somebody else's.
    """
    found = queries.find_grant(grant_id)
    if found is None or found.person_id != account(request).person_id:
        raise Http404
    return found


@signed_in
def stand_in(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Let somebody stand in for me in a role."""
    _own(request, grant_id)
    form = StandInForm(request.POST or None, request=request)
    back = reverse("web:my_roles")
    return act(request, form, key=str(grant_id), back=back, back_label=_("My roles"), then=back)


@signed_in
def lay_down(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Lay a role of mine down."""
    _own(request, grant_id)
    # A form without fields is bound by the way it is sent alone.
    form = LayDownForm({} if request.method == "POST" else None)
    back = reverse("web:my_roles")
    return act(request, form, key=str(grant_id), back=back, back_label=_("My roles"), then=back)


@signed_in
@require_POST
def end_stand_in(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """End what I let somebody do."""
    by = By(account(request).person_id, Via.WEB)
    try:
        services.end_stand_in(grant_id=grant_id, by=by, at=timezone.now())
    except GrantNotFound as error:
        raise Http404 from error
    return redirect("web:my_roles")
