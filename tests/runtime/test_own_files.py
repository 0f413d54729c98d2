"""What the running system writes and locks is its owner's alone."""

import os
import stat

import pytest

from learncity.config import children, own_files, supervise
from learncity.config.database import running_database
from learncity.config.env import Env, env
from learncity.config.faults import Fault
from learncity.kernel.postgres import Embedded, make_data_folder


@pytest.fixture(autouse=True)
def fresh_settings():
    yield
    env.cache_clear()


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_private_whatever_it_was_before(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_text("kept ")
    old.chmod(0o666)

    for path in (new, old):
        with own_files.opened(path, "a") as file:
            file.write("added")

    assert (new.read_text(), old.read_text()) == ("added", "kept added")
    assert (mode(new), mode(old)) == (0o600, 0o600)


@pytest.mark.parametrize("before", [None, 0o644])
def test_a_log_that_is_copied_aside_is_as_private_as_the_log(tmp_path, monkeypatch, before):
    monkeypatch.setattr(children, "LONGEST_LOG", 10)
    log, aside = tmp_path / "web.log", tmp_path / "web.log.1"
    log.write_text("one line of the log\n")
    if before is not None:
        aside.write_text("much older, and longer than what comes")
        aside.chmod(before)

    children.rotate(log)

    assert (log.read_text(), aside.read_text()) == ("", "one line of the log\n")
    assert mode(aside) == 0o600


@pytest.mark.parametrize("before", [None, 0o644])
def test_a_lock_is_nobody_elses_to_hold(place, monkeypatch, clean_environment, before):
    city = place / "city"
    monkeypatch.setenv("LEARNCITY_DATA", str(city))
    locks = {city / name for name in ("postgres.lock", "postgres.users")}
    if before is not None:
        make_data_folder(city)
        for lock in locks:
            lock.touch()
            lock.chmod(before)

    with running_database():
        assert {lock: mode(lock) for lock in locks} == dict.fromkeys(locks, 0o600)
        # Who may use them takes turns as before.
        with running_database():
            assert Embedded(city).running()
    with supervise._alone(Env.read()):
        assert mode(city / "serve.lock") == 0o600
        with pytest.raises(Fault, match="already running"), supervise._alone(Env.read()):
            pass


def test_nobody_else_lists_the_folder_of_the_logs(tmp_path):
    own_files.close_folder(tmp_path)

    # Root's database server is another user, who has to pass through.
    assert mode(tmp_path) == (0o711 if os.geteuid() == 0 else 0o700)
