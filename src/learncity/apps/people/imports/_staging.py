"""Some rows laid beside the tables: which row is whom, and what else the database knows of it.

Rows are copied into temporary tables and met with everything in one statement each. A number
itself is never copied, only its hashes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from learncity.apps.people.list_rows import Candidate

_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS people_in_row (
  n int NOT NULL, claim bytea NOT NULL, id uuid NOT NULL, person_id uuid,
  name_words text NOT NULL, born int, country text NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS people_in_number (
  n int NOT NULL, claim bytea NOT NULL, is_address bool NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS people_in_seen (claim bytea PRIMARY KEY, n int NOT NULL);
DELETE FROM people_in_seen;
"""
_ROOT = """
CASE WHEN EXISTS (SELECT FROM people_merge m WHERE m.other_id = {0} AND m.ended_at IS NULL)
THEN people_root({0}) ELSE {0} END
"""
# Of two rows of a file that say they are the same, the earlier one is read.
_SEE = """
WITH here AS (
  SELECT claim, min(n) AS n FROM (
    SELECT claim, n FROM people_in_row UNION ALL
    SELECT claim, n FROM people_in_number WHERE NOT is_address
  ) every GROUP BY claim
)
INSERT INTO people_in_seen SELECT claim, n FROM here ON CONFLICT DO NOTHING
"""
_SEEN = """
SELECT r.n, min(s.n) FROM (
  SELECT claim, n FROM people_in_row UNION ALL
  SELECT claim, n FROM people_in_number WHERE NOT is_address
) r JOIN people_in_seen s ON s.claim = r.claim AND s.n < r.n GROUP BY r.n
"""
_LISTED = f"""
SELECT r.n, {_ROOT.format("l.person_id")}, l.said FROM people_in_row r
JOIN people_listed l ON l.people_list_id = %s AND l.claim = r.claim
"""  # noqa: S608 - our own constants
# By an array, so that the planner does not think of reading every number.
_HELD = f"""
WITH held AS MATERIALIZED (
  SELECT person_id, claim, added_by_id IS NOT DISTINCT FROM person_id AS is_own
  FROM people_identifier
  WHERE claim = ANY(ARRAY(SELECT DISTINCT claim FROM people_in_number)) AND ended_at IS NULL
)
SELECT c.n, {_ROOT.format("h.person_id")}, c.is_address, h.claim, h.is_own
FROM people_in_number c JOIN held h ON h.claim = c.claim
"""  # noqa: S608
_REACHED = f"""
SELECT w.n, w.at, {_ROOT.format("a.person_id")} FROM unnest(%s::int[], %s::text[]) w(n, at)
JOIN people_account a ON a.phone = w.at WHERE a.verified_at IS NOT NULL
UNION ALL
SELECT w.n, w.at, {_ROOT.format("a.person_id")} FROM unnest(%s::int[], %s::text[]) w(n, at)
JOIN people_account a ON lower(a.email) = w.at WHERE a.verified_at IS NOT NULL
"""  # noqa: S608
# Two who each have a national ID of the same country are two people.
_NAMED = """
WITH alike AS MATERIALIZED (
  SELECT r.id, r.country, p.id AS other FROM people_in_row r CROSS JOIN LATERAL (
    SELECT p.id FROM people_person p
    WHERE md5(p.name_words) = md5(r.name_words) AND p.born = r.born
    AND p.name_words = r.name_words AND p.id <> r.id AND p.ended_at IS NULL
    -- Row by row over the index; joined, the planner would read every person for every batch.
    OFFSET 0
  ) p
  WHERE r.n = ANY(%s) AND r.born IS NOT NULL AND r.name_words <> ''
), held AS MATERIALIZED (
  SELECT person_id, issuer FROM people_identifier
  WHERE person_id = ANY(ARRAY(SELECT DISTINCT other FROM alike))
  AND kind = 'NATIONAL_ID' AND ended_at IS NULL
)
SELECT DISTINCT ON (a.id) a.id, a.other FROM alike a
LEFT JOIN held h ON h.person_id = a.other AND h.issuer = a.country
WHERE h.person_id IS NULL
ORDER BY a.id, a.other
"""


@dataclass(slots=True)
class Met:
    """What the database knows of some rows, by their number.

    Attributes:
        twice: rows that an earlier row of the file says already, and which.
        listed: whom the list had, and the hash of what it said then.
        holders: who holds the row's numbers of identity, by their hash.
        vouched: of them those of whom an office said so, and not only they themselves.
        reached, accounts: who has the row's phone or e-mail address; by hash, or who signs in so.
    """

    twice: dict[int, int] = field(default_factory=dict)
    listed: dict[int, tuple[UUID, bytes]] = field(default_factory=dict)
    holders: dict[int, dict[bytes, UUID]] = field(default_factory=dict)
    vouched: dict[int, set[UUID]] = field(default_factory=dict)
    reached: dict[int, dict[bytes, UUID]] = field(default_factory=dict)
    accounts: dict[tuple[int, str], set[UUID]] = field(default_factory=dict)


def prepare() -> None:
    """Make the temporary tables of this connection, empty; before the first rows of a file."""
    with connection.cursor() as cursor:
        for statement in _TABLES.split(";\n"):
            if statement.strip():
                cursor.execute(statement)


def copy_into(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Copy rows into a table, in the database's own form; ``columns`` by name to type."""
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        # Names of our own tables and columns; values are copied.
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def meet(candidates: Sequence[Candidate], list_id: UUID) -> Met:
    """Lay rows beside the tables: eight statements and two copies, however many rows."""
    with connection.cursor() as cursor:
        # Of a batch before, where several are one transaction.
        cursor.execute("TRUNCATE people_in_row, people_in_number")
    copy_into(
        "people_in_row",
        {"n": "int4", "claim": "bytea", "id": "uuid", "name_words": "text", "born": "int4",
         "country": "text"},
        (
            (c.row, c.claim, c.id, c.name_words, c.born, _country(c))
            for c in candidates
        ),
    )  # fmt: skip
    copy_into(
        "people_in_number",
        {"n": "int4", "claim": "bytea", "is_address": "bool"},
        (
            (c.row, claim, is_address)
            for c in candidates
            for is_address, stated in ((False, c.numbers), (True, c.addresses))
            for one in stated
            for claim in one.claims
        ),
    )
    met = Met()
    with connection.cursor() as cursor:
        # Without it the planner holds the tables for empty, and for every row reads another whole.
        cursor.execute("ANALYZE people_in_row")
        cursor.execute("ANALYZE people_in_number")
        cursor.execute(_SEE)
        cursor.execute(_SEEN)
        met.twice = dict(cursor.fetchall())
        cursor.execute(_LISTED, [list_id])
        met.listed = {n: (person, bytes(said)) for n, person, said in cursor.fetchall()}
        cursor.execute(_HELD)
        for n, person, is_address, claim, is_own in cursor.fetchall():
            into = met.reached if is_address else met.holders
            into.setdefault(n, {})[bytes(claim)] = person
            if not is_own:
                met.vouched.setdefault(n, set()).add(person)
        cursor.execute(_REACHED, [*_reach(candidates, "PHONE"), *_reach(candidates, "EMAIL")])
        for n, at, person in cursor.fetchall():
            met.accounts.setdefault((n, at), set()).add(person)
    return met


_SEE_WHOM = """
INSERT INTO people_in_seen SELECT uuid_send(w.id), min(w.n)
FROM unnest(%s::int[], %s::uuid[]) w(n, id) GROUP BY w.id ON CONFLICT DO NOTHING
"""
_SEEN_WHOM = """
SELECT w.n, s.n FROM unnest(%s::int[], %s::uuid[]) w(n, id)
JOIN people_in_seen s ON s.claim = uuid_send(w.id) AND s.n < w.n
"""


def twice(candidates: Sequence[Candidate]) -> dict[int, int]:
    """Rows about somebody of whom an earlier row of the file is already, and which; two queries."""
    known = [c for c in candidates if c.person_id]
    if not known:
        return {}
    values: list[Any] = [[c.row for c in known], [c.person_id for c in known]]
    with connection.cursor() as cursor:
        cursor.execute(_SEE_WHOM, values)
        cursor.execute(_SEEN_WHOM, values)
        return dict(cursor.fetchall())


def _country(candidate: Candidate) -> str:
    found = (s.number.issuer for s in candidate.numbers if s.number.kind == "NATIONAL_ID")
    return next(found, "")


def _reach(candidates: Sequence[Candidate], kind: str) -> tuple[list[int], list[str]]:
    pairs = [
        (c.row, s.number.value) for c in candidates for s in c.addresses if s.number.kind == kind
    ]
    return [n for n, _ in pairs], [at for _, at in pairs]


def named_alike(candidates: Sequence[Candidate]) -> list[tuple[UUID, UUID]]:
    """Of rows that bring somebody new: whose name and year of birth somebody else has; one query.

    Returns:
        The new person and the other, one pair a row at the most.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [[c.row for c in candidates]])
        return cursor.fetchall()
