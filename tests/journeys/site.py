"""The real product for tests: started as an operator starts it, and gone without a trace after."""

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from learncity.kernel.postgres import OWNER, Embedded
from tests.runtime.running import free_port, processes_of, until

WORKER, SENIOR, VIETNAMESE, PROVIDER, OPERATOR = (f"+861540000000{n}" for n in range(1, 6))
# Tables, rights and the demo city are made at the first start; other tests share the two cores.
START, STOP = 240, 40
_LETTER = re.compile(
    r'<div class="letter-line"><small>(?P<line>.*?)</small>'
    r"(?:<h3>(?P<subject>.*?)</h3>)?<p>(?P<body>.*?)</p></div>",
    re.DOTALL,
)
_numbers = count(1)


def clean_environment(**variables: str) -> dict[str, str]:
    """The environment of somebody who has set nothing but these variables."""
    ours = ("LEARNCITY_", "DATABASE_", "PG", "DJANGO_", "PYTEST", "PYTHONPATH", "SMS_", "EMAIL_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    for name in ("HOST", "PORT"):
        kept.pop(name, None)
    return {**kept, **variables}


def public_folder() -> Path:
    """A temporary folder that the database's own user may pass through."""
    top = Path(tempfile.mkdtemp(prefix="learncity-"))
    top.chmod(0o711)
    return top


def new_phone() -> str:
    """The number of a person whom the city has never seen."""
    return f"+861540001{os.getpid() % 100:02d}{next(_numbers):02d}"


@dataclass(frozen=True)
class Letter:
    """What would have left the machine, as the demo's outbox page shows it."""

    line: str
    subject: str
    body: str


class Site:
    """The demo city in a data folder, served on a free port by the launcher of the environment."""

    def __init__(self, data: Path, **variables: str) -> None:
        self.data, self.port, self.variables = data, free_port(), variables
        self.address = f"http://127.0.0.1:{self.port}"
        self.said = data.parent / f"{data.name}.said"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and wait for its first answer; seconds until then."""
        begun = time.monotonic()
        launcher = Path(sys.executable).parent / "learncity"
        environment = clean_environment(
            LEARNCITY_DATA=str(self.data), PORT=str(self.port), **self.variables
        )
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [str(launcher), "serve", "--demo"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        until(
            lambda: self._answers() or self.process.poll() is not None,
            seconds=START,
        )
        assert self.process.poll() is None, self.said.read_text()
        return time.monotonic() - begun

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """Ask it to stop as Ctrl-C does, and make sure that nothing of it is left."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        left = processes_of(self.data)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert self.process.returncode == 0, self.said.read_text()
        assert left == {}, f"left behind: {left}"

    def end(self) -> None:
        """Leave nothing behind, however the test went."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        until(lambda: not processes_of(self.data), seconds=30)
        shutil.rmtree(self.data.parent)

    def read(self, path: str, *, language: str = "zh-CN") -> str:
        """A page as a stranger sees it, without a browser."""
        asked = urllib.request.Request(self.address + path, headers={"Accept-Language": language})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.read().decode()

    def letters(self, to: str) -> list[Letter]:
        """What would have left for an address, newest first."""
        page = self.read(f"/demo/outbox/?{urllib.parse.urlencode({'to': to})}")
        return [
            Letter(*(html.unescape(found[name] or "") for name in ("line", "subject", "body")))
            for found in _LETTER.finditer(page)
        ]

    def codes(self, to: str) -> list[str]:
        """The sign-in codes an address was sent, newest first."""
        found = []
        for letter in self.letters(to):
            in_subject = re.search(r"(?<!\d)\d{6}(?!\d)", letter.subject)
            if in_subject and in_subject[0] in letter.body:
                found.append(in_subject[0])
        return found

    def next_code(self, to: str, *, after: int) -> str:
        """The code that comes when so many have come before; the worker carries it."""
        until(lambda: len(self.codes(to)) > after, seconds=60)
        return self.codes(to)[0]

    def letter_with(self, to: str, text: str) -> Letter:
        """The letter to an address that holds a text, once it has left."""
        until(lambda: any(text in letter.body for letter in self.letters(to)), seconds=60)
        return next(letter for letter in self.letters(to) if text in letter.body)

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database itself, beside the product."""
        with psycopg.connect(Embedded(self.data).url(OWNER)) as owner:
            return owner.execute(question, values).fetchall()
