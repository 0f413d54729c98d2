"""`serve`: start the whole system, keep it running, and stop it so that nothing is left behind.

One supervisor a data folder. It starts the database, prepares what has changed, and keeps a web
server and a worker; whichever of the three falls is started again, each time after a longer pause.
Its children hold the reading end of a pipe (see ``lifeline``) and a watchdog cleans up after them:
a supervisor that is killed takes the system down with it, and the next start finds it tidy.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace

from learncity.config import demo, own_files, steps, welcome
from learncity.config.children import Child, rotate
from learncity.config.database import DEMO, embedded, running_database
from learncity.config.env import Env, sealing_keys
from learncity.config.faults import Fault
from learncity.config.places import choose_data_folder
from learncity.config.terminal import out, step, warn
from learncity.kernel.postgres import Embedded, make_data_folder
from learncity.kernel.postgres_programs import ServerTrouble

# How long processes of a killed run may need to leave, and a web server to answer first. Seconds.
LEAVING, FIRST_ANSWER = 12, 90
# How often the children are looked at, and how many looks pass between two at the rest. Seconds.
LOOK = 0.5
DATABASE_EVERY, LOGS_EVERY = 4, 120
# A database that stays silent so many times is started anew.
SILENCE = 5
# How long the web server and the worker may take to stop. Seconds.
WEB_STOP, WORKER_STOP = 6, 4


def serve(*, with_demo: bool) -> None:
    """Run the system until a signal says stop.

    Raises:
        Fault: it cannot be started; the message says why.
    """
    said = choose_data_folder()
    if said:
        warn(said)
    if with_demo:
        os.environ[DEMO] = "1"
    settings = Env.read()
    make_data_folder(settings.data_dir)
    with _alone(settings) as was_cut:
        steps.check_port(settings.host, int(settings.port), patience=LEAVING if was_cut else 0)
        Supervisor(settings).run()


@contextmanager
def _alone(settings: Env) -> Iterator[bool]:
    """Hold the data folder; whether the run before this one was killed."""
    with own_files.opened(settings.data_dir / "serve.lock", "a+") as lock:
        lock.seek(0)
        noted = lock.read().strip()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fault(f"Learncity is already running at {noted or settings.base_url}.")
        lock.truncate(0)
        lock.write(settings.base_url)
        lock.flush()
        yield bool(noted)
        lock.truncate(0)


class Supervisor:
    """The running system: the database, its two children and the watchdog."""

    def __init__(self, settings: Env) -> None:
        self.settings = settings
        self.stop = threading.Event()
        self.logs = settings.data_dir / "log"
        self.web = Child("web server", "learncity.config.web", self.logs / "web.log")
        self.worker = Child("worker", "learncity.config.worker", self.logs / "worker.log")
        self.server: Embedded | None = embedded()
        self.silences = 0
        # Nothing is ever written to it: its end is the message.
        self.lifeline, self.lifeline_end = os.pipe()
        self.watchdog: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Start everything, watch it, stop it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # `nohup` asks that the end of a terminal is not the end of the system.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: self.stop.set())
        self.logs.mkdir(exist_ok=True)
        # Made before several processes look for them at once.
        sealing_keys(self.settings.keys_file)
        try:
            # Undone from the last line up: children, database, watchdog.
            with ExitStack() as undo:
                self._keep_watchdog()
                undo.callback(self._dismiss_watchdog)
                with step("Database") if self.server else nullcontext():
                    undo.enter_context(running_database())
                # The server's start leaves it open to all.
                own_files.close_folder(self.logs)
                # Only a database that answers tells whether the demo city is in it.
                self.settings = replace(self.settings, demo=Env.read().demo)
                undo.callback(self._stop_children)
                self._serve()
        except steps.Interrupted:
            pass  # what was begun is undone, and the next start goes on from there
        out.print("  Stopped.")

    def _serve(self) -> None:
        steps.Preparation(self.stop, self.lifeline).run(with_demo=self.settings.is_demo)
        with step("Web server"):
            self._start(self.web)
            self._await_answer()
        # Only now: both load the same code, and on a small machine people should not wait for it.
        self._start(self.worker)
        people = demo.sign_ins() if self.settings.is_demo else None
        out.print(welcome.panel(self.settings, demo.living(people or [])))
        self._watch()

    def _await_answer(self) -> None:
        end = time.monotonic() + FIRST_ANSWER
        while not steps.answers(self.settings.host, int(self.settings.port)):
            if self.stop.wait(0.05):
                raise steps.Interrupted
            if self.web.has_died() or time.monotonic() > end:
                raise Fault(f"The web server does not answer.\n{self.web.last_words()}")

    def _watch(self) -> None:
        looks = 0
        while not self.stop.wait(LOOK):
            looks += 1
            for child in (self.web, self.worker):
                self._keep(child)
            self._keep_watchdog()
            if looks % DATABASE_EVERY == 0 and self.server:
                self._keep_database(self.server)
            if looks % LOGS_EVERY == 0:
                for name in ("web.log", "worker.log", "postgres.log"):
                    rotate(self.logs / name)

    def _start(self, child: Child) -> None:
        self._tell_watchdog(child.start(self.lifeline))

    def _keep(self, child: Child) -> None:
        if child.has_died():
            _tell(f"The {child.name} ended; it starts again in {child.pause:g} s. See {child.log}.")
        if child.is_due():
            self._start(child)

    def _keep_database(self, server: Embedded) -> None:
        gone = server.pid() is None
        self.silences = 0 if gone or server.answers() else self.silences + 1
        if not gone and self.silences < SILENCE:
            return
        _tell(
            f"The database {'ended' if gone else 'is silent'}; it starts again. See {server.log}."
        )
        try:
            server.stop(mode="immediate")
            server.start()
            own_files.close_folder(self.logs)
        except ServerTrouble as trouble:
            _tell(str(trouble))

    def _keep_watchdog(self) -> None:
        if self.watchdog and self.watchdog.poll() is None:
            return
        data = str(self.settings.data_dir) if self.server else ""
        with own_files.opened(self.logs / "watchdog.log", "ab") as log:
            self.watchdog = subprocess.Popen(
                [sys.executable, "-P", "-m", "learncity.config.watchdog", data],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for child in (self.web, self.worker):
            if child.process:
                self._tell_watchdog(child.process.pid)

    def _tell_watchdog(self, pid: int) -> None:
        if self.watchdog and self.watchdog.stdin:
            try:
                self.watchdog.stdin.write(b"%d\n" % pid)
                self.watchdog.stdin.flush()
            except BrokenPipeError:
                return  # it is started again at the next look, and told then

    def _dismiss_watchdog(self) -> None:
        if self.watchdog and self.watchdog.stdin:
            self.watchdog.stdin.close()
            self.watchdog.wait()

    def _stop_children(self) -> None:
        for child, seconds in ((self.web, WEB_STOP), (self.worker, WORKER_STOP)):
            child.ask_to_stop()
            child.wait(seconds)


def _tell(text: str) -> None:
    out.print(f"  {time.strftime('%H:%M:%S')}  {text}", soft_wrap=True)
