"""Agreements with what was promised and done."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from learncity.apps.organizations.models import Agreement, Deed, Party, Promise
from learncity.apps.organizations.types import (
    AgreementFigures,
    AgreementState,
    AgreementValue,
    DeedValue,
    OrganizationValue,
    PromiseValue,
)


def agreements(
    *, organization_ids: Collection[UUID] | None = None, key: str = ""
) -> list[AgreementValue]:
    """Agreements with parties, promises and deeds, the latest first; four queries, or one of none.

    Args:
        organization_ids: only those that one of these is a party of; ``None``: all.
        key: only this one.
    """
    rows = Agreement.objects.all()
    if organization_ids is not None:
        bound = Party.objects.filter(organization_id__in=organization_ids, ended_at=None)
        rows = rows.filter(pk__in=bound.values("agreement_id"))
    if key:
        rows = rows.filter(key=key)
    return _values(rows)


def find_agreement(key: str) -> AgreementValue | None:
    """The agreement of a key, or ``None``; four queries."""
    return next(iter(agreements(key=key)), None)


def agreement_figures(
    *, on: date, organization_ids: Collection[UUID] | None = None
) -> AgreementFigures:
    """The figures of the agreements in force on a day, as far as is known today; four queries.

    Args:
        organization_ids: only of those that one of these is a party of; ``None``: all.
    """
    in_force = [
        a
        for a in agreements(organization_ids=organization_ids)
        if a.state(on) == AgreementState.IN_FORCE
    ]
    return count_agreements(in_force, on=on)


def count_agreements(found: Collection[AgreementValue], *, on: date) -> AgreementFigures:
    """The figures of these agreements, on a day."""
    promises = [p for a in found for p in a.promises]
    return AgreementFigures(
        len(found),
        len({o.id for a in found for o in a.parties}),
        len(promises),
        sum(p.is_kept for p in promises),
        sum(p.is_late(on) for p in promises),
    )


def _values(rows: "QuerySet[Agreement]") -> list[AgreementValue]:
    found = {a.id: a.as_value() for a in rows.order_by("-since", "key")}
    if not found:
        return []
    parties: dict[UUID, list[OrganizationValue]] = {}
    bound = Party.objects.filter(agreement_id__in=found, ended_at=None).select_related(
        "organization"
    )
    for party in bound.order_by("organization__key"):
        parties.setdefault(party.agreement_id, []).append(party.organization.as_value())
    written = Promise.objects.filter(agreement_id__in=found, ended_at=None)
    promised = list(written.select_related("party__organization").order_by("number"))
    deeds: dict[UUID, list[DeedValue]] = {}
    done = Deed.objects.filter(promise_id__in=[p.id for p in promised], taken_back_at=None)
    for deed in done.order_by("on", "id"):
        deeds.setdefault(deed.promise_id, []).append(deed.as_value())
    promises: dict[UUID, list[PromiseValue]] = {}
    for p in promised:
        promises.setdefault(p.agreement_id, []).append(p.as_value(tuple(deeds.get(p.id, ()))))
    return [
        replace(a, parties=tuple(parties.get(pk, ())), promises=tuple(promises.get(pk, ())))
        for pk, a in found.items()
    ]
