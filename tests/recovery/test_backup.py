"""A backup of the running city, brought back into a fresh folder, is the same city.

That a backup is whole, refused when damaged and never overwrites is in tests/runtime.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.plain import Plain, links
from tests.journeys.site import Site, clean_environment, new_phone, public_folder
from tests.runtime.running import until

pytestmark = pytest.mark.slow

PAGES = (
    "/courses/small-shop-bookkeeping/",
    "/classes/bookkeeping-qiaotou-wed/",
    "/venues/qiaotou-centre/",
    "/providers/qiaotou-learning-centre/",
    "/find/?q=%E4%BC%9A%E8%AE%A1",
)
CLASS = "/classes/ai-online-sat/"
# Who is working at this moment, and when, of one machine and not of the city; and who is signed in,
# which no backup brings along.
NOT_SAVED = (
    "procrastinate_workers",
    "procrastinate_periodic_defers",
    "django_session",
    "security_session",
)


def learncity(*words: str, data: Path) -> str:
    """Run a command of the launcher to its end; what it said."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "learncity"), *words],
        env=clean_environment(LEARNCITY_DATA=str(data)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


# What the worker goes on working out of the courses, in either city.
WORKED_OUT = ("catalogue_meaning", "catalogue_mean", "catalogue_word")


def fingerprints(city: Site) -> dict[str, tuple[int, str]]:
    """For each table how many rows it holds, and a hash of all of them."""
    names = city.ask(
        """
        SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^(pg_|information)'
          AND c.relname <> ALL(%s) ORDER BY 1
        """,
        [*NOT_SAVED, *WORKED_OUT],
    )
    found = {}
    for (name,) in names:
        [row] = city.ask(
            "SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) "
            f"FROM {name} t"
        )
        found[name] = row
    return found


def sign_in(city: Site, phone: str) -> Plain:
    """Somebody who has signed in by a code, with plain forms."""
    somebody = Plain(city.address)
    before = len(city.codes(phone))
    somebody.get("/sign-in/")
    somebody.post("/sign-in/", address=phone)
    code = city.next_code(phone, after=before)
    answer = somebody.post("/sign-in/code/", code=code, action="verify")
    assert answer.path == "/me/", answer.path
    return somebody


@pytest.fixture
def other():
    """A folder for another city."""
    another = Site(public_folder() / "other")
    yield another
    another.end()


def seen(site, page):
    """A page without the address of the site, which it names to search engines."""
    return site.read(page).replace(site.address, "")


def test_a_backup_of_the_running_city_restored_elsewhere_is_the_same_city(city, other):
    phone = new_phone()
    resident = sign_in(city, phone)
    resident.get(f"{CLASS}apply/")
    got = resident.post(f"{CLASS}apply/", name="赵小满")
    [receipt] = {link.split("/")[3] for link in links(got.text, "/me/places/")}
    until(
        lambda: city.ask("SELECT 1 FROM kernel_outboxentry WHERE done_at IS NULL") == [],
        seconds=180,
    )
    rows, pages = fingerprints(city), [seen(city, page) for page in PAGES]

    learncity("backup", str(city.data.parent / "city.tar"), data=city.data)
    said = learncity("restore", str(city.data.parent / "city.tar"), data=other.data)
    (other.data / "keys.env").write_bytes((city.data / "keys.env").read_bytes())
    other.start()
    restored = fingerprints(other)
    assert {name: row for name, row in rows.items() if restored.get(name) != row} == {}
    assert set(restored) == set(rows)
    assert "classes_enrolment" in said
    assert [seen(other, page) for page in PAGES] == pages

    # Nobody is signed in any more, although the keys were brought along; and signing in works.
    assert other.ask("SELECT count(*) FROM security_session") == [(0,)]
    [session] = [cookie for cookie in resident.jar if cookie.name == "learncity_session"]
    same_browser = Plain(other.address)
    same_browser.jar.set_cookie(session)
    assert same_browser.get("/me/classes/").path == "/sign-in/?next=/me/classes/"
    anew = sign_in(other, phone)
    assert receipt in anew.get("/me/classes/").text
    anew.get(f"/me/places/{receipt}/withdraw/")
    anew.post(f"/me/places/{receipt}/withdraw/")
    assert "WITHDRAWN" in {
        state
        for (state,) in other.ask("SELECT state FROM classes_enrolment WHERE receipt = %s", receipt)
    }
    assert city.ask("SELECT state FROM classes_enrolment WHERE receipt = %s", receipt) == [
        ("ENROLLED",)
    ]
    other.stop()
