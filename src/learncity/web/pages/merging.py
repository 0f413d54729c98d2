"""Two records at the city office that may be one person: find, compare, merge, separate."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from learncity.apps.classes import queries as classes
from learncity.apps.households import queries as households
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries, services
from learncity.apps.people.types import MERGE_REASON_NAMES, PersonCard, ProposalValue
from learncity.apps.places import queries as places
from learncity.apps.record import queries as record
from learncity.apps.roles import queries as roles
from learncity.apps.roles.access import Duty, anybody_else, of_person
from learncity.apps.roles.types import Act
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.errors import DomainError

from .people import (
    by,
    columns,
    kept_card,
    last_day,
    number_words,
    people_found,
    person_page,
    rows_of,
)
from .people_forms import MergeForm, NumberForm, SearchForm


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@never_cache
def find_other(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Look for the other record of somebody."""
    card = kept_card(person_id)
    form = SearchForm(request.POST if request.method == "POST" else None)
    rows = None
    if form.is_bound and form.is_valid() and form.cleaned_data["q"].strip():
        found, _after = people_found(request, form)
        others = [other for other in found if other.id != card.id]
        rows = rows_of(others, "web:merge_preview", card.id)
    context = {"card": card, "form": form, "columns": columns(), "rows": rows}
    return render(request, "web/person_other.html", context)


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@never_cache
def preview(request: HttpRequest, person_id: UUID, other_id: UUID) -> HttpResponse:
    """What will be seen together, and what does not fit; then say how one knows.

    Where both sign in, saying so is a proposal, and this is where somebody else answers it.
    """
    cards = queries.cards([person_id, other_id])
    if len(cards) < 2:
        raise Http404
    keep, other = cards[person_id], cards[other_id]
    form = MergeForm(request.POST if request.method == "POST" else None)
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.merge(
                keep=keep.id,
                other=other.id,
                reason=form.chosen(),
                by=by(request),
                at=timezone.now(),
            )
        except DomainError as error:
            refusal = error
        else:
            if isinstance(made, ProposalValue):
                return redirect("web:merge_preview", keep.id, other.id)
            return redirect("web:person", keep.id)
    elif request.method == "GET":
        services.note_person_read(person_id=other.id, by=by(request), how="COMPARISON")
    return _compare(request, keep, other, form, refusal)


def _compare(
    request: HttpRequest,
    keep: PersonCard,
    other: PersonCard,
    form: MergeForm,
    refusal: DomainError | None,
) -> HttpResponse:
    at = timezone.now()
    needs_two = queries.both_sign_in(keep.id, other.id)
    proposal = queries.proposal_of(keep.id, other.id, at=at) if needs_two else None
    context = {
        "keep": keep,
        "other": other,
        "form": form,
        "refusal": refusal,
        "columns": [
            {"label": _("Comparison")},
            {"label": _("%(name)s, stays") % {"name": keep.name or _("No name yet")}},
            {"label": _("%(name)s, joins it") % {"name": other.name or _("No name yet")}},
        ],
        "rows": _compared(keep, other),
        "born_apart": bool(keep.born and other.born and keep.born != other.born),
        "needs_two": needs_two,
        "proposal": _proposed(request, proposal) if proposal else None,
        "alone": _who_gives(request, keep, other) if needs_two else None,
        "in_both": [str(title) for title in classes.in_both(keep.id, other.id)],
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "web/person_merge.html", context, status=status)


def _proposed(request: HttpRequest, proposal: ProposalValue) -> dict[str, Any]:
    names = queries.persons([proposal.by_id])
    me = by(request).person_id
    return {
        "by": names[proposal.by_id].name if proposal.by_id in names else "",
        "reason": MERGE_REASON_NAMES[proposal.reason],
        "since": formats.day(proposal.at, "long"),
        "last": last_day(proposal),
        "kept_id": proposal.kept_id,
        "other_id": proposal.other_id,
        "mine": me is not None and me in queries.records_of([proposal.by_id])[proposal.by_id],
    }


def _who_gives(request: HttpRequest, keep: PersonCard, other: PersonCard) -> str | None:
    """Who could make somebody else able to confirm, when nobody else is; ``None``: there is."""
    at, me = timezone.now(), by(request).person_id
    besides = queries.all_ids(me) if me else []
    things = of_person(person_id=keep.id, other_id=other.id)
    if anybody_else(Act.KEEP_PEOPLE, things, besides=[*besides, keep.id, other.id], at=at):
        return None
    givers = [
        actor.person_id
        for actor in roles.holders(Act.GIVE_ROLES, at=at)
        if actor.person_id and actor.everywhere(Act.GIVE_ROLES)
    ]
    names = queries.persons(givers)
    return _(", ").join(names[pk].name or _("No name yet") for pk in givers if pk in names)


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@require_POST
@never_cache
def answer(request: HttpRequest, person_id: UUID, other_id: UUID) -> HttpResponse:
    """Confirm what somebody else proposed, or refuse it."""
    cards = queries.cards([person_id, other_id])
    if len(cards) < 2:
        raise Http404
    try:
        services.answer_merge(
            keep=person_id,
            other=other_id,
            is_confirmed=request.POST.get("answer") == "yes",
            by=by(request),
            at=timezone.now(),
        )
    except DomainError as error:
        return _compare(request, cards[person_id], cards[other_id], MergeForm(), error)
    return redirect("web:person", person_id)


def _compared(keep: PersonCard, other: PersonCard) -> list[dict[str, Any]]:
    where = places.places({c.home_id for c in (keep, other) if c.home_id})
    at = timezone.now()

    def row(label: str, value: Any, *, says_who: bool = False) -> dict[str, Any]:
        first, second = str(value(keep)), str(value(other))
        note = _("differs") if says_who and first != second else ""
        return {"cells": [label, {"text": first}, {"text": second, "note": note}]}

    return [
        row(_("Born"), lambda c: c.born or "–", says_who=True),
        row(
            _("Lives in"),
            lambda c: where[c.home_id].name if c.home_id in where else "–",
            says_who=True,
        ),
        row(_("Comes from"), lambda c: c.hometown or "–", says_who=True),
        row(
            _("Account"),
            lambda c: c.phone or (_("Has an account") if c.has_account else _("No account")),
        ),
        row(_("Numbers"), lambda c: _(", ").join(map(number_words, c.identifiers)) or "–"),
        row(_("Lines in the record"), lambda c: record.count_facts(c.id)),
        row(_("Messages"), lambda c: notices.count_messages(c.id)),
        row(_("Classes"), lambda c: len(classes.my_classes(c.id, at=at))),
        row(
            _("Households"),
            lambda c: _(", ").join(g.name for g in households.households_of(c.id, at=at)) or "–",
        ),
        row(_("Mandates"), lambda c: len(households.mandates(c.id, at=at))),
    ]


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@require_POST
def separate(request: HttpRequest, person_id: UUID, other_id: UUID) -> HttpResponse:
    """Undo a merge; both records are what they were."""
    try:
        services.unmerge(keep=person_id, other=other_id, by=by(request), at=timezone.now())
    except DomainError as error:
        return person_page(request, kept_card(person_id), NumberForm(), error)
    return redirect("web:person", person_id)
