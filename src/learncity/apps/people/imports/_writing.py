"""What rows change, and writing it: one statement a table, whatever the number of rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from learncity.apps.people.identifiers import about_of
from learncity.apps.people.list_rows import Candidate, Stated
from learncity.apps.people.models import (
    Account,
    Identifier,
    Listed,
    Membership,
    Person,
    PersonKey,
)
from learncity.apps.people.queries import kept_of, signs_of
from learncity.apps.people.rules import tail_of
from learncity.apps.people.services import settle
from learncity.apps.people.types import DuplicateBy, IdentifierKind
from learncity.kernel import sealing
from learncity.kernel.acting import By
from learncity.kernel.ids import uuid7

from ._staging import Met, copy_into

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Target:
    """For which list, by whom, when, and in which language people are written to."""

    list_id: UUID
    by: By
    at: datetime
    language: str


@dataclass(slots=True)
class Change:
    """What a row changes of a person who is there."""

    has_fields: bool = False
    has_home: bool = False
    groups: list[UUID] = field(default_factory=list)
    numbers: list[Stated] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        """Whether it changes anything."""
        return self.has_fields or self.has_home or bool(self.groups or self.numbers)


@dataclass(slots=True)
class There:
    """What is there of the people whom some rows are about; each stands for all records of theirs.

    Attributes:
        held: hashes of their living numbers.
        ended: hashes of those that are theirs no more.
        nations: who has a living national ID, and of which country.
        sign_in: who signs in.
        made: whom the list may change and give addresses: it made every record of theirs, and none
            of them signs in.
    """

    people: dict[UUID, Person] = field(default_factory=dict)
    members: dict[UUID, set[UUID]] = field(default_factory=dict)
    held: dict[UUID, set[bytes]] = field(default_factory=dict)
    ended: dict[UUID, set[bytes]] = field(default_factory=dict)
    nations: set[tuple[UUID, str]] = field(default_factory=set)
    sign_in: set[UUID] = field(default_factory=set)
    made: set[UUID] = field(default_factory=set)


_LOCK = "SELECT id FROM people_person WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


def look(others: Sequence[Candidate], list_id: UUID) -> There:
    """What is there of those whom rows are about; seven queries."""
    ids = [c.person_id for c in others if c.person_id]
    if not ids:
        return There()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [ids])
    # Whatever belongs to a record that was merged into theirs is theirs.
    kept = kept_of(ids)
    there = There({p.id: p for p in Person.objects.filter(pk__in=ids)})
    rows = Membership.objects.filter(person_id__in=kept, until=None)
    for pk, group_id in rows.values_list("person_id", "group_id"):
        there.members.setdefault(kept[pk], set()).add(group_id)
    numbers = Identifier.objects.filter(person_id__in=kept)
    for pk, kind, issuer, claim, ended_at in numbers.values_list(
        "person_id", "kind", "issuer", "claim", "ended_at"
    ):
        into = there.ended if ended_at else there.held
        into.setdefault(kept[pk], set()).add(bytes(claim or b""))
        if kind == IdentifierKind.NATIONAL_ID and not ended_at:
            there.nations.add((kept[pk], issuer))
    signing = Account.objects.filter(person_id__in=kept).exclude(verified_at=None)
    there.sign_in = {kept[pk] for pk in signing.values_list("person_id", flat=True)}
    ours = Listed.objects.filter(people_list_id=list_id, is_maker=True, person_id__in=kept)
    made = set(ours.values_list("person_id", flat=True))
    # Whoever proves an address gets every record there is of the person.
    others_made = {root for pk, root in kept.items() if pk not in made}
    there.made = set(ids) - others_made - there.sign_in
    return there


def refuse_second_nations(others: Sequence[Candidate], there: There) -> None:
    """Note the rows that bring a second living national ID of a country as mistakes."""
    for one in others:
        assert one.person_id is not None
        for stated in _new_of(one, one.numbers, there):
            is_nation = stated.number.kind == IdentifierKind.NATIONAL_ID
            if is_nation and (one.person_id, stated.number.issuer) in there.nations:
                one.cells.wrong(
                    "national_id",
                    _("the person has another living number of this country; "
                      "end that one at the city office first"),
                )  # fmt: skip


def _new_of(one: Candidate, numbers: Iterable[Stated], there: There) -> list[Stated]:
    mine = there.held.get(one.person_id, set()) if one.person_id else set()
    return [stated for stated in numbers if mine.isdisjoint(stated.claims)]


def shared_addresses(good: Sequence[Candidate], met: Met, there: There) -> list[Pair]:
    """Take from rows the phones and e-mail addresses they may not bring; who shares with whom.

    Somebody else has it, or got it from a row before; or the list may not give it to the person.
    Only a row that keeps its address stands in the way of those after it.
    """
    pairs: list[Pair] = []
    first: dict[bytes, UUID] = {}
    for one in good:
        me = one.person_id or one.id
        holders = met.reached.get(one.row, {})
        left = []
        for stated in () if one.is_known else one.addresses:
            held = {holders[c] for c in stated.claims if c in holders}
            held |= met.accounts.get((one.row, stated.number.value), set())
            if stated.claims[0] in first:
                held.add(first[stated.claims[0]])
            others = held - {me}
            pairs += [(me, other) for other in others]
            if others:
                continue
            if why := _why_not(one, stated, there):
                one.cells.note(stated.number.kind.lower(), why)
            elif _new_of(one, [stated], there):
                first[stated.claims[0]] = me
                left.append(stated)
        one.addresses = left
    return pairs


def _why_not(one: Candidate, stated: Stated, there: There) -> str:
    """Why the list may not give this address to the person; empty when it may, or they have it."""
    if one.person_id is None or not _new_of(one, [stated], there):
        return ""
    if one.person_id not in there.made:
        return _("not taken: the person was there before this list, or signs in already; add it at "
                 "the desk when they ask for it")  # fmt: skip
    if not there.ended.get(one.person_id, set()).isdisjoint(stated.claims):
        # It may be somebody else's by now, who would get the record by proving it.
        return _("not taken: the desk ended it as no longer theirs; add it there when it is again")
    return ""


def changes_of(others: Sequence[Candidate], there: There) -> Mapping[int, Change]:
    """What each row changes of the person it is about; what it may not is noted."""
    found = {}
    for one in others:
        assert one.person_id is not None
        person = there.people[one.person_id]
        if person.id not in there.made:
            _keep_fields(one, person, signs_in=person.id in there.sign_in)
        found[one.row] = Change(
            has_fields=_merge_fields(one, person),
            has_home=one.home_id is not None and one.home_id != person.home_id,
            groups=[g for g in one.group_ids if g not in there.members.get(person.id, ())],
            numbers=_new_of(one, (*one.numbers, *one.addresses), there),
        )
    return found


def _keep_fields(one: Candidate, person: Person, *, signs_in: bool) -> None:
    """Take from the row only what nobody said yet of somebody the list may not change."""
    said = {name: getattr(one, name) for name in ("name", "born", "language", "hometown")}
    there: dict[str, Any] = {name: getattr(person, name) for name in said}
    said["home"], there["home"] = one.home_id, person.home_id
    for column, value in said.items():
        if not value or not there[column] or value == there[column]:
            continue
        setattr(one, "home_id" if column == "home" else column, there[column])
        if column == "name" and value.casefold() == person.name.casefold():
            # Many lists write names in capitals.
            continue
        one.cells.note(
            "family_name" if column == "name" and not one.cells.has("name") else column,
            _("not taken: the person signs in and says this themselves; compare the two at the "
              "desk") if signs_in else
            _("not taken: the person was there before this list, with something else; compare the "
              "two at the desk"),
        )  # fmt: skip
    if one.name == person.name:
        one.name_order, one.name_words = bytes(person.name_order), person.name_words


def _merge_fields(one: Candidate, person: Person) -> bool:
    """Fill what the row does not say with what is there; whether it says anything else."""
    is_changed = False
    for name in ("name", "born", "language", "hometown"):
        said, there = (getattr(of, name) for of in (one, person))  # four fields of both
        if not said:
            setattr(one, name, there)
        elif said != there:
            is_changed = True
    return is_changed


_UPDATE = """
UPDATE people_person p SET name = w.name, name_order = w.name_order, name_words = w.name_words,
  born = w.born, language = w.language, hometown = w.hometown
FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::text[], %s::int[], %s::text[], %s::text[])
  AS w(id, name, name_order, name_words, born, language, hometown)
WHERE p.id = w.id
"""
_LIST = """
INSERT INTO people_listed (id, people_list_id, claim, said, person_id, is_maker, at, by_id, via)
SELECT w.id, %s, w.claim, w.said, w.person_id, w.is_maker, %s, %s::uuid, %s
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::uuid[], %s::bool[])
  w(id, claim, said, person_id, is_maker)
ON CONFLICT ON CONSTRAINT people_listed_once
DO UPDATE SET said = excluded.said, at = excluded.at, by_id = excluded.by_id, via = excluded.via
"""
_ALIKE = """
INSERT INTO people_resemblance (id, person_id, other_id, by, people_list_id, at)
SELECT w.id, w.person_id, w.other_id, w.by, %s, %s
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[]) w(id, person_id, other_id, by)
WHERE NOT EXISTS (SELECT FROM people_resemblance r
  WHERE r.person_id = w.other_id AND r.other_id = w.person_id)
AND people_root(w.person_id) <> people_root(w.other_id)
ON CONFLICT ON CONSTRAINT people_resemblance_once DO NOTHING
"""


def write(
    news: Sequence[Candidate],
    others: Sequence[Candidate],
    changes: Mapping[int, Change],
    to: Target,
) -> None:
    """Make the new people and what is new of the others."""
    if news:
        _make(news, to)
    changed = [c for c in others if changes[c.row].has_fields]
    if changed:
        with connection.cursor() as cursor:
            columns = ("person_id", "name", "name_order", "name_words", "born", "language",
                       "hometown")  # fmt: skip
            cursor.execute(_UPDATE, [[getattr(c, name) for c in changed] for name in columns])
    settle(
        {c.person_id: c.home_id for c in others if c.person_id and changes[c.row].has_home},
        by=to.by,
        at=to.at,
    )
    numbers = [(c, s) for c in news for s in (*c.numbers, *c.addresses)]
    _seal_new(numbers, to)
    _seal_more([(c, s) for c in others for s in changes[c.row].numbers], to)
    _join([(c.id, g) for c in news for g in dict.fromkeys(c.group_ids)]
          + [(c.person_id, g) for c in others for g in dict.fromkeys(changes[c.row].groups)
             if c.person_id], to)  # fmt: skip
    both = (*news, *others)
    with connection.cursor() as cursor:
        cursor.execute(
            _LIST,
            [to.list_id, to.at, to.by.person_id, to.by.via,
             [uuid7() for _ in both], [c.claim for c in both], [c.said for c in both],
             [c.person_id or c.id for c in both], [c.person_id is None for c in both]],
        )  # fmt: skip


def _make(news: Sequence[Candidate], to: Target) -> None:
    """New people, each where they live from now on: their first residence begins with them."""
    copy_into(
        "people_person",
        {"id": "uuid", "name": "text", "name_order": "bytea", "name_words": "text",
         "language": "text", "home_id": "uuid", "hometown": "text", "born": "int2"},
        (
            (c.id, c.name, c.name_order, c.name_words, c.language or to.language, c.home_id,
             c.hometown, c.born)
            for c in news
        ),
    )  # fmt: skip
    copy_into(
        "people_residence",
        {"id": "uuid", "person_id": "uuid", "place_id": "uuid", "since": "timestamptz",
         "stated_by_id": "uuid", "stated_via": "text"},
        (
            (uuid7(), c.id, c.home_id, to.at, to.by.person_id, to.by.via)
            for c in news
            if c.home_id
        ),
    )  # fmt: skip


def _seal_new(numbers: Sequence[tuple[Candidate, Stated]], to: Target) -> None:
    """Numbers of people who were not there, each with a key of its person."""
    keys = {c.id: sealing.new_key(owner=str(c.id)) for c, _ in numbers}
    _put_keys(keys)
    _put_numbers([(c.id, s) for c, s in numbers], keys, to)


def _seal_more(numbers: Sequence[tuple[Candidate, Stated]], to: Target) -> None:
    """Further numbers of people who were there; whoever has no key gets one."""
    if not numbers:
        return
    ids = {c.person_id for c, _ in numbers if c.person_id}
    keys = {k.person_id: k.as_wrapped() for k in PersonKey.objects.filter(person_id__in=ids)}
    new = {pk: sealing.new_key(owner=str(pk)) for pk in ids - set(keys)}
    _put_keys(new)
    keys |= new
    _put_numbers([(c.person_id, s) for c, s in numbers if c.person_id], keys, to)


def _put_keys(keys: Mapping[UUID, sealing.Wrapped]) -> None:
    columns = {"person_id": "uuid", "key_id": "text", "box": "bytea"}
    copy_into("people_personkey", columns, ((pk, k.key_id, k.box) for pk, k in keys.items()))


def _put_numbers(
    numbers: Sequence[tuple[UUID, Stated]], keys: Mapping[UUID, sealing.Wrapped], to: Target
) -> None:
    current = sealing.current_key_id()

    def lines() -> Iterable[Sequence[Any]]:
        # Of one person together, so that their key is unwrapped once.
        for person_id, group in groupby(numbers, key=itemgetter(0)):
            new = {uuid7(): stated for _, stated in group}
            boxes = sealing.seal_all(
                {about_of(pk): stated.number.value for pk, stated in new.items()},
                key=keys[person_id],
                owner=str(person_id),
            )
            claiming: dict[bytes, UUID] = {}
            for (pk, stated), box in zip(new.items(), boxes, strict=True):
                number = stated.number
                # On a second card of theirs it is the same number.
                first = claiming.setdefault(stated.claims[0], pk)
                claim, same_as = (stated.claims[0], None) if first == pk else (None, first)
                yield (
                    pk, person_id, number.kind, number.issuer, box, claim, same_as,
                    signs_of(number.value)[0], current, tail_of(number), to.at, to.by.person_id,
                    to.by.via,
                )  # fmt: skip

    copy_into(
        "people_identifier",
        {"id": "uuid", "person_id": "uuid", "kind": "text", "issuer": "text", "sealed": "bytea",
         "claim": "bytea", "same_as_id": "uuid", "signs": "bytea", "key_id": "text", "tail": "text",
         "added_at": "timestamptz", "added_by_id": "uuid", "added_via": "text"},
        lines(),
    )  # fmt: skip


def _join(pairs: Sequence[tuple[UUID, UUID]], to: Target) -> None:
    since = timezone.localdate(to.at)
    copy_into(
        "people_membership",
        {"id": "uuid", "person_id": "uuid", "group_id": "uuid", "since": "date",
         "stated_by_id": "uuid", "stated_via": "text"},
        ((uuid7(), person, group, since, to.by.person_id, to.by.via) for person, group in pairs),
    )  # fmt: skip


def note_alike(shared: Sequence[Pair], named: Sequence[Pair], to: Target) -> None:
    """Note for the office who may be one person; the same two once."""
    pairs = dict.fromkeys(named, DuplicateBy.NAME)
    pairs |= dict.fromkeys(shared, DuplicateBy.NUMBER)
    once = {pair: by for pair, by in pairs.items() if (pair[1], pair[0]) not in pairs or
            pair[0] > pair[1]}  # fmt: skip
    if once:
        with connection.cursor() as cursor:
            cursor.execute(
                _ALIKE,
                [to.list_id, to.at, [uuid7() for _ in once], [a for a, _ in once],
                 [b for _, b in once], [by.value for by in once.values()]],
            )  # fmt: skip
