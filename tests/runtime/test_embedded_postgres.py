"""The embedded PostgreSQL starts, is shared, survives what kills it, and lets nobody else in."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from learncity.kernel import postgres
from learncity.kernel.postgres import ADMIN, APP, OWNER, READER, Embedded
from learncity.kernel.postgres_programs import ServerTrouble
from learncity.kernel.processes import is_running

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what root's server may reach")


@contextmanager
def connected(server: Embedded, role: str = OWNER) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        yield connection


def ask(server: Embedded, question: str, role: str = OWNER) -> list[tuple]:
    with connected(server, role) as connection:
        return connection.execute(question).fetchall()


def write_rows(server: Embedded) -> None:
    with connected(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")


def all_processes(server: Embedded) -> list[int]:
    head = server.pid()
    rows = ask(server, f"SELECT pid FROM pg_stat_activity WHERE pid <> {head}", ADMIN)
    return [head, *(row[0] for row in rows)]


def test_the_first_start_makes_the_roles_and_the_database(server):
    server.start()

    found = "SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE rolname !~ '^pg_'"
    assert sorted(ask(server, found)) == [
        (ADMIN, True, True),
        (APP, False, True),
        (OWNER, False, True),
        (READER, False, True),
    ]
    owner = "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database"
    assert ask(server, f"{owner} WHERE datname = current_database()") == [(OWNER, "UTF8")]


def test_letters_of_every_script_have_cases_and_trigrams(server):
    server.start()

    with connected(server) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        lowered, trigrams = connection.execute(
            "SELECT lower('ĐÀO'), cardinality(show_trgm('đào 书法'))"
        ).fetchone()
    assert (lowered, trigrams) == ("đào", 7)


def test_the_owner_can_make_every_extension_that_is_needed(server):
    server.start()

    with connected(server) as connection:
        for name in ("ltree", "pg_trgm", "unaccent", "btree_gist"):
            connection.execute(f"CREATE EXTENSION {name}")


def test_a_second_start_attaches_to_the_running_server(server):
    server.start()
    first = server.pid()

    Embedded(server.home).start()

    assert server.pid() == first


def test_four_starts_at_once_make_one_server(server):
    program = (
        "import sys; from learncity.kernel.postgres import *; e = Embedded(sys.argv[1]); e.start();"
        "print(e.pid()); psycopg.connect(e.url(APP)).close()"
    )
    command = [sys.executable, "-c", program, str(server.home)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    starts = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    said = [start.communicate(timeout=60)[0] for start in starts]

    assert [start.returncode for start in starts] == [0] * 4
    assert len(set(said)) == 1


def test_a_killed_postmaster_loses_no_row(server):
    server.start()
    write_rows(server)

    os.kill(server.pid(), signal.SIGKILL)
    server.start()

    assert ask(server, "SELECT count(*) FROM kept") == [(1000,)]


def test_killing_every_process_loses_no_row(server):
    server.start()
    write_rows(server)

    for pid in all_processes(server):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    server.start()

    assert ask(server, "SELECT count(*) FROM kept") == [(1000,)]


def test_a_process_number_that_a_stranger_has_now_does_not_stop_a_start(server):
    server.start()
    dead = server.pid()
    os.kill(dead, signal.SIGKILL)
    while is_running(dead):
        time.sleep(0.01)
    file = server.cluster / "postmaster.pid"
    file.write_text(file.read_text().replace(str(dead), str(os.getpid()), 1))

    assert not server.running()
    server.start()

    assert server.running()


def test_a_cut_first_start_is_begun_anew(server):
    server.home.mkdir()
    half = server.home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    server.start()

    assert server.running()


def test_a_folder_with_a_long_name_has_its_socket_elsewhere(place):
    server = Embedded(place / ("很长" * 20) / "city", conf={"shared_buffers": "16MB"})
    try:
        server.home.parent.mkdir()
        server.home.parent.chmod(0o711)
        server.start()
        assert not server.socket.is_relative_to(server.home)
        assert ask(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()
    assert not server.socket.exists()


def test_only_peer_lets_in_and_only_the_named_users(server):
    server.start()

    rules = ask(server, "SELECT type, auth_method, options FROM pg_hba_file_rules", ADMIN)
    mapped = ask(server, "SELECT sys_name, pg_username FROM pg_ident_file_mappings", ADMIN)

    assert rules == [("local", "peer", ["map=learncity"])]
    assert {role for _, role in mapped} == {ADMIN, OWNER, APP, READER}
    assert {user for user, _ in mapped} <= {"root", "learncity", "postgres", os_user()}
    assert ask(server, "SHOW listen_addresses", ADMIN) == [("",)]


def test_a_role_outside_the_map_is_refused(server):
    server.start()
    with connected(server, ADMIN) as connection:
        connection.execute("CREATE ROLE stranger LOGIN SUPERUSER")

    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        ask(server, "SELECT 1", "stranger")


def test_the_last_who_holds_the_server_stops_it(server):
    other = Embedded(server.home)

    with server.held():
        with other.held():
            assert server.running()
        assert server.running()

    assert not server.running()


def test_a_server_that_runs_is_not_stopped_while_held(server):
    with server.held():
        Embedded(server.home).stop_if_unused()
        assert server.running()


def test_a_folder_name_that_a_shell_would_read_is_refused(place):
    with pytest.raises(ServerTrouble, match="LEARNCITY_DATA"):
        Embedded(place / "$(touch x)").start()


@needs_root
def test_a_folder_that_the_servers_user_may_not_enter_is_named(place):
    closed = place / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(ServerTrouble, match="Set LEARNCITY_DATA") as refused:
        Embedded(closed / "city").start()

    assert str(closed / "city") in str(refused.value)
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_a_socket_folder_of_somebody_else_is_refused(place):
    trap = place / "trap"
    trap.mkdir()
    os.chown(trap, 65534, 65534)

    with pytest.raises(ServerTrouble, match="somebody else"):
        postgres._private_folder(trap, postgres.server_account())


def os_user() -> str:
    return postgres.current_account().name


def test_the_servers_log_holds_no_person(server):
    server.start()
    phone = "+8615459990007"
    with connected(server) as connection:
        connection.execute("CREATE TABLE account (phone text PRIMARY KEY)")
        connection.execute("INSERT INTO account VALUES (%s)", [phone])
        with pytest.raises(psycopg.errors.UniqueViolation, match="already exists"):
            connection.execute("INSERT INTO account VALUES (%s)", [phone])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(f"INSERT INTO account VALUES ('{phone}')")
        with (
            pytest.raises(psycopg.errors.UniqueViolation),
            connection.cursor().copy("COPY account FROM STDIN") as copy,
        ):
            copy.write_row([phone])

    log = server.log.read_text()
    assert log.count("duplicate key value") == 3
    assert phone not in log


def test_what_keeps_values_out_of_the_servers_log_is_in_force(server):
    server.start()

    names = ("log_error_verbosity", "log_min_error_statement", "log_statement",
             "log_min_duration_statement", "log_parameter_max_length_on_error")  # fmt: skip
    in_force = {name: ask(server, f"SHOW {name}", ADMIN)[0][0] for name in names}

    assert in_force == {
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_parameter_max_length_on_error": "0",
    }


def test_the_servers_log_is_in_the_data_folder(server):
    server.start()

    assert "ready to accept connections" in (Path(server.home) / "log" / "postgres.log").read_text()


def test_to_ask_whether_it_answers_leaves_no_line_in_the_servers_log(server):
    server.start()
    before = server.log.read_text()

    assert [server.answers() for _ in range(3)] == [True] * 3

    assert server.log.read_text() == before
