"""Web, worker and database are killed while people apply: nothing is lost, nothing is doubled."""

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from learncity.kernel.postgres import Embedded
from tests.runtime.running import find, until

from .rush import Client, make_people

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc"),
]

CLIENTS, PEOPLE_EACH = 24, 8
# How many must be served after each fall before the next one. Places.
AFTER = 30


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def web_server(city) -> int:
    """The process that keeps the web workers."""
    pids = find(city.data, "learncity.config.web")
    return next(pid for pid in pids if parent(pid) not in pids)


def web_workers(city) -> set[int]:
    main = web_server(city)
    return {pid for pid in find(city.data, "learncity.config.web") if parent(pid) == main}


def worker(city) -> int:
    [pid] = find(city.data, "learncity.config.worker")
    return pid


def postmaster(city) -> int:
    return Embedded(city.data).pid()


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@contextmanager
def replaced(who, city):
    """What is killed inside has another process in its place afterwards."""
    before = who(city)
    yield before

    def is_new() -> bool:
        try:
            now = who(city)
        except (StopIteration, ValueError, FileNotFoundError):
            return False
        if isinstance(before, set):
            return len(now) == len(before) and now != before
        return now not in (None, before)

    until(is_new, seconds=60)


def fell_one_web_worker(city):
    with replaced(web_workers, city) as pids:
        kill(min(pids))


def fell_all_web_workers(city):
    with replaced(web_workers, city) as pids:
        kill(*pids)


def fell_the_web_server(city):
    with replaced(web_server, city) as pid:
        kill(pid)


def fell_the_worker(city):
    with replaced(worker, city) as pid:
        kill(pid)


def fell_the_database(city):
    with replaced(postmaster, city) as pid:
        kill(pid)


FALLS = (
    fell_one_web_worker,
    fell_the_worker,
    fell_the_database,
    fell_all_web_workers,
    fell_the_worker,
    fell_the_web_server,
    fell_the_database,
)


def rush(city):
    """Everybody applies while everything is killed in turn; clients, and when each fall was."""
    open_classes = [
        key
        for (key,) in city.ask(
            "SELECT key FROM classes_courseclass WHERE closes_at > now() + interval '1 hour'"
            " AND (opens_at IS NULL OR opens_at < now()) AND cancelled_at IS NULL ORDER BY key"
        )
    ]
    people = make_people(city, CLIENTS * PEOPLE_EACH)
    clients = [
        Client(city, people[n * PEOPLE_EACH : (n + 1) * PEOPLE_EACH], open_classes, n)
        for n in range(CLIENTS)
    ]
    stop = threading.Event()
    threads = [threading.Thread(target=client.run, args=[stop]) for client in clients]
    for thread in threads:
        thread.start()
    falls = []
    try:
        for fall in FALLS:
            serve_some(clients)
            begun = time.monotonic()
            fall(city)
            falls.append((fall.__name__, begun, time.monotonic()))
        serve_some(clients)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert [client.trouble for client in clients if client.trouble] == []
    until(lambda: city.ask(UNDONE) == [(0, 0)], seconds=180)
    return clients, falls


UNDONE = """
SELECT count(*) FILTER (WHERE done_at IS NULL), count(*) FILTER (WHERE failed_at IS NOT NULL)
FROM kernel_outboxentry
"""


def serve_some(clients):
    """Wait until so many more places were given."""
    before = sum(len(client.accepted_at) for client in clients)

    def enough() -> bool:
        assert not any(client.trouble for client in clients)
        return sum(len(client.accepted_at) for client in clients) >= before + AFTER

    until(enough, seconds=90)


def test_nothing_is_lost_or_doubled_while_everything_is_killed_in_turn(city):
    clients, falls = rush(city)

    the_falls_did_happen_and_were_felt(clients, falls)
    whoever_was_told_of_a_place_has_exactly_that_one(city, clients)
    whoever_was_refused_was_refused_for_want_of_seats(clients)
    no_class_is_oversold_and_every_count_is_true(city)
    every_move_is_one_line_in_the_record(city)
    every_move_was_told_once_and_left_once(city)


def the_falls_did_happen_and_were_felt(clients, falls):
    failures = sorted(moment for client in clients for moment, _ in client.failures)
    felt = {
        name
        for name, begun, ended in falls
        if any(begun <= moment <= ended + 5 for moment in failures)
    }

    assert [name for name, *_ in falls] == [fall.__name__ for fall in FALLS]
    assert felt >= {"fell_the_database", "fell_the_web_server", "fell_all_web_workers"}
    assert sum(len(client.accepted_at) for client in clients) >= AFTER * len(FALLS)


def whoever_was_told_of_a_place_has_exactly_that_one(city, clients):
    rows = city.ask(
        """
        SELECT e.person_id::text, k.key, e.receipt, e.state
        FROM classes_enrolment e JOIN classes_courseclass k ON k.id = e.course_class_id
        WHERE e.person_id::text = ANY(%s)
        """,
        [person.id for client in clients for person in client.people],
    )

    kept = {(person, key, receipt): state for person, key, receipt, state in rows}
    told = {
        (person, key, answer.receipt): answer.given_back
        for client in clients
        for (person, key), answer in client.told.items()
        if answer.receipt
    }

    assert len(told) >= AFTER * len(FALLS)
    # Neither a place that nobody was told of, nor one that was promised and is not there.
    assert set(kept) == set(told)
    assert len(rows) == len(kept)
    assert {place for place, state in kept.items() if state == "WITHDRAWN"} == {
        place for place, given_back in told.items() if given_back
    }


def whoever_was_refused_was_refused_for_want_of_seats(clients):
    reasons = {answer.refused for client in clients for answer in client.told.values()} - {""}

    assert reasons <= {"class_full"}


def no_class_is_oversold_and_every_count_is_true(city):
    wrong = city.ask(
        """
        SELECT k.key, k.seats, k.seats_taken, k.waiting_taken, enrolled, waiting
        FROM classes_courseclass k CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE state = 'ENROLLED') AS enrolled,
                   count(*) FILTER (WHERE state = 'WAITING') AS waiting
            FROM classes_enrolment e WHERE e.course_class_id = k.id
        ) counted
        WHERE seats_taken <> enrolled OR waiting_taken <> waiting OR enrolled > seats
           OR waiting > waiting_limit OR (waiting > 0 AND enrolled < seats)
        """
    )

    assert wrong == []
    [[full]] = city.ask("SELECT count(*) FROM classes_courseclass WHERE seats = seats_taken")
    assert full >= 3


def every_move_is_one_line_in_the_record(city):
    wrong = city.ask(
        """
        WITH told AS (
            SELECT evidence->>'receipt' AS receipt, kind, count(*) AS times
            FROM record_fact GROUP BY 1, 2
        ), moves AS (
            SELECT receipt, max(times) AS most,
                   coalesce(sum(times) FILTER (WHERE kind IN
                       ('classes.place_taken', 'classes.waiting')), 0) AS came,
                   coalesce(sum(times) FILTER (WHERE kind IN
                       ('classes.place_taken', 'classes.place_from_waiting_list')), 0) AS seated,
                   coalesce(sum(times) FILTER (WHERE kind IN
                       ('classes.withdrawn', 'classes.left_waiting_list')), 0) AS gone
            FROM told GROUP BY 1
        )
        SELECT e.receipt, e.state, most, came, seated, gone
        FROM classes_enrolment e LEFT JOIN moves USING (receipt)
        WHERE most IS DISTINCT FROM 1 OR came <> 1
           OR (e.state = 'ENROLLED' AND (seated <> 1 OR gone <> 0))
           OR (e.state = 'WAITING' AND (seated <> 0 OR gone <> 0))
           OR (e.state = 'WITHDRAWN' AND gone <> 1)
        """
    )

    assert wrong == []


def every_move_was_told_once_and_left_once(city):
    untold = city.ask(
        """
        SELECT person_id, facts, messages FROM
            (SELECT person_id, count(*) AS facts FROM record_fact
             WHERE starts_with(kind, 'classes.') GROUP BY 1) f
            FULL JOIN
            (SELECT person_id, count(*) AS messages FROM notices_message
             WHERE starts_with(kind, 'classes.') GROUP BY 1) m
            USING (person_id)
        WHERE facts IS DISTINCT FROM messages
        """
    )
    not_once = city.ask(
        """
        SELECT m.id, count(d.id) FROM notices_message m
        JOIN people_account a USING (person_id) LEFT JOIN notices_delivery d ON d.message_id = m.id
        GROUP BY m.id HAVING count(d.id) <> 1
        """
    )

    assert untold == []
    assert not_once == []
    assert city.ask(UNDONE) == [(0, 0)]
