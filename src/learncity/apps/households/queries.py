"""Everything that can be asked of households and mandates. Nothing here writes."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from learncity.apps.people import queries as people
from learncity.apps.people.types import PersonValue, Reach
from learncity.kernel.texts import LANGUAGES, Text

from .models import Act, Dispute, Household, Invitation, Mandate, Membership
from .models import Relation as RelationRow
from .telling import today
from .types import (
    Acting,
    ActValue,
    Deed,
    DisputeValue,
    HouseholdValue,
    InvitationValue,
    Kind,
    MandateKind,
    MandateState,
    MandateValue,
    Member,
    Purpose,
    Relation,
)


def relations() -> list[Relation]:
    """The words for what people are to each other, in their order; one query."""
    return [Relation(r.key, r.name) for r in RelationRow.objects.order_by("order", "key")]


# Who belongs together.


def households_of(person_id: UUID, *, at: datetime) -> list[HouseholdValue]:
    """The person's household, families and clans with everybody in them today; four queries.

    In the order household, family, clan, then by name. Whoever belongs to one by several records
    is in it once.
    """
    mine = _on(today(at)).filter(people.of_person(person_id)).values("household_id")
    groups = list(Household.objects.filter(pk__in=mine, ended_at=None))
    order = list(Kind)
    return sorted(
        _with_members(groups, at),
        key=lambda g: (order.index(g.kind), g.name, str(g.id)),
    )


def household_now(household_id: UUID, *, at: datetime) -> HouseholdValue | None:
    """One household with its members of today, or ``None``; three queries. For rooms above."""
    found = Household.objects.filter(pk=household_id, ended_at=None)
    return next(iter(_with_members(found, at)), None)


def are_together(person_ids: Collection[UUID], *, at: datetime) -> bool:
    """Whether these persons live in one household today; two queries."""
    records = people.records_of(person_ids)
    everybody = frozenset().union(*records.values())
    rows = _on(today(at)).filter(kind=Kind.HOUSEHOLD, person_id__in=everybody)
    living: dict[UUID, set[UUID]] = {}
    for household_id, person_id in rows.values_list("household_id", "person_id"):
        living.setdefault(household_id, set()).add(person_id)
    return bool(records) and any(
        all(there & ids for ids in records.values()) for there in living.values()
    )


def _on(day: object) -> "QuerySet[Membership]":
    return Membership.objects.filter(since__lte=day).filter(Q(until=None) | Q(until__gt=day))


def _with_members(groups: Iterable[Household], at: datetime) -> list[HouseholdValue]:
    """These households with their members of today, the head first; two queries."""
    groups = list(groups)
    if not groups:
        return []
    rows = _on(today(at)).filter(household__in=[g.id for g in groups])
    rows = rows.select_related("person", "relation", "relation_to")
    found = list(rows.order_by("-is_head", "since", "id"))
    records = people.records_of([m.person_id for m in found])
    members: dict[UUID, list[Member]] = {}
    for m in found:
        known = members.setdefault(m.household_id, [])
        if not any(m.person_id in k.ids for k in known):
            known.append(_member(m, records[m.person_id]))
    return [
        HouseholdValue(g.id, Kind(g.kind), g.name, g.place_id, tuple(members.get(g.id, ())))
        for g in groups
    ]


def _member(row: Membership, ids: frozenset[UUID]) -> Member:
    return Member(
        row.id,
        row.person_id,
        ids,
        row.person.name,
        row.relation.name if row.relation else Text(),
        row.relation_to.name if row.relation_to else "",
        row.is_head,
        row.since,
    )


def invitations_to(person_id: UUID, *, at: datetime) -> list[InvitationValue]:
    """Invitations that wait for this person's answer, oldest first; two queries.

    One may have been written to an address of theirs.
    """
    rows = _waiting(at).filter(meant_for(people.reach_of(person_id), "person"))
    return [_invitation(i) for i in rows.order_by("made_at", "id")]


def invitations_of(household_ids: Collection[UUID], *, at: datetime) -> list[InvitationValue]:
    """Invitations of these households that wait, oldest first; one query. For their heads."""
    rows = _waiting(at).filter(household__in=household_ids)
    return [_invitation(i) for i in rows.order_by("made_at", "id")]


def _waiting(at: datetime) -> "QuerySet[Invitation]":
    rows = Invitation.objects.filter(answered_at=None, until__gt=today(at))
    return rows.filter(household__ended_at=None).select_related("household", "inviter", "relation")


def meant_for(reach: Reach, field: str) -> Q:
    """What is meant for a person: for a record of theirs, or for an address they have proven."""
    by_record = Q(**{f"{field}_id__in": reach.ids})
    return by_record | Q(phone__in=reach.phones) | Q(email__in=reach.emails)


def _invitation(row: Invitation) -> InvitationValue:
    return InvitationValue(
        row.id,
        row.household_id,
        Kind(row.household.kind),
        row.household.name,
        row.inviter.name,
        row.label,
        row.relation.name if row.relation else Text(),
        row.until,
    )


# Who acts for whom.


def living(at: datetime) -> "QuerySet[Mandate]":
    """Mandates under which somebody may act at this moment. Every decision rests on this one."""
    day = today(at)
    return Mandate.objects.filter(
        accepted_at__isnull=False,
        suspended_at=None,
        ended_at=None,
        since__lte=day,
        until__gt=day,
        principal__ended_at=None,
        delegate__ended_at=None,
    )


def may_act(delegate_id: UUID, principal_id: UUID, purpose: Purpose, at: datetime) -> bool:
    """Whether somebody may act for another at this moment, for this purpose; one query.

    The one decision: whoever acts under a mandate is asked through it, or through ``acting``,
    which answers from the same rows.
    """
    rows = living(at).filter(
        people.of_person(delegate_id, "delegate"), people.of_person(principal_id, "principal")
    )
    return rows.filter(purposes__contains=[purpose]).exists()


def acting(mandate_id: UUID, *, delegate_id: UUID, at: datetime) -> Acting | None:
    """For whom this person may act under this mandate now, or ``None``; one query."""
    rows = living(at).filter(people.of_person(delegate_id, "delegate"), pk=mandate_id)
    found = rows.select_related("principal").first()
    if found is None:
        return None
    return Acting(found.id, delegate_id, found.principal.as_value(), _purposes(found), found.until)


def mandates(person_id: UUID, *, at: datetime) -> list[MandateValue]:
    """What the person gave, holds, and is offered, oldest first; two queries.

    Ended ones are absent; an offer may have been written to an address of theirs.
    """
    reach = people.reach_of(person_id)
    rows = Mandate.objects.filter(ended_at=None, until__gt=today(at))
    rows = rows.filter(Q(principal_id__in=reach.ids) | meant_for(reach, "delegate"))
    rows = rows.select_related("principal", "delegate").order_by("offered_at", "id")
    return [_mandate(m, at, is_given=m.principal_id in reach.ids) for m in rows]


def _mandate(row: Mandate, at: datetime, *, is_given: bool) -> MandateValue:
    """The only shape in which a mandate leaves this room."""
    return MandateValue(
        row.id,
        MandateKind(row.kind),
        state_of(row, at),
        row.principal.as_value(),
        # Before they accept, nobody is told whose address it is.
        row.delegate.as_value() if row.delegate and row.accepted_at else None,
        row.label,
        _purposes(row),
        row.since,
        row.until,
        row.registered_by_id is not None,
        is_given,
    )


def state_of(row: Mandate, at: datetime) -> MandateState:
    """How a mandate stands now."""
    if row.ended_at or row.until <= today(at):
        return MandateState.ENDED
    if row.accepted_at is None:
        return MandateState.OFFERED
    return MandateState.SUSPENDED if row.suspended_at else MandateState.ACTIVE


def _purposes(row: Mandate) -> frozenset[Purpose]:
    return frozenset(Purpose(p) for p in row.purposes)


# What was done.


def acts_for(principal_id: UUID, *, limit: int = 100) -> list[ActValue]:
    """What others did for the person, newest first; one query."""
    rows = _acts().filter(people.of_person(principal_id, "mandate__principal"))
    return [_act(a) for a in rows.order_by("-at", "-id")[:limit]]


def find_act(act_id: UUID, *, principal_id: UUID) -> ActValue | None:
    """One thing that was done for the person, or ``None``; one query."""
    mine = people.of_person(principal_id, "mandate__principal")
    found = _acts().filter(mine, pk=act_id).first()
    return _act(found) if found else None


def _acts() -> "QuerySet[Act]":
    return Act.objects.select_related("mandate__delegate", "dispute")


def _act(row: Act) -> ActValue:
    delegate = row.mandate.delegate
    # The other side of a one-to-one key; there may be none.
    dispute = row.dispute if hasattr(row, "dispute") else None
    return ActValue(
        row.id,
        row.mandate_id,
        Deed(row.deed),
        row.at,
        row.via,
        delegate.name if delegate else "",
        row.title,
        row.reference,
        dispute.id if dispute else None,
        dispute.is_upheld if dispute else None,
    )


def disputes(*, at: datetime, decided: bool = False, limit: int = 100) -> list[DisputeValue]:
    """The worklist of disputes, oldest first; or those decided, newest first. One query."""
    rows = _disputes().filter(resolved_at__isnull=not decided)
    order = ("-resolved_at", "-id") if decided else ("opened_at", "id")
    return [_dispute(d, at) for d in rows.order_by(*order)[:limit]]


def find_dispute(dispute_id: UUID, *, at: datetime) -> DisputeValue | None:
    """One dispute, or ``None``; one query. For officers."""
    found = _disputes().filter(pk=dispute_id).first()
    return _dispute(found, at) if found else None


def open_disputes() -> int:
    """How many disputes wait for a decision; one query."""
    return Dispute.objects.filter(resolved_at=None).count()


def _disputes() -> "QuerySet[Dispute]":
    return Dispute.objects.select_related("act__mandate__delegate", "act__mandate__principal")


def _dispute(row: Dispute, at: datetime) -> DisputeValue:
    row.act.dispute = row  # known already; spares a query for each
    return DisputeValue(
        row.id,
        _act(row.act),
        row.act.mandate.principal.as_value(),
        row.words,
        row.opened_at,
        row.resolved_at,
        row.is_upheld,
        row.note,
        state_of(row.act.mandate, at),
    )


# How the record names things.


def household_names(ids: Collection[UUID]) -> Mapping[UUID, tuple[Text, str]]:
    """Names of households and their page; one query."""
    rows = Household.objects.filter(pk__in=ids).values_list("id", "name")
    return {pk: (_everywhere(name), "/me/household/") for pk, name in rows}


def mandate_names(ids: Collection[UUID]) -> Mapping[UUID, tuple[Text, str]]:
    """Names of delegates by mandate, and the page of mandates; one query."""
    rows = Mandate.objects.filter(pk__in=ids).values_list("id", "delegate__name")
    return {pk: (_everywhere(name or ""), "/me/mandates/") for pk, name in rows}


def _everywhere(name: str) -> Text:
    return Text(dict.fromkeys(LANGUAGES, name))


def person(person_id: UUID) -> PersonValue:
    """A person who is known to exist; one query."""
    return people.persons([person_id])[person_id]
