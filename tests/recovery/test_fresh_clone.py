"""Only what the README says, in a fresh clone, and a resident has a place in a class."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.journeys.plain import Plain, links
from tests.journeys.site import Letter, Site, clean_environment, public_folder
from tests.runtime.running import free_port, processes_of, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
# Packages are installed and the demo city is made; the README says about a minute.
PATIENCE = 420


@pytest.fixture
def clone():
    """The files of this checkout, as they would be committed now, in a folder made awkward."""
    top = public_folder()
    folder = top / "我的 城市"
    folder.mkdir()
    folder.chmod(0o711)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    for name in filter(None, os.fsdecode(listed).split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    yield folder
    shutil.rmtree(top)


def commands_of(readme: Path) -> str:
    """The first block of commands of the README."""
    found = re.search(
        r"^```sh\n(.*?)^```", readme.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found, "the README shows no command"
    return found[1]


class Clone(Site):
    """A city that somebody started by hand; only its outbox page is read."""

    def __init__(self, data: Path, port: int, address: str) -> None:
        self.data, self.port, self.address = data, port, address


def test_the_readme_s_commands_lead_to_a_place_in_a_class(clone):
    commands = commands_of(clone / "README.md")
    assert commands.strip() in ("make run", "./go run")
    data, port = clone.parent / "data", free_port()
    said = clone.parent / "said"
    with said.open("wb") as out:
        process = subprocess.Popen(
            ["sh", "-ec", commands],
            cwd=clone,
            env=clean_environment(PORT=str(port), LEARNCITY_DATA=str(data)),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            # A terminal of its own: Ctrl-C reaches everything that was started in it.
            start_new_session=True,
        )
    try:
        until(
            lambda: "sign in with" in said.read_text() or process.poll() is not None,
            seconds=PATIENCE,
        )
        text = said.read_text()
        address = re.search(r"http://[\w.:-]+", text)
        assert address, text
        contacts = re.findall(r"\+86\d+", text)
        assert len(contacts) >= 5, text

        receipt, letter = apply(Clone(data, port, address[0]), contacts[0])
        assert receipt in letter.body
    finally:
        begun = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
        stopped = time.monotonic() - begun
    assert processes_of(data) == {}
    assert "Stopped." in said.read_text()
    assert stopped < 20


def apply(city: Clone, contact: str) -> tuple[str, Letter]:
    """Sign in, find an open class with a free seat, apply; the receipt and the message of it."""
    resident = Plain(city.address)
    resident.get("/sign-in/")
    resident.post("/sign-in/", address=contact)
    code = city.next_code(contact, after=0)
    assert resident.post("/sign-in/code/", code=code, action="verify").status == 200
    for course in links(resident.get("/find/").text, "/courses/"):
        for one in links(resident.get(course).text, "/classes/"):
            if f"{one}apply/" not in links(resident.get(one).text, one):
                continue
            resident.get(f"{one}apply/")
            got = resident.post(f"{one}apply/")
            found = re.match(r"/me/places/([0-9A-Z-]{12})/", got.path)
            if found:
                [[state]] = city.ask(
                    "SELECT state FROM classes_enrolment WHERE receipt = %s", found[1]
                )
                if state == "ENROLLED":
                    return found[1], city.letter_with(contact, found[1])
    raise AssertionError("no class takes anybody")
