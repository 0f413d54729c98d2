"""The load generator: so many connections, each sending its next request when it has its answer.

``python -m benchmarks.load`` reads one job as JSON and writes one result as JSON. It is a process
of its own, with bare sockets and one thread, so that it costs little; its cost is in the result.
"""

import itertools
import json
import re
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

# A request that has no answer after so many seconds is counted as lost.
PATIENCE = 60.0
RECEIPT = re.compile(rb'"receipt": *"([^"]+)"')


@dataclass(slots=True)
class Reply:
    """An answer: status, headers in lower case, body as transferred."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """The first header of this name, or nothing."""
        found = re.search(rb"\r\n" + name + rb": *([^\r\n]*)", self.head, re.IGNORECASE)
        return found[1] if found else b""


# What one visitor does: requests go out, replies come in; the value returned says how it went.
Visit = Generator[bytes, Reply, str]


def request(method: str, path: str, headers: dict[str, str] | None = None, body: str = "") -> bytes:
    """A request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def get_visits(plan: dict[str, Any]) -> Iterator[Visit]:
    """The same page again and again; ``{n}`` in its address is a number never used before."""
    parts = request("GET", plan["path"], plan["headers"]).split(b"{n}")
    begun = time.time_ns()

    def visit(n: int) -> Visit:
        reply = yield parts[0] if len(parts) == 1 else (b"%d" % (begun + n)).join(parts)
        return str(reply.status)

    return (visit(n) for n in itertools.count())


def each_visits(plan: dict[str, Any]) -> Iterator[Visit]:
    """Each of the listed requests once."""

    def visit(n: int, line: list[Any]) -> Visit:
        reply = yield request(*line)
        if not plan["keep"]:
            return str(reply.status)
        # The number of the request, and what tells one answer from another.
        told = RECEIPT.findall(reply.body)[:1] or reply.header(b"location") or reply.status
        return f"{n} {told!r}"

    return (visit(n, line) for n, line in enumerate(plan["requests"]))


def person_visits(plan: dict[str, Any]) -> Iterator[Visit]:
    """Somebody who is signed in opens the form, sends it, and reads the receipt."""
    return (_person(key, cookie) for key, cookie in plan["visits"])


def _person(key: str, cookie: str) -> Visit:
    headers = {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN", "Cookie": cookie}
    path = f"/classes/{key}/apply/"
    # The form is asked for uncompressed, because its hidden field is read by a plain search.
    form = yield request("GET", path, {**headers, "Accept-Encoding": "identity"})
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', form.body)
    set_cookie = form.header(b"set-cookie").split(b";")[0].decode()
    if form.status != 200 or token is None:
        return f"form {form.status}"
    sent = yield request(
        "POST",
        path,
        headers
        | {
            "Cookie": f"{cookie}; {set_cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        f"csrfmiddlewaretoken={token[1].decode()}",
    )
    if sent.status != 302:
        return f"sent {sent.status}"
    receipt = yield request("GET", sent.header(b"location").decode(), headers)
    return f"receipt {receipt.status}"


KINDS = {"get": get_visits, "each": each_visits, "person": person_visits}


@dataclass(slots=True)
class Tally:
    """What was seen."""

    statuses: Counter[int] = field(default_factory=Counter)
    endings: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    visits: list[float] = field(default_factory=list)
    received: int = 0


class Client:
    """One connection and the visit it is making."""

    def __init__(self, address: tuple[str, int], visits: Iterator[Visit], tally: Tally) -> None:
        self.address, self.visits, self.tally = address, visits, tally
        self.buffer = b""
        self.sent_at = self.begun_at = 0.0
        self.visit: Visit | None = None
        self.connect()

    def connect(self) -> None:
        """Open the connection anew."""
        self.socket = socket.create_connection(self.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def begin(self) -> bool:
        """Begin the next visit; whether there was one."""
        self.visit = next(self.visits, None)
        if self.visit is None:
            return False
        self.begun_at = time.perf_counter()
        self._send(next(self.visit))
        return True

    def _send(self, data: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(data)

    def on_data(self) -> bool:
        """Take what has arrived; false when a visit is over."""
        data = self.socket.recv(262_144)
        if not data:
            return self.on_loss()
        self.buffer += data
        reply = self._reply()
        if reply is None:
            return True
        now = time.perf_counter()
        self.tally.waits.append(now - self.sent_at)
        self.tally.statuses[reply.status] += 1
        self.tally.received += len(reply.head) + len(reply.body)
        assert self.visit is not None
        try:
            self._send(self.visit.send(reply))
        except StopIteration as end:
            self.tally.visits.append(now - self.begun_at)
            self.tally.endings.append(end.value)
            return False
        return True

    def on_loss(self) -> bool:
        """Count a request that has no answer, and connect anew."""
        self.tally.statuses[0] += 1
        self.tally.endings.append("lost")
        self.buffer = b""
        self.socket.close()
        self.connect()
        return False

    def _reply(self) -> Reply | None:
        """The whole answer, once it is there."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.buffer[: end + 2]
        reply = Reply(int(head[9:12]), head, b"")
        said = reply.header(b"content-length")
        if said:
            whole = end + 4 + int(said)
            if len(self.buffer) < whole:
                return None
        elif reply.header(b"transfer-encoding"):
            last = self.buffer.find(b"0\r\n\r\n", end)
            if last < 0:
                return None
            whole = last + 5
        else:
            whole = end + 4
        reply.body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
        return reply


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Make the visits of a job: all of them, or those that begin within its seconds."""
    tally, plan = Tally(), job["plan"]
    visits = KINDS[plan["kind"]](plan)
    address = (job["host"], job["port"])
    clients = [Client(address, visits, tally) for _ in range(job["clients"])]
    selector = selectors.DefaultSelector()
    begun, cpu = time.perf_counter(), time.process_time()
    end = begun + (job["seconds"] or 1e9)
    for client in clients:
        if client.begin():
            selector.register(client.socket, selectors.EVENT_READ, client)
    _loop(selector, end)
    result = _summary(tally, time.perf_counter() - begun)
    return result | {"cpu": time.process_time() - cpu}


def _loop(selector: selectors.BaseSelector, end: float) -> None:
    while selector.get_map():
        for key, _ in selector.select(timeout=1.0):
            client, old = key.data, key.fileobj
            if client.on_data():
                continue
            is_on = time.perf_counter() < end and client.begin()
            if not is_on or client.socket is not old:
                selector.unregister(old)
            if is_on and client.socket is not old:
                selector.register(client.socket, selectors.EVENT_READ, client)
        _give_up(selector)


def _give_up(selector: selectors.BaseSelector) -> None:
    now = time.perf_counter()
    for key in list(selector.get_map().values()):
        if now - key.data.sent_at > PATIENCE:
            selector.unregister(key.fileobj)
            key.data.on_loss()


def _summary(tally: Tally, seconds: float) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "answers": len(tally.waits),
        "statuses": dict(tally.statuses),
        "endings": tally.endings,
        "waits": percentiles(tally.waits),
        "visits": percentiles(tally.visits),
        "received": tally.received,
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Median, 95th and 99th percentile and the longest, in milliseconds."""
    found = sorted(seconds)
    if not found:
        return {}
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    last = len(found) - 1
    return {name: found[min(last, int(len(found) * part))] * 1000 for name, part in at.items()}


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
