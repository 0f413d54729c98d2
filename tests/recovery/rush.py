"""People who apply through the API and do not give up while the system falls and rises."""

import http.client
import json
import random
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import learncity
from learncity.kernel.postgres import APP, OWNER, Embedded
from tests.journeys.site import Site, clean_environment

# Run beside the product: people with a key each, made as the product makes them.
_MAKE = """
import json, sys
import django; django.setup()
from learncity.apps.people import factories, queries, services
made = []
for number in range(int(sys.argv[1])):
    person = factories.make_person(f"赵{number}", account=True)
    account = queries.find_account(person)
    made.append([str(person), services.issue_token(account_id=account.pk, label="rush")])
json.dump(made, sys.stdout)
"""
# How long somebody tries for one answer before the test gives up. Seconds.
PATIENCE = 120


@dataclass(frozen=True)
class Person:
    """Somebody with a key of their own."""

    id: str
    key: str


@dataclass
class Told:
    """What somebody was told about one class, in the end."""

    receipt: str = ""
    given_back: bool = False
    refused: str = ""


def make_people(city: Site, count: int) -> list[Person]:
    """People with a key each, written by the product's own services."""
    server = Embedded(city.data)
    environment = clean_environment(
        LEARNCITY_DATA=str(city.data),
        DATABASE_URL=server.url(APP),
        DATABASE_OWNER_URL=server.url(OWNER),
        DJANGO_SETTINGS_MODULE="learncity.config.settings",
        PYTHONPATH=str(Path(learncity.__file__).parents[1]),
    )
    made = subprocess.run(
        [sys.executable, "-c", _MAKE, str(count)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Person(*pair) for pair in json.loads(made.stdout)]


@dataclass
class Client:
    """One who applies for place after place, for several people, from a thread of their own."""

    city: Site
    people: list[Person]
    classes: list[str]
    seed: int
    told: dict[tuple[str, str], Told] = field(default_factory=dict)
    failures: list[tuple[float, str]] = field(default_factory=list)
    accepted_at: list[float] = field(default_factory=list)
    trouble: BaseException | None = None

    def run(self, stop: threading.Event) -> None:
        """Apply until told to stop; the request at hand is brought to its answer."""
        chance = random.Random(self.seed)
        wishes = [(person, key) for person in self.people for key in self.classes]
        chance.shuffle(wishes)
        try:
            for person, key in wishes:
                if stop.is_set():
                    return
                self._wish(person, key, chance)
                time.sleep(0.03)
        except BaseException as trouble:  # told by the test, in its own thread
            self.trouble = trouble

    def _wish(self, person: Person, key: str, chance: random.Random) -> None:
        told = self.told[person.id, key] = Told()
        # Half of the programs out there know of this header.
        once = str(uuid.uuid4()) if chance.random() < 0.5 else ""
        status, said = self._ask("POST", f"/api/v1/classes/{key}/applications", person, once)
        if status == 409:
            told.refused = said["code"]
            return
        assert status in (200, 201), (status, said)
        told.receipt = said["receipt"]
        self.accepted_at.append(time.monotonic())
        if chance.random() < 0.15:
            status, said = self._ask("DELETE", f"/api/v1/me/places/{told.receipt}", person, once)
            assert (status, said["state"]) == (200, "WITHDRAWN"), (status, said)
            told.given_back = True

    def _ask(self, method: str, path: str, person: Person, once: str) -> tuple[int, dict]:
        """The answer, however often the question has to be put."""
        end = time.monotonic() + PATIENCE
        headers = {"Authorization": f"Bearer {person.key}", "Content-Type": "application/json"}
        if once:
            headers["Idempotency-Key"] = f"{method}-{once}"
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.city.port, timeout=15)
            try:
                connection.request(method, path, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status < 500:
                    return answer.status, json.loads(body)
                self.failures.append((time.monotonic(), str(answer.status)))
            except (OSError, http.client.HTTPException) as error:
                self.failures.append((time.monotonic(), type(error).__name__))
            finally:
                connection.close()
            assert time.monotonic() < end, f"no answer to {method} {path}: {self.failures[-3:]}"
            time.sleep(0.1)
