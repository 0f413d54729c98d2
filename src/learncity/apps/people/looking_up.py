"""The office looks for people: by name in three scripts, by phone, by number. Through queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from learncity.kernel import sealing
from learncity.kernel.pinyin import cuts, spelt
from learncity.kernel.words import query_tokens

from .models import Account, Identifier
from .rules import forms_of, masked, parse_address
from .types import BadAddress, Duplicate, DuplicateBy, Duplicates, IdentifierValue, PersonCard

SIGNS = "signs"
# With so many digits it is a number alone; with fewer, as on a card of a union, also a name.
SHORTEST_NUMBER = 5

_ALONE = "NOT EXISTS (SELECT FROM people_merge m WHERE m.other_id = {0}.id AND m.ended_at IS NULL)"
_MATCH = "array_to_tsvector(string_to_array({0}.name_words, ' ')) @@ %s::tsquery"
_CARDS = "SELECT p.id, p.name, p.born, p.home_id, p.hometown FROM people_person p WHERE "
_PART = """
 AND (%s::uuid IS NULL OR (p.name_order, p.id) >
      (SELECT a.name_order, a.id FROM people_person a WHERE a.id = %s))
ORDER BY p.name_order, p.id LIMIT %s
"""
_EVERYBODY = f"p.name <> '' AND p.ended_at IS NULL AND {_ALONE.format('p')}"
# A record that was merged into another is found by its own name too.
_NAMED = f"""p.ended_at IS NULL AND p.id IN (
  SELECT o.id FROM people_person o WHERE {_MATCH.format("o")} AND {_ALONE.format("o")}
  UNION
  SELECT people_root(g.other_id) FROM people_merge g JOIN people_person o ON o.id = g.other_id
  WHERE g.ended_at IS NULL AND {_MATCH.format("o")}
)"""  # noqa: S608 - our own constants
_NUMBERED = """
SELECT people_root(i.person_id) FROM people_identifier i WHERE i.signs = ANY(%s)
UNION
SELECT people_root(a.person_id) FROM people_account a
WHERE (a.phone = %s OR lower(a.email) = %s) AND a.verified_at IS NOT NULL
"""
_DUPLICATES = """
WITH mine AS (SELECT people_all_ids(%s) AS id)
SELECT people_root(o.person_id), 'NUMBER' FROM people_identifier i
CROSS JOIN LATERAL (
  -- Living and ended: each has an index of its own.
  SELECT l.person_id FROM people_identifier l WHERE l.claim = i.claim AND l.ended_at IS NULL
  UNION ALL
  SELECT e.person_id FROM people_identifier e WHERE e.claim = i.claim AND e.ended_at IS NOT NULL
) o
WHERE i.person_id IN (SELECT id FROM mine) AND o.person_id NOT IN (SELECT id FROM mine)
UNION
SELECT people_root(o.id), 'NAME' FROM people_person p
JOIN people_person o ON md5(o.name_words) = md5(p.name_words) AND o.born = p.born
AND o.name_words = p.name_words
WHERE p.id IN (SELECT id FROM mine) AND p.name_words <> ''
AND o.id NOT IN (SELECT id FROM mine) AND o.ended_at IS NULL
UNION
SELECT people_root(r.other_id), r.by FROM people_resemblance r
WHERE r.person_id IN (SELECT id FROM mine) AND r.other_id NOT IN (SELECT id FROM mine)
UNION
SELECT people_root(r.person_id), r.by FROM people_resemblance r
WHERE r.other_id IN (SELECT id FROM mine) AND r.person_id NOT IN (SELECT id FROM mine)
LIMIT 50
"""


def find_people(
    text: str,
    *,
    region: str,
    invented: bool,
    after: UUID | None = None,
    limit: int = 50,
    home_ids: Collection[UUID] | None = None,
) -> list[PersonCard]:
    """People by name, or exactly by phone, e-mail or number of identity; in order of names.

    Merged records are one. Four queries, one more for a number. Nothing to search for is everybody.
    A number is found whoever gave it out.

    Args:
        text: a name or part of one, in signs, letters without their marks, or pinyin; or a number.
        region, invented: how a phone number is read, as by ``rules.parse_address``.
        after: the last person of the part before.
        home_ids: only who lives in one of these regions.
    """
    text = text.strip()[:120]
    tokens = query_tokens(text)[:12]
    values: list[Any] = []
    digits = sum(c.isdigit() for c in text)
    if "@" in text or digits >= SHORTEST_NUMBER:
        where, values = "p.id = ANY(%s)", [_holders(text, region, invented)]
    elif tokens:
        query = " & ".join(_asked(token) for token in tokens)
        where, values = _NAMED, [query, query]
        if digits:
            where = f"(({where}) OR p.id = ANY(%s))"
            values.append(_holders(text, region, invented))
    elif text:
        return []
    else:
        where = _EVERYBODY
    if home_ids is not None:
        where, values = f"{where} AND p.home_id = ANY(%s)", [*values, list(home_ids)]
    with connection.cursor() as cursor:
        cursor.execute(f"{_CARDS}{where}{_PART}", [*values, after, after, limit])
        return _cards(cursor.fetchall())


def _asked(token: str) -> str:
    """How an index of names is asked for one word: as it is, or by the syllables of its pinyin."""
    ways = [f"'{token}':*"]
    for *first, last in cuts(token):
        if not first and spelt(last) == (token,):
            continue
        # Whole syllables, the last one as far as it is typed.
        parts = [_either(spelt(syllable), "") for syllable in first]
        parts.append(_either(spelt(last), ":*"))
        ways.append(f"({' & '.join(parts)})")
    return f"({' | '.join(ways)})"


def _either(syllables: Sequence[str], ending: str) -> str:
    return f"({' | '.join(repr(one) + ending for one in syllables)})"


def _holders(text: str, region: str, invented: bool) -> list[UUID]:
    """Who holds, or held, a number in any of its forms, or signs in with it; one query."""
    forms = forms_of(text)
    try:
        address = parse_address(text, region=region, invented=invented)
    except BadAddress:
        phone, email = None, None
    else:
        phone, email = address.phone, address.email
    signs = [d for form in {*forms, *filter(None, (phone, email))} for d in signs_of(form)]
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED, [signs, phone, email])
        return [row[0] for row in cursor.fetchall()]


def signs_of(value: str) -> list[bytes]:
    """Keyed hashes of the signs of a number, by the keys of the installation, that of now first."""
    return sealing.digests(value, about=SIGNS)


def cards(ids: Collection[UUID]) -> Mapping[UUID, PersonCard]:
    """The cards of these records, each with everybody merged into it; four queries."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_CARDS} p.id = ANY(%s) ORDER BY p.name_order, p.id", [list(ids)])
        return {card.id: card for card in _cards(cursor.fetchall())}


def _cards(rows: Sequence[tuple[Any, ...]]) -> list[PersonCard]:
    kept = kept_of([row[0] for row in rows])
    living = Account.objects.filter(person__in=kept, is_active=True).exclude(verified_at=None)
    accounts = _bykept_of(living.order_by("person_id"), kept)
    held = Identifier.objects.filter(person__in=kept, ended_at=None)
    numbers = _bykept_of(held.order_by("added_at", "id"), kept)
    found = []
    for pk, name, born, home_id, hometown in rows:
        mine = sorted(accounts.get(pk, ()), key=lambda a: a.person_id != pk)
        reach = (mine[0].phone or mine[0].email or "") if mine else ""
        shown: tuple[IdentifierValue, ...] = tuple(i.as_value() for i in numbers.get(pk, ()))
        found.append(
            PersonCard(pk, name, born, home_id, hometown, masked(reach), bool(mine), shown)
        )
    return found


def kept_of(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """By record, which of ``ids`` it is part of; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m, p.id FROM unnest(%s::uuid[]) AS p(id) CROSS JOIN people_all_ids(p.id) m",
            [list(ids)],
        )
        return dict(cursor.fetchall())


def _bykept_of(rows: Iterable[Any], kept: Mapping[UUID, UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(kept[row.person_id], []).append(row)
    return found


def possible_duplicates(person_id: UUID, *, home_ids: Collection[UUID] | None = None) -> Duplicates:
    """Records that may be the same person, and why: a number, or name and year of birth.

    Five queries, at most fifty records.

    Args:
        home_ids: only who lives in one of these regions; the others are counted and not named.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUPLICATES, [person_id])
        why = sorted(cursor.fetchall(), key=lambda row: row[1])
    by = {pk: DuplicateBy(reason) for pk, reason in why}
    found = [Duplicate(card, by[pk]) for pk, card in cards(by).items()]
    shown = [d for d in found if home_ids is None or d.card.home_id in home_ids]
    return Duplicates(tuple(shown), len(found) - len(shown))
