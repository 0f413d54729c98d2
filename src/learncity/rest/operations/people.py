"""People at the city office. All is written down."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.assertions import queries as assertions
from learncity.apps.people import queries, services
from learncity.apps.people.access import account, stating_numbers
from learncity.apps.people.types import Number, PersonCard, PersonNotFound, ProposalValue
from learncity.apps.places import queries as places
from learncity.apps.roles.access import Duty, Where, actor_of, covers, of_person, regions_for
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import people as shapes
from learncity.rest.shapes.assertions import Work
from learncity.rest.shapes.common import Named, Words

from .common import found

# As everywhere a number is written without the code of its country.
REGION = "CN"

mine = Router(tags=["Mine"])
router = Router(tags=["Desk"])
one = Router(tags=["Desk"])


def _of_home(*, payload: shapes.NewPerson, **arguments: Any) -> Sequence[Where]:
    known = places.ids_by_key([payload.home]) if payload.home else {}
    return [Where(place_id=pk) for pk in known.values()]


def _of_both(*, person_id: UUID, payload: shapes.NewMerge, **arguments: Any) -> Sequence[Where]:
    return of_person(person_id=person_id, other_id=payload.other)


router.add_decorator(only(Duty(Act.KEEP_PEOPLE)))
one.add_decorator(only(Duty(Act.KEEP_PEOPLE, on=of_person)))


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)


def _parsed(said: shapes.NewIdentifier) -> Number:
    return services.parse_number(
        said.kind,
        said.number,
        issuer=said.issuer,
        today=timezone.localdate(),
        region=REGION,
        invented=settings.DEMO,
    )


@mine.get("/me/identifiers", response=shapes.Identifiers)
def list_my_identifiers(request: HttpRequest) -> shapes.Identifiers:
    """List my numbers of identity, by their last signs."""
    held = queries.identifiers_of(account(request).person_id)
    return shapes.Identifiers(items=[shapes.Identifier.of(value) for value in held])


@mine.post("/me/identifiers", response={200: shapes.Identifier, **refusals(409)})
@once
def add_my_identifier(request: HttpRequest, payload: shapes.NewIdentifier) -> Status[BaseModel]:
    """Add a number of identity of mine. Stated again, it is the one that is there.

    An address is not added here but proven by signing in: 409 `identifier_invalid`.
    """
    person_id, number = account(request).person_id, _parsed(payload)
    with stating_numbers(request, by=_by(request), of=person_id):
        made = services.add_own_identifier(
            person_id=person_id, number=number, by=_by(request), at=timezone.now()
        )
    return Status(200, shapes.Identifier.of(made))


@mine.delete(
    "/me/identifiers/{uuid:identifier_id}", response={200: shapes.Identifiers, **refusals(409)}
)
@once
def end_my_identifier(request: HttpRequest, identifier_id: UUID) -> Status[BaseModel]:
    """Take a number of mine away. A second time changes nothing."""
    person_id = account(request).person_id
    services.end_identifier(
        person_id=person_id, identifier_id=identifier_id, by=_by(request), at=timezone.now()
    )
    return Status(200, list_my_identifiers(request))


@router.post("/desk/people/search", response={200: shapes.People, **refusals(403)})
def search_people(request: HttpRequest, payload: shapes.Search) -> shapes.People:
    """Look for people by name, or exactly by a number. Merged records are one."""
    text = payload.text.replace("\x00", "")
    part = queries.find_people(
        text,
        region=REGION,
        invented=settings.DEMO,
        after=payload.after,
        limit=payload.limit + 1,
        home_ids=_homes(request),
    )
    shown = part[: payload.limit]
    services.note_search(found=len(shown), by=_by(request), how="API")
    after = shown[-1].id if len(part) > payload.limit else None
    return shapes.People(items=_lines(shown), next=after)


def _homes(request: HttpRequest) -> frozenset[UUID] | None:
    """The regions whose people this account keeps; ``None`` for the whole city."""
    return regions_for(actor_of(request), Act.KEEP_PEOPLE)


def _lines(cards: Sequence[PersonCard]) -> list[shapes.PersonLine]:
    where = places.places({card.home_id for card in cards if card.home_id})
    lines = []
    for card in cards:
        home = where.get(card.home_id) if card.home_id else None
        lines.append(
            shapes.PersonLine(
                id=card.id,
                name=card.name,
                born=card.born,
                home=Named(key=home.key, name=Words(home.name)) if home else None,
                signs_in_with=card.phone,
                has_account=card.has_account,
                identifiers=[shapes.Identifier.of(value) for value in card.identifiers],
            )
        )
    return lines


@router.post("/desk/people", response={201: shapes.Person, **refusals(404, 409)})
@once
@only(Duty(Act.KEEP_PEOPLE, on=_of_home))
def register_person(request: HttpRequest, payload: shapes.NewPerson) -> Status[BaseModel]:
    """Register somebody without an account. The same `id` again makes nothing twice.

    An officer of a region registers whoever lives there; whoever is there already is shown to
    whom they may be shown.

    409 `identifier_taken` when somebody holds one of the numbers: search for it;
    `too_many_taken` when that was answered too often.
    """
    homes = places.ids_by_key([payload.home]) if payload.home else {}
    was_there = payload.id in queries.persons([payload.id])
    numbers = [_parsed(said) for said in payload.identifiers]
    home_id = found(homes.get(payload.home)) if payload.home else None
    with stating_numbers(request, by=_by(request)):
        made = services.register(
            person_id=payload.id,
            name=payload.name,
            born=payload.born,
            language=payload.language,
            numbers=numbers,
            home_id=home_id,
            hometown=payload.hometown,
            group_keys=payload.groups,
            by=_by(request),
            at=timezone.now(),
        )
    # Whoever has that id lives where they live, whatever home was sent with it.
    if not covers(actor_of(request), Act.KEEP_PEOPLE, of_person(person_id=made)):
        raise PermissionDenied
    if was_there:
        services.note_person_read(person_id=made, by=_by(request), how="API")
    return Status(201, _person(request, made))


@one.get(
    "/desk/people/{uuid:person_id}",
    url_name="person",
    response={200: shapes.Person, **refusals(403)},
)
def get_person(request: HttpRequest, person_id: UUID) -> shapes.Person:
    """Say what is known of somebody. The `id` in the answer is the record that is kept."""
    shown = _person(request, person_id)
    services.note_person_read(person_id=shown.id, by=_by(request), how="API")
    return shown


def _person(request: HttpRequest, person_id: UUID) -> shapes.Person:
    kept = queries.same_person([person_id])[person_id]
    card = queries.cards([kept]).get(kept)
    if card is None:
        raise PersonNotFound(str(person_id))
    (line,) = _lines([card])
    alike = queries.possible_duplicates(kept, home_ids=_homes(request))
    return shapes.Person(
        **dict(line),
        href=reverse("rest:person", args=[kept]),
        hometown=card.hometown,
        groups=[shapes.Membership.of(m) for m in queries.memberships_of(kept)],
        work=[Work.of(work) for work in assertions.work_of(kept)],
        merges=[shapes.Merge.of(m) for m in queries.merges_of(kept)],
        possible_duplicates=[
            shapes.Duplicate(id=d.card.id, name=d.card.name, why=d.by) for d in alike.shown
        ],
        possible_duplicates_elsewhere=alike.elsewhere,
    )


@one.post(
    "/desk/people/{uuid:person_id}/corrections",
    response={200: shapes.Person, **refusals(404, 409)},
)
@once
def correct_person(
    request: HttpRequest, person_id: UUID, payload: shapes.Correction
) -> Status[BaseModel]:
    """Set right what is kept of somebody. They are told; which fields and why is written down.

    409 `own_correction` for a record of one's own.
    """
    kept = queries.same_person([person_id])[person_id]
    services.correct(
        person_id=kept,
        name=payload.name,
        born=payload.born,
        hometown=payload.hometown,
        language=payload.language,
        reason=payload.reason,
        by=_by(request),
        at=timezone.now(),
    )
    return Status(200, _person(request, kept))


@one.post(
    "/desk/people/{uuid:person_id}/identifiers", response={200: shapes.Identifier, **refusals(409)}
)
@once
def add_identifier(
    request: HttpRequest, person_id: UUID, payload: shapes.NewIdentifier
) -> Status[BaseModel]:
    """Add a number of somebody, from a document that was shown.

    409 `identifier_taken` when somebody else holds it, `too_many_taken` when that was answered
    too often.
    """
    number = _parsed(payload)
    with stating_numbers(request, by=_by(request), of=person_id):
        made = services.add_identifier(
            person_id=person_id, number=number, by=_by(request), at=timezone.now()
        )
    return Status(200, shapes.Identifier.of(made))


@one.post(
    "/desk/people/{uuid:person_id}/identifiers/{uuid:identifier_id}/reveal",
    response={200: shapes.WholeNumber, **refusals(409)},
)
def reveal_identifier(
    request: HttpRequest, person_id: UUID, identifier_id: UUID, payload: shapes.Reason
) -> shapes.WholeNumber:
    """Read a whole number, for a reason that is written down with your name."""
    whole = services.reveal_identifier(
        person_id=person_id,
        identifier_id=identifier_id,
        reason=payload.reason,
        by=_by(request),
    )
    return shapes.WholeNumber(number=whole)


@one.delete(
    "/desk/people/{uuid:person_id}/identifiers/{uuid:identifier_id}",
    response={200: shapes.Identifiers, **refusals(409)},
)
@once
def end_identifier(request: HttpRequest, person_id: UUID, identifier_id: UUID) -> Status[BaseModel]:
    """Note that a number is no longer this person's. A second time changes nothing."""
    services.end_identifier(
        person_id=person_id, identifier_id=identifier_id, by=_by(request), at=timezone.now()
    )
    held = queries.identifiers_of(person_id)
    return Status(200, shapes.Identifiers(items=[shapes.Identifier.of(v) for v in held]))


@router.get("/desk/people/merge-proposals", response=shapes.MergeProposals)
def list_merge_proposals(request: HttpRequest) -> shapes.MergeProposals:
    """List what one of the office proposed to join and another has to confirm; at most fifty."""
    found = queries.proposals(at=timezone.now(), home_ids=_homes(request))
    services.note_search(found=len(found), by=_by(request), how="API")
    return shapes.MergeProposals(items=[shapes.MergeProposal.of(p) for p in found])


@one.post(
    "/desk/people/{uuid:person_id}/merges",
    response={200: shapes.Merge, 202: shapes.MergeProposal, **refusals(409)},
)
@once
@only(Duty(Act.KEEP_PEOPLE, on=_of_both))
def merge_people(
    request: HttpRequest, person_id: UUID, payload: shapes.NewMerge
) -> Status[BaseModel]:
    """Say that another record is the same person. Nothing moves; it can be undone exactly.

    Where both sign in with an account of their own nothing is merged yet: 202, and somebody else
    of the office answers the proposal.
    """
    made = services.merge(
        keep=person_id,
        other=payload.other,
        reason=payload.reason,
        by=_by(request),
        at=timezone.now(),
    )
    if isinstance(made, ProposalValue):
        return Status(202, shapes.MergeProposal.of(made))
    return Status(200, shapes.Merge.of(made))


@one.post(
    "/desk/people/{uuid:person_id}/merges/{uuid:other_id}/answer",
    response={200: shapes.MergeProposal, **refusals(409)},
)
@once
def answer_merge_proposal(
    request: HttpRequest, person_id: UUID, other_id: UUID, payload: shapes.MergeAnswer
) -> Status[BaseModel]:
    """Confirm what somebody else proposed, which merges the two, or refuse it.

    Whoever proposed it may take it back. 409 `own_proposal` when they confirm it themselves,
    `proposal_over` when nobody proposes it now.
    """
    said = services.answer_merge(
        keep=person_id,
        other=other_id,
        is_confirmed=payload.confirm,
        by=_by(request),
        at=timezone.now(),
    )
    return Status(200, shapes.MergeProposal.of(said))


@one.delete(
    "/desk/people/{uuid:person_id}/merges/{uuid:other_id}",
    response={200: shapes.Person, **refusals(409)},
)
@once
def separate_people(request: HttpRequest, person_id: UUID, other_id: UUID) -> Status[BaseModel]:
    """Undo a merge: each record is what it was. A second time changes nothing."""
    services.unmerge(keep=person_id, other=other_id, by=_by(request), at=timezone.now())
    return Status(200, _person(request, person_id))
