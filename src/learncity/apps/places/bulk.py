"""Stating a whole country at once, and reforms that come as lists: what imports write with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from learncity.kernel.acting import By
from learncity.kernel.texts import Text
from learncity.kernel.words import is_respelled

from . import services
from .models import Place, Reform, Version
from .types import Line, PlaceKind, ReformState

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Base:
    """A region as the first list of a country has it; ``parent`` is a code, empty at the top."""

    code: str
    kind: PlaceKind
    name: Text
    parent: str
    # A region that is known already, under the code it has today.
    place_id: UUID | None = None
    # Under which key to make it known; by its code when empty.
    key: str = ""
    # A region above it that has no code in this list.
    parent_id: UUID | None = None


@transaction.atomic
def state_base(country: str, bases: Sequence[Base], *, on: date) -> frozenset[str]:
    """Make regions known that were there on a day, since nobody knows when; the new ones' codes.

    One whose code was in force on that day is the same region: another spelling of its name is
    corrected, and anything else about it is left alone.
    """
    services.hold_places()
    codes = [base.code for base in bases]
    rows = Version.objects.filter(country=country, code__in=codes)
    known = {v.code: v for v in rows.filter(during__contains=on)}
    _correct(bases, known)
    begun = rows.filter(during__startswith__gt=on).order_by("-during").values_list("code", "during")
    later = {code: during.lower for code, during in begun}
    fresh = [base for base in bases if base.code not in known]
    keys = _keys(country, [base.code for base in fresh])
    keys |= {base.code: base.key for base in fresh if base.key}
    made = {
        b.code: Place(key=keys[b.code], path=keys[b.code], code=b.code, kind=b.kind, name=b.name)
        for b in fresh
        if b.place_id is None
    }
    ids = {code: version.place_id for code, version in known.items()}
    ids |= {base.code: base.place_id or made[base.code].id for base in fresh}
    for base in fresh:
        if base.code in made:
            made[base.code].parent_id = ids[base.parent] if base.parent else base.parent_id
    # A parent in the same statement is there when its keys are checked, at its end.
    Place.objects.bulk_create(made.values(), batch_size=_BATCH)
    Version.objects.bulk_create(
        [
            Version(
                place_id=ids[base.code],
                during=(None, later.get(base.code)),
                country=country,
                code=base.code,
                kind=base.kind,
                name=base.name,
                parent_id=ids[base.parent] if base.parent else base.parent_id,
            )
            for base in fresh
        ],
        batch_size=_BATCH,
    )
    return frozenset(base.code for base in fresh)


def _correct(bases: Sequence[Base], known: Mapping[str, Version]) -> None:
    changed = []
    for base in bases:
        version = known.get(base.code)
        if version is None:
            continue
        better = {
            tag: words
            for tag, words in base.name.items()
            if version.name.get(tag, words) != words and is_respelled(version.name[tag], words)
        }
        if better:
            version.name = Text(version.name | better)
            changed.append(version)
    Version.objects.bulk_update(changed, ["name"], batch_size=_BATCH)


def _keys(country: str, codes: Sequence[str]) -> dict[str, str]:
    base = {code: slugify(f"{country}-{code}") for code in codes}
    taken = set(Place.objects.filter(key__in=base.values()).values_list("key", flat=True))
    return {code: f"{key}-old" if key in taken else key for code, key in base.items()}


def stated_codes(country: str, *, made_by: str) -> frozenset[str]:
    """The codes of which an applied reform speaks, but for those whose key begins so; one query."""
    applied = Reform.objects.filter(country=country, state=ReformState.APPLIED)
    others = applied.exclude(key__startswith=made_by).values_list("lines", flat=True)
    return frozenset(
        code for lines in others for said in lines for code in (said["source"], said["target"])
    )


@transaction.atomic
def release(country: str, codes: Collection[str]) -> dict[str, UUID]:
    """Take back the versions of regions of which nobody said since when they are what they are.

    Args:
        codes: of regions whose history the caller will state.

    Returns:
        Their ids by code, to be given to ``state_base`` and ``reform_at_once``.
    """
    services.hold_places()
    rows = Version.objects.filter(
        country=country, code__in=codes, during__startswith=None, during__endswith=None
    )
    found = dict(rows.values_list("code", "place_id"))
    rows.delete()
    return found


@transaction.atomic
def reform_at_once(
    *,
    key: str,
    title: Mapping[str, str],
    country: str,
    effective: date,
    lines: Collection[Line],
    by: By,
    at: datetime,
    act: str = "",
    adopted: Mapping[str, UUID] | None = None,
) -> frozenset[int]:
    """Draft and apply what of these lines has not been applied yet; the caller redraws.

    Lines that were left out the first time and come later are a reform of their own, of the same
    day.

    Args:
        adopted: regions that exist and begin with this reform, by code.

    Returns:
        The numbers of the lines that were applied.

    Raises:
        ReformRefused: they do not fit; ``args`` are the problems.
    """
    services.hold_places()
    applied = Reform.objects.filter(
        country=country, effective=effective, state=ReformState.APPLIED
    ).values_list("lines", flat=True)
    done = {(said["source"], said["target"]) for reform in applied for said in reform}
    fresh = [line for line in lines if (line.source, line.target) not in done]
    if not fresh:
        return frozenset()
    taken = Reform.objects.filter(key__startswith=key, state=ReformState.APPLIED).count()
    key = f"{key}-{taken + 1}" if taken else key
    services.draft_reform(
        key=key, title=title, act=act, country=country, effective=effective, lines=fresh, by=by
    )
    services.apply_reform(key=key, by=by, at=at, adopted=adopted or {}, redrawn=False)
    return frozenset(line.number for line in fresh)


def eve(day: date) -> date:
    """The day before."""
    return day - timedelta(days=1)
