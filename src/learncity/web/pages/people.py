"""People at the city office: search, register, look, change. Every look is written down.

What is searched for is sent as a form and never stands in an address; nothing is kept by a browser.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from learncity.apps.assertions import queries as assertions
from learncity.apps.people import queries, services
from learncity.apps.people.access import account, stating_numbers
from learncity.apps.people.types import (
    DUPLICATE_NAMES,
    KIND_NAMES,
    MERGE_REASON_NAMES,
    IdentifierTaken,
    IdentifierValue,
    Number,
    PersonCard,
    ProposalValue,
)
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceValue
from learncity.apps.roles.access import Duty, actor_of, covers, of_person, regions_for
from learncity.apps.roles.types import Act
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.ids import uuid7

from .people_forms import (
    REGION,
    NumberForm,
    ReasonForm,
    RegisterForm,
    SearchForm,
    group_choices,
    home_choices,
)
from .work import work_rows

SIZE = 50


def by(request: HttpRequest) -> By:
    """The clerk who acts."""
    return By(account(request).person_id, Via.DESK)


def people_found(request: HttpRequest, form: SearchForm) -> tuple[list[PersonCard], UUID | None]:
    """A part of the people who were searched for, and after whom the next begins."""
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = queries.find_people(
        said.get("q", ""),
        region=REGION,
        invented=settings.DEMO,
        after=said.get("after"),
        limit=SIZE + 1,
        home_ids=regions_for(actor_of(request), Act.KEEP_PEOPLE),
    )
    services.note_search(found=min(len(found), SIZE), by=by(request), how="PAGE")
    return found[:SIZE], found[SIZE - 1].id if len(found) > SIZE else None


def rows_of(cards: Sequence[PersonCard], url: str, *args: UUID) -> list[dict[str, Any]]:
    """Lines of a list of people, masked; each leads to the page ``url`` of its person."""
    where = places.places({card.home_id for card in cards if card.home_id})
    return [
        {
            "url": reverse(url, args=[*args, card.id]),
            "cells": [
                card.name or _("No name yet"),
                str(card.born or "–"),
                {"text": _home(card, where)},
                {"text": card.phone or _("No account"), "kind": None if card.phone else ""},
                {"text": _(", ").join(number_words(i) for i in card.identifiers) or "–"},
            ],
        }
        for card in cards
    ]


def columns() -> list[dict[str, str]]:
    """The heads of that list."""
    labels = (_("Name"), _("Born"), _("Lives in"), _("Signs in with"), _("Numbers"))
    return [{"label": label} for label in labels]


def _home(card: PersonCard, where: Mapping[UUID, PlaceValue]) -> str:
    return str(where[card.home_id].name) if card.home_id in where else "–"  # type: ignore[index]


def number_words(number: IdentifierValue) -> str:
    """A number as it is shown: kind, who gave it out, its end."""
    issuer = f" ({number.issuer})" if number.issuer else ""
    return f"{KIND_NAMES[number.kind]}{issuer} {number.masked}"


@only(Duty(Act.KEEP_PEOPLE))
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """Everybody by name, or whom one searches for."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    found, after = people_found(request, form)
    context = {
        "form": SearchForm(initial={"q": form.data.get("q", "")}),
        "q": form.data.get("q", ""),
        "after": after,
        "columns": columns(),
        "rows": rows_of(found, "web:person"),
        "proposals": [] if form.is_bound else _proposals(request),
    }
    return render(request, "web/people.html", context)


def _proposals(request: HttpRequest) -> list[dict[str, Any]]:
    """Records that somebody wants to join and somebody else confirms; at most two queries."""
    mine = regions_for(actor_of(request), Act.KEEP_PEOPLE)
    found = queries.proposals(at=timezone.now(), home_ids=mine)
    if not found:
        return []
    names = queries.persons({pk for p in found for pk in (p.kept_id, p.other_id)})
    return [
        {
            "names": [names[pk].name or _("No name yet") for pk in (p.kept_id, p.other_id)],
            "url": reverse("web:merge_preview", args=[p.kept_id, p.other_id]),
            "reason": MERGE_REASON_NAMES[p.reason],
            "last": last_day(p),
        }
        for p in found
    ]


def last_day(proposal: ProposalValue) -> str:
    """The last day on which a proposal can be answered for its whole length."""
    return formats.day(proposal.until - timedelta(days=1), "long")


@only(Duty(Act.KEEP_PEOPLE))
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """Make a record of somebody without an account."""
    mine = regions_for(actor_of(request), Act.KEEP_PEOPLE)
    choices = {"homes": home_choices(request, within=mine), "groups": group_choices()}
    form = RegisterForm(request.POST or None, initial={"id": uuid7()}, **choices)
    refusal, holder = None, None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with stating_numbers(request, by=by(request)):
                made = services.register(
                    person_id=said["id"],
                    name=said["name"],
                    born=said["born"],
                    language=said["language"],
                    numbers=said["numbers"],
                    home_id=form.home_id(),
                    hometown=said["hometown"],
                    group_keys=said["groups"],
                    by=by(request),
                    at=timezone.now(),
                )
        except DomainError as error:
            refusal, holder = error, _holder(request, error, said["numbers"])
        else:
            return redirect("web:person", made)
    context = {"form": form, "refusal": refusal, "holder": holder}
    status = 422 if refusal or form.errors else 200
    return render(request, "web/person_new.html", context, status=status)


def _holder(request: HttpRequest, error: DomainError, numbers: Sequence[Number]) -> UUID | None:
    """Whose a number is that was refused; nobody of whom this clerk may not read."""
    if not isinstance(error, IdentifierTaken):
        return None
    found = next((h for n in numbers if (h := queries.find_by_identifier(n))), None)
    if found is None:
        return None
    may = covers(actor_of(request), Act.KEEP_PEOPLE, of_person(person_id=found))
    return found if may else None


def kept_card(person_id: UUID) -> PersonCard:
    """The card of the record that is kept for this one; five queries.

    Raises:
        Http404: there is no such person.
    """
    kept = queries.same_person([person_id])[person_id]
    found = queries.cards([kept]).get(kept)
    if found is None:
        raise Http404
    return found


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@never_cache
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person: what is known of them, masked, and what an office may do."""
    card = kept_card(person_id)
    if card.id != person_id:
        return redirect("web:person", card.id)
    services.note_person_read(person_id=card.id, by=by(request), how="PAGE")
    return person_page(request, card, NumberForm())


def person_page(
    request: HttpRequest,
    card: PersonCard,
    form: NumberForm,
    refusal: DomainError | None = None,
    holder: UUID | None = None,
) -> HttpResponse:
    """The page of one person; with what was refused of it."""
    residences, merges = queries.residences_of(card.id), queries.merges_of(card.id)
    members = queries.memberships_of(card.id)
    ids = {r.place_id for r in residences} | ({card.home_id} if card.home_id else set())
    where = places.places(ids)
    names = queries.persons({m.other_id for m in merges})
    joined = {m.group.key for m in members}
    mine = regions_for(actor_of(request), Act.KEEP_PEOPLE)
    alike = queries.possible_duplicates(card.id, home_ids=mine)
    context = {
        "card": card,
        "sees_trail": actor_of(request).may(Act.OPERATE),
        "form": form,
        "refusal": refusal,
        "holder": holder,
        "sum_rows": [
            {"label": _("Born"), "value": card.born or "–"},
            {"label": _("Lives in"), "value": _home(card, where)},
            {"label": _("Comes from"), "value": card.hometown or "–"},
            {"label": _("Signs in with"), "value": card.phone or _("No account")},
            *(
                {"label": _("Work, as they say"), "value": work["words"], "note": work["days"]}
                for work in work_rows(assertions.work_of(card.id))
            ),
        ],
        "numbers": [
            {
                "label": number_words(i),
                "value": formats.day(i.added_at, "long"),
                "note": _("stated by the person") if i.own else _("stated by an office"),
                "url": reverse("web:person_number", args=[card.id, i.id]),
            }
            for i in card.identifiers
        ],
        "members": members,
        "groups": [(key, name) for key, name in group_choices() if key not in joined],
        "residences": [
            {
                "place": where[r.place_id].name,
                "since": formats.day(r.since, "long"),
                "until": formats.day(r.until, "long") if r.until else "",
            }
            for r in residences
        ],
        "homes": home_choices(request),
        "merges": [
            {
                "name": names[m.other_id].name,
                "since": formats.day(m.at, "long"),
                "reason": MERGE_REASON_NAMES[m.reason],
                "kept_id": m.kept_id,
                "other_id": m.other_id,
            }
            for m in merges
        ],
        "duplicates": [
            {
                "name": d.card.name,
                "why": DUPLICATE_NAMES[d.by],
                "url": reverse("web:merge_preview", args=[card.id, d.card.id]),
            }
            for d in alike.shown
        ],
        "elsewhere": _elsewhere(alike.elsewhere),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "web/person.html", context, status=status)


def _elsewhere(n: int) -> str:
    """That others live where this officer keeps nobody; empty when there are none."""
    if not n:
        return ""
    return ngettext(
        "%(n)s possible record lies in another district. Ask the city’s office.",
        "%(n)s possible records lie in other districts. Ask the city’s office.",
        n,
    ) % {"n": formats.number(n)}


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@require_POST
@never_cache
def add_number(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """State a number of somebody, from a document that was shown."""
    card, form = kept_card(person_id), NumberForm(request.POST)
    if not form.is_valid():
        return person_page(request, card, form)
    number, clerk = form.cleaned_data["parsed"], by(request)
    try:
        with stating_numbers(request, by=clerk, of=card.id):
            services.add_identifier(person_id=card.id, number=number, by=clerk, at=timezone.now())
    except DomainError as error:
        return person_page(request, card, form, error, _holder(request, error, [number]))
    return redirect("web:person", card.id)


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@never_cache
def number(request: HttpRequest, person_id: UUID, identifier_id: UUID) -> HttpResponse:
    """One number of somebody: shown whole for a reason, or ended."""
    card = kept_card(person_id)
    value = next((i for i in card.identifiers if i.id == identifier_id), None)
    if value is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    whole, refusal = "", None
    if request.method == "POST" and form.is_valid():
        try:
            whole = services.reveal_identifier(
                person_id=card.id, identifier_id=value.id, reason=form.chosen(), by=by(request)
            )
        except DomainError as error:
            refusal = error
    context = {
        "card": card,
        "value": value,
        "kind": KIND_NAMES[value.kind],
        "form": form,
        "whole": whole,
        "refusal": refusal,
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "web/person_number.html", context, status=status)


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@require_POST
def end_number(request: HttpRequest, person_id: UUID, identifier_id: UUID) -> HttpResponse:
    """Note that a number is no longer this person's."""
    try:
        services.end_identifier(
            person_id=person_id, identifier_id=identifier_id, by=by(request), at=timezone.now()
        )
    except NotFound as error:
        raise Http404 from error
    return redirect("web:person", person_id)


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@require_POST
def change_group(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Put somebody into a group, or take them out of one."""
    key = request.POST.get("group", "")[:80]
    change = services.leave_group if "leave" in request.POST else services.join_group
    try:
        change(person_id=person_id, group_key=key, by=by(request), at=timezone.now())
    except NotFound as error:
        raise Http404 from error
    return redirect("web:person", person_id)


@only(Duty(Act.KEEP_PEOPLE, on=of_person))
@require_POST
def change_home(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Note where somebody lives from today."""
    home = request.POST.get("home", "")
    known = {choice for choice, _name in home_choices(request)}
    card = kept_card(person_id)
    if home not in known:
        raise Http404
    home_id = UUID(home) if home else None
    services.move_home(person_id=card.id, place_id=home_id, by=by(request), at=timezone.now())
    return redirect("web:person", card.id)
