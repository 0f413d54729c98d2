"""Every change to places that is not a city's file: reforms, and what they bring into force."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By
from learncity.kernel.texts import Text

from . import reforms
from .models import Flow, Place, Population, Reform, Version
from .queries import units_on
from .types import (
    After,
    Draft,
    Line,
    NewPopulation,
    PlacesReformed,
    Problem,
    ReformApplied,
    ReformRefused,
    ReformState,
)

# One lock for all places: a reform is read against everything that it might touch.
_LOCK, _ALL = "places.Reform", UUID(int=0)
_BATCH = 1000

_REDRAW = """
WITH RECURSIVE up(below_id, above_id, during, depth) AS (
    SELECT place_id, place_id, during, 0 FROM places_version
    UNION ALL
    SELECT up.below_id, v.parent_id, up.during * v.during, up.depth + 1
    FROM up JOIN places_version v ON v.place_id = up.above_id AND v.during && up.during
    WHERE v.parent_id IS NOT NULL AND up.depth < 20
)
INSERT INTO places_within (below_id, above_id, during)
SELECT below_id, above_id, unnest(range_agg(during)) FROM up
GROUP BY below_id, above_id
"""

# A region that moves takes along all that lies below it.
_PATHS = """
WITH RECURSIVE tree AS (
    SELECT id, key::text AS path FROM places_place WHERE parent_id IS NULL
    UNION ALL
    SELECT p.id, tree.path || '.' || p.key FROM places_place p JOIN tree ON p.parent_id = tree.id
)
UPDATE places_place SET path = tree.path FROM tree
WHERE places_place.id = tree.id AND places_place.path <> tree.path
"""

_PROJECT = """
UPDATE places_place p
SET code = v.code, kind = v.kind, name = v.name, parent_id = v.parent_id, ended_at = NULL
FROM places_version v
WHERE v.place_id = p.id AND v.during @> %(today)s::date AND (
    p.ended_at IS NOT NULL OR
    (p.code, p.kind, p.name, p.parent_id) IS DISTINCT FROM (v.code, v.kind, v.name, v.parent_id)
)
"""

_END = """
UPDATE places_place p SET ended_at = %(now)s
WHERE ended_at IS NULL AND NOT EXISTS (
    SELECT FROM places_version v WHERE v.place_id = p.id AND v.during @> %(today)s::date
)
"""

_CLOSE = """
UPDATE places_version SET during = daterange(lower(during), %(day)s::date)
WHERE place_id = ANY(%(ids)s) AND during @> %(day)s::date AND
    (lower(during) IS NULL OR lower(during) < %(day)s::date)
"""


def hold_places() -> None:
    """Keep places from being reformed by others until the transaction ends."""
    locks.hold(_LOCK, _ALL)


def redraw() -> None:
    """Draw anew which region lay in which, and when, from the versions; two statements."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM places_within")
        cursor.execute(_REDRAW)


@transaction.atomic
def state_versions(countries: Mapping[UUID, str]) -> None:
    """Make the versions in force be as the regions' own rows say; six statements.

    Args:
        countries: of the regions that were written, by id; empty where their codes are nobody's.
    """
    hold_places()
    today = timezone.localdate()
    rows = {p.id: p for p in Place.objects.filter(pk__in=countries)}
    known = {
        v.place_id: v for v in Version.objects.filter(place_id__in=rows, during__contains=today)
    }
    for pk, place in rows.items():
        # Nobody said since when; after an end it begins anew.
        version = known.setdefault(pk, Version(place_id=pk, during=(None, None)))
        version.country, version.code, version.kind = countries[pk], place.code, place.kind
        version.name, version.parent_id = place.name, place.parent_id
    begun_anew = Version.objects.filter(place_id__in=rows).exclude(
        pk__in=[v.pk for v in known.values()]
    )
    for pk, until in begun_anew.values_list("place_id").annotate(Max("during__endswith")):
        if known[pk]._state.adding:
            known[pk].during = (until, None)
    Version.objects.bulk_create(
        known.values(),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["country", "code", "kind", "name", "parent"],
        batch_size=_BATCH,
    )
    with connection.cursor() as cursor:
        cursor.execute(_PATHS)
    redraw()


@transaction.atomic
def end_places(ids: Iterable[UUID]) -> None:
    """The regions are no more from today; what happened there stays."""
    hold_places()
    ids, today = list(ids), timezone.localdate()
    Version.objects.filter(place_id__in=ids, during__startswith=today).delete()
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"day": today, "ids": ids})
    Place.objects.filter(pk__in=ids).update(ended_at=timezone.now())
    redraw()


@transaction.atomic
def state_population(counts: Collection[NewPopulation]) -> tuple[int, int]:
    """Make these counts be so; two statements.

    Returns:
        How many are new, and how many were changed.
    """
    hold_places()
    known = {
        (p.place_id, p.year, p.group): p
        for p in Population.objects.filter(place_id__in={c.place_id for c in counts})
    }
    fresh, changed = [], []
    for c in counts:
        found = known.get((c.place_id, c.year, c.group))
        if found is None:
            fresh.append(Population(**asdict(c)))
        elif (found.people, found.source) != (c.people, c.source):
            found.people, found.source = c.people, c.source
            changed.append(found)
    Population.objects.bulk_create(fresh, batch_size=_BATCH)
    Population.objects.bulk_update(changed, ["people", "source"], batch_size=_BATCH)
    return len(fresh), len(changed)


@transaction.atomic
def draft_reform(
    *,
    key: str,
    title: Mapping[str, str],
    act: str,
    country: str,
    effective: date,
    lines: Sequence[Line],
    by: By,
) -> None:
    """Write a draft, or write it anew; nothing of it is in force.

    Raises:
        ReformApplied: the reform of this key has been applied.
    """
    hold_places()
    found = Reform.objects.filter(key=key).first()
    if found and found.state == ReformState.APPLIED:
        raise ReformApplied(key)
    Reform.objects.update_or_create(
        key=key,
        defaults={
            "title": Text(title),
            "act": act,
            "country": country,
            "effective": effective,
            "lines": [line.as_json() for line in lines],
        },
    )
    audit.note("places.reform_drafted", f"reform {key}", by=by, lines=len(lines))


@transaction.atomic
def drop_draft(*, key: str, by: By) -> None:
    """Delete a draft; what was applied stays.

    Raises:
        ReformApplied: it is not a draft any more.
    """
    hold_places()
    if Reform.objects.filter(key=key, state=ReformState.APPLIED).exists():
        raise ReformApplied(key)
    if Reform.objects.filter(key=key).delete()[0]:
        audit.note("places.reform_dropped", f"reform {key}", by=by)


@transaction.atomic
def apply_reform(
    *,
    key: str,
    by: By,
    at: datetime,
    adopted: Mapping[str, UUID] = MappingProxyType({}),
    redrawn: bool = True,
) -> Draft:
    """Carry out a draft. Applied again, it changes nothing.

    Regions of today change on the day of the reform, at once when it is past
    (``take_effect``); what was counted before keeps the region it was counted in.

    Args:
        adopted: regions that are known and begin with this reform, by code.
        redrawn: ``False`` when the caller applies several, and redraws and brings them into
            force at the end.

    Returns:
        What was done.

    Raises:
        ReformRefused: it does not fit the regions of its day; its ``args`` are the problems.
    """
    hold_places()
    reform = Reform.objects.get(key=key)
    if reform.state == ReformState.APPLIED:
        return Draft()
    drafted = reforms.draft(
        [Line.of(said) for said in reform.lines], units_on(reform.effective, reform.country)
    )
    if not drafted.problems:
        drafted.problems += _later(drafted, reform.effective)
    if drafted.problems:
        raise ReformRefused(*drafted.problems)
    _carry_out(drafted, reform, adopted)
    Reform.objects.filter(pk=reform.pk).update(state=ReformState.APPLIED, applied_at=at)
    audit.note(
        "places.reform_applied",
        f"reform {key}",
        by=by,
        founded=len(drafted.founded),
        changed=len(drafted.changed),
        ended=len(drafted.ended),
    )
    if redrawn:
        redraw()
        take_effect(at=at)
    return drafted


def _later(drafted: Draft, day: date) -> list[Problem]:
    """Reforms come in the order of their days: what changes later must not be changed before."""
    touched = [*drafted.ended, *(a.place_id for a in drafted.changed if a.place_id)]
    rows = Version.objects.filter(place_id__in=touched, during__startswith__gt=day)
    return [
        Problem(
            0,
            _("%(code)s changes again on %(day)s; apply in order")
            % {"code": version.code, "day": version.during.lower},
        )
        for version in rows.order_by("code")[:20]
    ]


def _carry_out(drafted: Draft, reform: Reform, adopted: Mapping[str, UUID]) -> None:
    """Write the versions and flows of a reform; some ten statements, however large it is."""
    day = reform.effective
    afters = [*drafted.changed, *drafted.founded]
    ids = _found(drafted.founded, reform, adopted)
    ids |= {a.code: a.place_id for a in drafted.changed if a.place_id}
    wanted = {a.parent for a in afters} | {target for _, target, _ in drafted.flows}
    ids |= {
        u.code: u.place_id for u in units_on(day, reform.country) if u.code in wanted - set(ids)
    }
    ending = [*drafted.ended, *(a.place_id for a in drafted.changed if a.place_id)]
    known_as = dict(Place.objects.filter(pk__in=ids.values()).values_list("id", "name"))
    # Founded and ended again by reforms of one day: it never was.
    Version.objects.filter(place_id__in=ending, during__startswith=day).delete()
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"day": day, "ids": ending})
    Version.objects.bulk_create(
        [
            Version(
                place_id=ids[after.code],
                during=(day, None),
                country=reform.country,
                code=_kept(after.code),
                kind=after.kind,
                name=_in_all_languages(after.name, known_as.get(ids[after.code], Text())),
                parent_id=ids[after.parent] if after.parent else None,
            )
            for after in afters
        ],
        batch_size=_BATCH,
    )
    for after in drafted.respelled:
        assert after.place_id
        in_force = Version.objects.filter(place_id=after.place_id, during__contains=day)
        in_force.update(name=after.name)
    older = set(
        Version.objects.filter(place_id__in=[source for source, _, _ in drafted.flows])
        .filter(Q(during__startswith=None) | Q(during__startswith__lt=day))
        .values_list("place_id", flat=True)
    )
    Flow.objects.bulk_create(
        [
            Flow(
                reform=reform,
                on=day,
                source_id=source,
                target_id=ids[target],
                share=None if share is None else Decimal(share.numerator) / share.denominator,
            )
            for source, target, share in drafted.flows
            # What was founded by another reform of this day does not flow into itself.
            if source in older
        ],
        batch_size=_BATCH,
        # A region that goes on as itself may be said to by two reforms of one day.
        ignore_conflicts=True,
    )


def _in_all_languages(name: Text, known: Text) -> Text:
    """A name with the words of other languages, where it is what the region is called already."""
    same = all(known.get(tag) == words for tag, words in name.items())
    return Text(known | name) if same else name


def _kept(code: str) -> str:
    """The code as stored: one that only names a region without a code is none."""
    return "" if code.startswith("#") else code


def _found(
    founded: Iterable[After], reform: Reform, adopted: Mapping[str, UUID]
) -> dict[str, UUID]:
    """New regions, not yet in force; keys from their codes."""
    founded = [after for after in founded if after.code not in adopted]
    base = {a.code: slugify(f"{reform.country}-{a.code}") for a in founded}
    taken = set(Place.objects.filter(key__in=base.values()).values_list("key", flat=True))
    year = f"{reform.effective:%Y%m%d}"
    made = {}
    for after in founded:
        key = base[after.code]
        key = f"{key}-{year}" if key in taken else key
        made[after.code] = Place(
            key=key, path=key, code=_kept(after.code), kind=after.kind, name=after.name,
            ended_at=timezone.now(),
        )  # fmt: skip
    Place.objects.bulk_create(made.values(), batch_size=_BATCH)
    return {code: place.id for code, place in made.items()} | dict(adopted)


@transaction.atomic
def take_effect(*, at: datetime) -> int:
    """Make the regions of today be as their versions say, and tell of reforms newly in force.

    Every night, and after a reform; with nothing due it changes nothing.

    Returns:
        How many reforms came into force.
    """
    hold_places()
    today = timezone.localdate(at)
    with connection.cursor() as cursor:
        cursor.execute(_PROJECT, {"today": today})
        cursor.execute(_END, {"today": today, "now": at})
        cursor.execute(_PATHS)
    due = Reform.objects.filter(
        state=ReformState.APPLIED, in_force_at=None, effective__lte=today
    ).order_by("effective", "key")
    ids = list(due.values_list("id", flat=True))
    Reform.objects.filter(pk__in=ids).update(in_force_at=at)
    outbox.publish(*(PlacesReformed(pk) for pk in ids))
    return len(ids)
