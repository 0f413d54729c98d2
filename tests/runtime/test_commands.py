"""The command line says clearly what it cannot do."""

import ast
import json
import os
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from learncity.config import database, doctor, places, steps
from learncity.config.cli import _options, app
from learncity.config.env import Env, add_sealing_key, sealing_keys
from learncity.config.faults import Fault

from .running import finished

ROOT = Path(__file__).resolve().parents[2]


def test_an_unknown_command_ends_with_two(place):
    code, _ = finished("nonsense", data=place / "city")

    assert code == 2


def test_a_database_that_is_away_is_one_sentence(place):
    code, text = finished(
        "backup", "x.tar", data=place / "city", DATABASE_URL="host=/nowhere user=a"
    )

    assert code == 1
    assert "DATABASE_URL: the database cannot be reached" in text
    assert "Traceback" not in text


def test_every_wrong_variable_is_named(place):
    code, text = finished("doctor", data=place / "city", PORT="x", LEARNCITY_WEB_WORKERS="0")

    assert code == 1
    assert "PORT" in text
    assert "LEARNCITY_WEB_WORKERS" in text


def test_doctor_makes_nothing_where_nothing_is(place):
    code, text = finished("doctor", data=place / "city")

    assert code == 0, text
    assert "not made yet" in text
    assert not (place / "city").exists()


@pytest.mark.parametrize(
    ("address", "proxies", "mark"),
    [
        ("https://learn.example.org", "0", doctor.Mark.WARN),
        ("https://learn.example.org", "1", doctor.Mark.OK),
        ("", "0", doctor.Mark.OK),
    ],
)
def test_doctor_misses_a_reverse_proxy_where_strangers_come(
    monkeypatch, clean_environment, address, proxies, mark
):
    monkeypatch.setenv("LEARNCITY_PUBLIC_URL", address)
    monkeypatch.setenv("LEARNCITY_PROXIES", proxies)

    [found] = [f for f in doctor._machine() if f.subject == "Reverse proxy"]

    assert found.mark == mark
    assert bool(found.advice) == (mark == doctor.Mark.WARN)


def test_options_are_read_in_both_forms():
    words = ["--map", "code=key", "--dry-run", "--place=suzhou", "--map=name=title"]

    assert _options(words) == {
        "map": ["code=key", "name=title"],
        "dry_run": [""],
        "place": ["suzhou"],
    }


def test_a_taken_port_is_a_fault_that_names_the_variable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Fault, match="PORT="):
            steps.check_port("127.0.0.1", taken.getsockname()[1], patience=0)


def test_an_address_of_another_machine_is_a_fault_that_names_the_variable():
    with pytest.raises(Fault, match="HOST"):
        steps.check_port("192.0.2.1", 8000, patience=0)


def test_the_data_folder_is_in_the_checkout(monkeypatch, clean_environment):
    monkeypatch.setenv("DATABASE_URL", "host=elsewhere")

    places.choose_data_folder()

    assert os.environ["LEARNCITY_DATA"] == str(ROOT / "var")
    monkeypatch.delenv("LEARNCITY_DATA")


def test_go_explains_itself_without_installing_anything():
    text = subprocess.run(
        [sys.executable, "-I", str(ROOT / "go"), "--help"], capture_output=True, text=True
    ).stdout

    assert "./go run" in text


def test_go_can_be_read_by_an_older_python():
    # The oldest words that it may use: it must get far enough to look for a newer Python.
    ast.parse((ROOT / "go").read_text(), feature_version=(3, 6))


@pytest.mark.parametrize(
    "target", ["run", "test", "check", "journeys", "bench", "messages", "docs"]
)
@pytest.mark.skipif(shutil.which("make") is None, reason="make is a convenience, not a need")
def test_make_only_calls_go(target):
    made = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert made.stdout.strip() == f"./go {target}"


@pytest.mark.parametrize(
    ("sms", "email", "says"),
    [
        ("", "", "nobody can sign in"),
        ("aliyun://K:S@h", "", "no EMAIL_URL"),
        ("aliyun://K:S@h", "smtp://h", "are set up"),
    ],
)
def test_doctor_says_when_no_code_can_leave(monkeypatch, clean_environment, sms, email, says):
    monkeypatch.setenv("SMS_URL", sms)
    monkeypatch.setenv("EMAIL_URL", email)

    [found] = [f for f in doctor._machine() if f.subject == "Senders"]

    assert says in found.says


@pytest.mark.parametrize(
    ("said", "noted", "is_demo"),
    [("", True, True), ("0", True, False), ("1", False, True), ("", False, False)],
)
def test_every_command_beside_the_demo_city_knows_that_it_is_one(
    db, monkeypatch, tmp_path, said, noted, is_demo
):
    monkeypatch.setenv("LEARNCITY_DATA", str(tmp_path))
    monkeypatch.setenv("LEARNCITY_DEMO", said)
    of = database.identity() if noted else "another/1"
    note = {"database": of, "sign_ins": []}
    (tmp_path / "demo.json").write_text(json.dumps(note), encoding="utf-8")

    with database.running_database():
        assert Env.read().is_demo == is_demo
        found = doctor._senders()
        assert ("the demo city" in found.says) == is_demo

    assert os.environ.get("LEARNCITY_DEMO", "") == said


def test_the_command_for_lists_names_its_options():
    answer = CliRunner().invoke(app, ["import", "--help"], env={"COLUMNS": "200"})
    for option in ("--list", "--language", "--country", "--map", "--strict"):
        assert option in answer.output


def test_doctor_misses_a_key_that_sealed_something(committed, tmp_path, monkeypatch):
    import psycopg

    from learncity.apps.people import services as people
    from learncity.apps.people.factories import make_person
    from learncity.apps.people.types import IdentifierKind, Number
    from learncity.kernel.acting import COMMAND

    number = Number(IdentifierKind.PASSPORT, "VN", "C1234567")
    now = datetime.now(UTC)
    people.add_identifier(person_id=make_person(), number=number, by=COMMAND, at=now)

    def found():
        from django.db import connection

        with psycopg.connect(doctor.address("app"), dbname=connection.settings_dict["NAME"]) as app:
            return doctor._sealing(app)

    path, sealed_with = tmp_path / "keys.env", Env.read().keys_file.read_text()
    path.write_text(sealed_with)
    monkeypatch.setenv("LEARNCITY_KEYS", str(path))
    assert found().mark == doctor.Mark.OK
    add_sealing_key(path)
    assert found().mark == doctor.Mark.OK

    path.write_text(sealed_with.partition("SEALING_KEY_")[0])
    add_sealing_key(path)
    assert found().mark == doctor.Mark.FAIL


def test_a_new_key_is_the_last_line_of_the_file(place):
    code, text = finished("new-key", data=place / "city")
    assert (code, "the first start makes it" in text) == (1, True)

    keys = place / "city" / "keys.env"
    keys.parent.mkdir()
    sealing_keys(keys)
    code, text = finished("new-key", data=keys.parent)
    lines = keys.read_text().splitlines()

    assert (code, len(lines)) == (0, 3)
    assert lines[-1].split("=")[0].removeprefix("SEALING_KEY_") in text
