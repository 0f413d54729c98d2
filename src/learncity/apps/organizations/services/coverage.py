"""What organizations are there for: said, taken back, and after a reform of places."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from learncity.apps.organizations.models import Covered
from learncity.apps.organizations.rules import Days, left_over
from learncity.apps.organizations.types import (
    Astray,
    DatesOverlap,
    LiesAlready,
    SiteNotFound,
    Thing,
)
from learncity.apps.organizations.types.whereabouts import questions
from learncity.apps.places import queries as places
from learncity.apps.places.types import Heirs, PlaceValue, Unsettled
from learncity.kernel import audit, locks
from learncity.kernel.acting import SYSTEM, By
from learncity.kernel.dated import begin_of, holds

from .common import check_order, cut, living

# One lock for all of it: it changes a few times a day, and a reform touches thousands at once.
_LOCK, _ALL = "organizations.Covered", UUID(int=0)


def hold() -> None:
    """Keep what is covered from being changed by others until the transaction ends."""
    locks.hold(_LOCK, _ALL)


@transaction.atomic
def cover(
    *, key: str, place_id: UUID, since: date | None, until: date | None, by: By, at: datetime
) -> None:
    """Note that an organization is there for a place. Exactly the same again changes nothing.

    Raises:
        OrganizationNotFound: no living one has the key.
        DatesOverlap: it covers the place on some of these days already.
        EndsBeforeBegin: it would hold on no day.
    """
    check_order(since, until)
    hold()
    organization = living(key)
    rows = Covered.objects.filter(organization=organization, place_id=place_id)
    if rows.filter(since=since, until=until).exists():
        return
    clash = rows.filter(Q(until=None) | Q(until__gt=since) if since else Q())
    if until is not None:
        clash = clash.filter(Q(since=None) | Q(since__lt=until))
    if clash.exists():
        raise DatesOverlap(place_id)
    Covered.objects.create(
        organization=organization, place_id=place_id, placed_at=at, since=since, until=until
    )
    audit.note("organizations.covers", f"organization {key}", by=by)


@transaction.atomic
def stop_covering(*, key: str, place_id: UUID, until: date, by: By, at: datetime) -> None:
    """Note that an organization is no longer there for a place from a day on."""
    hold()
    organization = living(key)
    rows = Covered.objects.filter(organization=organization, place_id=place_id)
    open_ = rows.filter(Q(until=None) | Q(until__gt=until))
    if open_.exists():
        cut(open_, until)
        audit.note("organizations.covers_no_longer", f"organization {key}", by=by)


def follow(heirs: Mapping[UUID, Heirs]) -> int:
    """Let what is covered go on where its region went, on the day of the reform; how many rows.

    Only where the region as a whole went into one other that is of no higher level. A divided one
    stays as it is until `settle`, and so does one whose level was abolished: that it lies in a
    province now is no reason to cover the province. Again changes nothing; as many statements
    however many rows.
    """
    hold()
    into = places.merged_into(heirs)
    regions = places.unsettled(set(into))
    rows = Covered.objects.filter(place_id__in=into, place__ended_at__isnull=False)
    lost = [
        _Lost(row, on, ((into[row.place_id], on, None),))
        for row in rows.select_related("organization").order_by("organization_id", "since", "id")
        for on in [heirs[row.place_id].on]
        if (row.until is None or row.until > on) and not _waits(row, regions[row.place_id], on)
    ]
    # Known since the reform: earlier ones of the heir are no question to it, and later ones are.
    _go_on(lost, {one.row.id: begin_of(one.on) for one in lost})
    gone: dict[str, int] = {}
    for one in lost:
        gone[one.row.organization.key] = gone.get(one.row.organization.key, 0) + 1
    audit.note_all(
        "organizations.coverage_followed",
        {f"organization {key}": {"found": n} for key, n in gone.items()},
        by=SYSTEM,
    )
    return len(lost)


def _waits(row: Covered, region: Unsettled, on: date) -> bool:
    """Whether an earlier reform is asked about: the answer will say what goes on, day by day."""
    asked = questions(region, row.placed_at, row.since, row.until)
    return any(b.on < on for b in asked)


def settle(found: Sequence[Astray], chosen: Collection[PlaceValue], *, at: datetime) -> None:
    """Let what is covered and astray go on in these regions of today, or nowhere.

    From the day of the reform; where these were reformed again since, what wholly went into them
    counts day by day. The caller holds the lock.
    """
    if not found:
        return
    ids = {place.id for place in chosen}
    spans = places.spans({(a.region.place.id, a.asked_from) for a in found}, ids)
    rows = Covered.objects.in_bulk([a.id for a in found])
    lost = [
        _Lost(rows[a.id], a.asked_from, tuple(spans[a.region.place.id, a.asked_from]))
        for a in found
    ]
    _go_on(lost, {one.row.id: at for one in lost})
    Covered.objects.filter(pk__in=rows).update(placed_at=at)


def check_settled(ids: Collection[UUID], chosen: Collection[PlaceValue]) -> None:
    """What is covered and is not astray any more, goes on exactly where it is said to; two queries.

    Raises:
        SiteNotFound: one of them is not there.
        LiesAlready: one of them is settled, and otherwise.
    """
    rows = {row.id: row for row in Covered.objects.filter(pk__in=ids)}
    if set(ids) - set(rows):
        raise SiteNotFound(Thing.COVERAGE)
    of = {row.organization_id for row in rows.values()}
    now: dict[UUID, set[UUID]] = {pk: set() for pk in of}
    mine: dict[UUID, set[UUID]] = {pk: set() for pk in rows}
    today = Covered.objects.filter(holds(timezone.localdate()), organization_id__in=of)
    for row in today:
        now[row.organization_id].add(row.place_id)
        for pk in (row.id, row.follows_id):
            if pk in mine:
                mine[pk].add(row.place_id)
    said = {place.id for place in chosen}
    for pk, row in rows.items():
        # What it covered there before anyway, did not have to follow.
        if not mine[pk] <= said <= now[row.organization_id]:
            raise LiesAlready(Thing.COVERAGE)


@dataclass(frozen=True, slots=True)
class _Lost:
    """A row whose region was broken on a day, and where what it said goes on from then."""

    row: Covered
    on: date
    spans: tuple[tuple[UUID, date, date | None], ...]


def _go_on(lost: Sequence[_Lost], placed_at: Mapping[UUID, datetime]) -> None:
    """End rows on their day and let them go on, no day twice or left out; four statements."""
    if not lost:
        return
    rows = {one.row.id: one.row for one in lost}
    others = Covered.objects.exclude(pk__in=rows).filter(
        organization_id__in={row.organization_id for row in rows.values()},
        place_id__in={place_id for one in lost for place_id, _since, _until in one.spans},
    )
    had: dict[tuple[UUID, UUID], list[Days]] = {}
    for row in others:
        had.setdefault((row.organization_id, row.place_id), []).append((row.since, row.until))
    said = {one.row.id: one.row.until for one in lost}
    gone = {one.row.id for one in lost if not _end(one)}
    for pk, row in rows.items():
        if pk not in gone:
            had.setdefault((row.organization_id, row.place_id), []).append((row.since, row.until))
    new = [
        Covered(
            organization_id=one.row.organization_id, place_id=place_id, since=since, until=until,
            placed_at=placed_at[one.row.id],
            follows_id=None if one.row.id in gone else one.row.id,
        )
        for one in lost
        for place_id, since, until in _not_yet(one, said[one.row.id], had)
    ]  # fmt: skip
    Covered.objects.filter(pk__in=gone).delete()
    Covered.objects.bulk_update(
        [row for pk, row in rows.items() if pk not in gone], ["until"], batch_size=1000
    )
    Covered.objects.bulk_create(new, batch_size=1000)


def _end(one: _Lost) -> bool:
    """Let the row end where its own region does; whether it holds on any day then."""
    stays = (end for pk, begin, end in one.spans if (pk, begin) == (one.row.place_id, one.on))
    one.row.until = _earlier(one.row.until, next(stays, one.on))
    # What it said of days on which there was no such region any more, it said of none.
    since, until = one.row.since, one.row.until
    return since is None or until is None or since < until


def _not_yet(
    one: _Lost, ends: date | None, had: dict[tuple[UUID, UUID], list[Days]]
) -> Iterable[tuple[UUID, date | None, date | None]]:
    """What of the spans the row said, and the organization does not cover yet; noted in ``had``."""
    for place_id, begin, end in one.spans:
        since, until = max(begin, one.row.since or begin), _earlier(ends, end)
        if until is None or since < until:
            days = had.setdefault((one.row.organization_id, place_id), [])
            free = left_over(since, until, days)
            days += free
            yield from ((place_id, *some) for some in free)


def _earlier(one: date | None, other: date | None) -> date | None:
    """The earlier of two ends, of which ``None`` is the latest there is."""
    return min((end for end in (one, other) if end is not None), default=None)
