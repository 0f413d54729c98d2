"""What every row needs: the running product, how long to measure, and whom to measure with."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from django.db import connection
from psycopg import sql

from . import people
from .product import Product, measured


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how often is measured. Seconds."""

    seconds: float
    warm: float
    runs: int


FULL, QUICK = Pace(4.0, 2.0, 3), Pace(1.5, 0.7, 1)


@dataclass
class Bench:
    """One run of the benchmarks."""

    product: Product
    pace: Pace
    # Told before every measurement, so that whoever waits sees it move.
    step: Callable[[], None]
    # Messages carried after runs of places, and the processor seconds that took.
    carried: int = 0
    carrying: float = 0.0
    _cookies: dict[UUID, str] = field(default_factory=dict)
    _has_people: bool = False

    def drain(self) -> None:
        """Wait until every message has been carried, so that no run pays for the one before."""
        with measured(self.product.roots()) as cost:
            before = _waiting()
            while _waiting():
                time.sleep(0.1)
        self.carried += before
        self.carrying += cost.servers

    def cookie(self, person: UUID) -> str:
        """The cookie of a browser in which this person has signed in."""
        if person not in self._cookies:
            self._cookies[person] = people.sign_in(person)
        return self._cookies[person]

    def need_people(self) -> None:
        """Have the benchmark's own people made."""
        if not self._has_people:
            people.make_people()
            self._has_people = True


def _waiting() -> int:
    """How many rows of the outbox are due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM kernel_outboxentry "
            "WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= now()"
        )
        return int(cursor.fetchone()[0])


def settle(*tables: str) -> None:
    """What autovacuum does within a minute: pages that an index alone can answer for, and figures.

    Only the owner may.
    """
    name = connection.settings_dict["NAME"]
    address = psycopg.conninfo.make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=name)
    with psycopg.connect(address, autocommit=True) as owner:
        for table in tables:
            owner.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
