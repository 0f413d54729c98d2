"""The rows of places: taking them in every way, all at once, and none too many."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from django.db import connection

from . import bare, inside, limits
from .bench import Bench
from .numbers import class_id, person_id, token
from .people import ACCOUNTS, Classes, make_classes, pairs
from .product import BROWSER, Product, Run
from .report import RUN, Goal, Section, figures, middle, number

CLIENTS = (1, 8, 32)
MANY, SEATS = 100, 1_000_000
HOT, TRIES = 30, 1_500
RUSHES, RUSHERS = 50, 60
# More applications than can be answered in a second: the lists of a run are cut by it.
MOST_A_SECOND = 900
# The 15 ms for which the last of 32 in line may wait were 4.5 × 32 moves of one client in the run
# that set the goal (9,534 a second).
WAIT = 4.5
# A form's token is as good as the cookie that says the same.
_TWIN = "b" * 32

Requests = list[list[Any]]


def by_api(bench: Bench, applications: list[tuple[str, int]]) -> Requests:
    """Applications as a person's own program makes them."""
    return [
        ["POST", f"/api/v1/classes/{key}/applications",
         {"Authorization": f"Bearer {token(n)}", "Accept-Language": "zh-CN"}, ""]
        for key, n in applications
    ]  # fmt: skip


def by_form(bench: Bench, applications: list[tuple[str, int]]) -> Requests:
    """Applications as a browser sends the form."""
    headers = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    return [
        ["POST", f"/classes/{key}/apply/",
         {**headers, "Cookie": f"{bench.cookie(person_id(n))}; learncity_csrf={_TWIN}"},
         f"csrfmiddlewaretoken={_TWIN}"]
        for key, n in applications
    ]  # fmt: skip


def has_api(bench: Bench) -> bool:
    """Whether places can be taken by API; otherwise the form is measured in its stead."""
    return bench.product.get("/api/v1/openapi.json").status == 200


def ways(bench: Bench) -> tuple[str, Callable[[Bench, list[tuple[str, int]]], Requests]]:
    """The way in through HTTP, and its name."""
    return ("API", by_api) if has_api(bench) else ("form", by_form)


def spread(bench: Bench) -> Section:
    """Places in a hundred classes."""
    section = _taking(bench, "spread", "Taking places, spread over 100 classes", MANY)
    way, _ = ways(bench)
    return _with_goals(section, way)


def one(bench: Bench) -> Section:
    """Places in one class, in which everybody waits for the same lock."""
    return _taking(bench, "one", "Taking places, all in one class", 1)


def layers(bench: Bench) -> Section:
    """What a place costs more in the product than in Django with the rows alone."""
    bench.need_people()
    way, requests = ways(bench)
    section = Section("layers", "A place, layer by layer, 8 clients, 100 classes", ["layer", *RUN])
    _warm(bench, requests)
    rows = _rows(bench, section, MANY, 8)
    with bare.serving({}, bench.product.server) as limit:
        several = [
            _bare(bench, limit, requests=20),
            *(_bare(bench, limit) for _ in range(bench.pace.runs)),
        ]
        section.heed(several[1:])
        plain = middle(several[1:])
    limits.clear()
    inside_, whole = (
        _service(bench, section, MANY, 8),
        _http(bench, section, MANY, 8, requests),
    )
    for layer, run in (
        ("the rows alone, pgbench", rows),
        ("the rows, Django with eight middlewares", plain),
        ("service: rules, record, message", inside_),
        (way, whole),
    ):
        section.lines.append([layer, *figures(run)])
    ratio = whole.cpu / plain.cpu
    section.goals.append(
        Goal("G14", "≤ 6 × the CPU of Django with the rows alone", f"{ratio:.1f} ×", ratio <= 6)
    )
    return section


def _bare(bench: Bench, limit: Product, *, requests: int = 0) -> Run:
    """Places by Django without the product, each class and person once."""
    bench.step()
    classes = make_classes(MANY, seats=SEATS)
    number = requests or int(2 * MOST_A_SECOND * bench.pace.seconds)
    plan = [
        ["POST", f"/place/{classes.first + k % MANY}/{k // MANY}", {}, ""] for k in range(number)
    ]
    seconds = None if requests else bench.pace.seconds
    run = limit.load(8, {"kind": "each", "requests": plan, "keep": False}, seconds=seconds)
    if set(run.result["statuses"]) != {"201"}:
        raise SystemExit(f"Django with the rows alone answered {run.result['statuses']}.")
    return run


def _taking(bench: Bench, name: str, title: str, width: int) -> Section:
    bench.need_people()
    way, requests = ways(bench)
    section = Section(name, title, ["way in, clients at once", *RUN, "of the rows' rate"])
    found: dict[tuple[str, int], Run] = {}
    _warm(bench, requests)
    for clients in CLIENTS:
        found["the rows alone, pgbench", clients] = _rows(bench, section, width, clients)
        found["service", clients] = _service(bench, section, width, clients)
        found[way, clients] = _http(bench, section, width, clients, requests)
    for (how, clients), run in sorted(found.items(), key=lambda item: item[0][0]):
        share = run.rate / found["the rows alone, pgbench", clients].rate
        section.lines.append([f"{how}, {clients}", *figures(run), f"{share:.3f}"])
    section.notes.append(_later(bench))
    return section


def _with_goals(section: Section, way: str) -> Section:
    lines = {line[0]: line for line in section.lines}
    best = max((lines[f"{way}, {c}"] for c in (8, 32)), key=lambda line: _figure(line[1]))
    rate, cpu = _figure(best[1]), _figure(best[5])
    wanted = "15 × pretix's API (19/s) = 285/s, target 475/s, ≤ 6 CPU ms"
    found = f"{rate / 19:.0f} × ({number(rate)}/s), {cpu:.1f} CPU ms"
    section.goals.append(Goal("G1", wanted, found, rate >= 285 and cpu <= 6))
    return section


def _figure(text: str) -> float:
    return float(text.replace(",", ""))


def _warm(bench: Bench, requests: Any) -> None:
    """Have every process take some places, so that nothing is loaded for the first time later."""
    classes = make_classes(4, seats=SEATS)
    plan = {"kind": "each", "requests": requests(bench, pairs(classes, 80)), "keep": False}
    run = bench.product.load(8, plan)
    accepted = sum(run.result["statuses"].get(status, 0) for status in ("201", "302"))
    if accepted != 80:
        raise SystemExit(f"The first 80 applications were answered {run.result['statuses']}.")
    bench.drain()


def _rows(bench: Bench, section: Section, width: int, clients: int) -> Run:
    several = []
    for _ in range(bench.pace.runs):
        bench.step()
        classes = make_classes(width, seats=SEATS)
        seconds = max(1, round(bench.pace.seconds / 2))
        several.append(limits.rows(bench.product, classes, clients, seconds))
        limits.clear()
    section.heed(several)
    return middle(several)


def _service(bench: Bench, section: Section, width: int, clients: int) -> Run:
    several = []
    for _ in range(bench.pace.runs):
        bench.step()
        classes = make_classes(width, seats=SEATS)
        wanted = pairs(classes, int(MOST_A_SECOND * bench.pace.seconds))
        run = inside.drive(bench.product, wanted, clients, bench.pace.seconds)
        several.append(run)
        _check(section, classes, Counter(run.result["endings"])["ENROLLED"])
        bench.drain()
    section.heed(several)
    return middle(several)


def _http(bench: Bench, section: Section, width: int, clients: int, requests: Any) -> Run:
    several = []
    for _ in range(bench.pace.runs):
        bench.step()
        classes = make_classes(width, seats=SEATS)
        wanted = pairs(classes, int(MOST_A_SECOND * bench.pace.seconds))
        plan = {"kind": "each", "requests": requests(bench, wanted), "keep": False}
        run = bench.product.load(clients, plan, seconds=bench.pace.seconds)
        several.append(run)
        statuses = run.result["statuses"]
        _check(section, classes, statuses.get("201", 0) + statuses.get("302", 0))
        bench.drain()
    section.heed(several)
    return middle(several)


def _check(section: Section, classes: Classes, accepted: int) -> None:
    """Compare what was answered with what is in the database; say so when they differ."""
    kept, counted, _ = in_database(classes)
    if not accepted == kept == counted:
        section.notes.append(
            f"WRONG: {accepted} accepted, {kept} enrolments, {counted} counted as taken."
        )


def in_database(classes: Classes) -> tuple[int, int, list[int]]:
    """Enrolments, seats counted as taken, and the enrolments of each class."""
    ids = [class_id(classes.first + n) for n in range(len(classes.keys))]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.seats_taken, count(e.id) FROM classes_courseclass c LEFT JOIN "
            "classes_enrolment e ON e.course_class_id = c.id AND e.state = 'ENROLLED' "
            "WHERE c.id = ANY(%s) GROUP BY c.id ORDER BY c.id",
            [ids],
        )
        found = cursor.fetchall()
    each = [row[2] for row in found]
    return sum(each), sum(row[1] for row in found), each


def _later(bench: Bench) -> str:
    cost = bench.carrying / max(1, bench.carried) * 1000
    return (
        "CPU ms: web, database and worker while the load lasted. The worker goes on for a while: a "
        f"message that is carried later costs {cost:.1f} CPU ms more. Every accepted answer was "
        "found in the database, and nothing else."
    )


def person(bench: Bench) -> Section:
    """The form, the answer and the receipt, as somebody sees them who is signed in."""
    bench.need_people()
    section = Section(
        "person", "Taking a place on the pages: form, answer, receipt",
        ["people at once", "places a second", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "others"],
    )  # fmt: skip
    best: Run | None = None
    for clients in CLIENTS:
        several = []
        for _ in range(bench.pace.runs):
            bench.step()
            classes = make_classes(MANY, seats=SEATS)
            # Everybody once, and not those who took thousands of places in the other rows.
            visits = [
                (classes.keys[k % MANY], bench.cookie(person_id(ACCOUNTS - 1 - k)))
                for k in range(int(200 * bench.pace.seconds))
            ]
            run = bench.product.load(
                clients, {"kind": "person", "visits": visits}, seconds=bench.pace.seconds
            )
            several.append(_as_places(run))
            good = Counter(run.result["endings"])["receipt 200"]
            if good != len(run.result["endings"]):
                section.notes.append(f"WRONG: {Counter(run.result['endings'])}")
            _check(section, classes, good)
            bench.drain()
        section.heed(several)
        run = middle(several)
        best = run if best is None or run.rate > best.rate else best
        section.lines.append([str(clients), *figures(run)])
    assert best is not None
    section.goals.append(
        Goal(
            "G2", "30 × pretix's checkout (2.65/s, 520–650 CPU ms) = 80/s, target 50 ×",
            f"{best.rate / 2.65:.0f} × ({number(best.rate)}/s, {best.cpu:.0f} CPU ms)",
            best.rate >= 80,
        )
    )  # fmt: skip
    return section


def _as_places(run: Run) -> Run:
    """The same run, counted in whole visits instead of answers."""
    done, waits = len(run.result["endings"]), run.result["visits"]
    return Run(
        rate=done / run.result["seconds"],
        p50=waits["p50"],
        p95=waits["p95"],
        p99=waits["p99"],
        cpu=run.cpu * run.result["answers"] / max(1, done),
        own=run.own,
        foreign=run.foreign,
        result=run.result,
    )


def rush(bench: Bench) -> Section:
    """Far more people than seats, in one class that has no waiting list."""
    bench.need_people()
    way, requests = ways(bench)
    section = Section(
        "rush", f"A rush: {TRIES:,} people, {HOT} seats, by {way}",
        ["clients at once", *RUN, "accepted", "refused"],
    )  # fmt: skip
    for clients in (8, 32):
        several = []
        for _ in range(bench.pace.runs):
            bench.step()
            classes = make_classes(1, seats=HOT)
            tries = requests(bench, pairs(classes, TRIES))
            plan = {"kind": "each", "requests": tries, "keep": False}
            several.append(bench.product.load(clients, plan))
            bench.drain()
        section.heed(several)
        run, statuses = middle(several), Counter(several[-1].result["statuses"])
        accepted = statuses["201"] + statuses["302"]
        _check(section, classes, accepted)
        section.lines.append(
            [str(clients), *figures(run), str(accepted), str(statuses["409"] + statuses["422"])]
        )
    section.goals.append(
        Goal(
            "G3", "20 × pretix's answers (50/s) = 1,000/s, p95 ≤ 60 ms with 32 clients",
            f"{run.rate / 50:.0f} × ({number(run.rate)}/s), p95 {run.p95:.0f} ms",
            run.rate >= 1000 and run.p95 <= 60,
        )
    )  # fmt: skip
    return section


def exact(bench: Bench) -> Section:
    """Fifty rushes, everybody trying twice, checked in the database."""
    bench.need_people()
    way, requests = ways(bench)
    section = Section(
        "exact",
        f"{RUSHES} rushes of {RUSHERS} people, each trying twice, for {HOT} seats, by {way}",
        ["rushes", "answers", "sold too many", "sold too few", "5xx", "lost", "two answers"],
    )  # fmt: skip
    bench.step()
    classes = make_classes(RUSHES, seats=HOT)
    tries = [
        (key, n)
        for key in classes.keys
        for n in random.Random(key).sample([*range(RUSHERS), *range(RUSHERS)], 2 * RUSHERS)
    ]
    plan = {"kind": "each", "requests": requests(bench, tries), "keep": True}
    run = bench.product.load(32, plan)
    each = in_database(classes)[2]
    statuses = {int(s): n for s, n in run.result["statuses"].items()}
    found = [
        sum(n > HOT for n in each),
        sum(n < HOT for n in each),
        sum(n for s, n in statuses.items() if s >= 500),
        statuses.get(0, 0),
        _contradictions(tries, run.result["endings"]),
    ]
    section.lines.append([str(RUSHES), number(len(tries)), *(str(n) for n in found)])
    section.goals.append(
        Goal(
            "G4", "none oversold, none undersold, no fault, the same answer twice",
            "exact" if not any(found) else "WRONG", not any(found),
        )
    )  # fmt: skip
    bench.drain()
    return section


def _contradictions(tries: list[tuple[str, int]], endings: list[str]) -> int:
    """How many people with a place were told something else at another try."""
    told: dict[tuple[str, int], set[str]] = defaultdict(set)
    for ending in endings:
        index, _, what = ending.partition(" ")
        if index.isdigit():
            told[tries[int(index)]].add(what)
    return sum(len(said) > 1 for said in told.values())


def queue(bench: Bench) -> Section:
    """One class of ten thousand seats: what it costs that everybody wants the same lock."""
    bench.need_people()
    section = Section(
        "queue", "One class of 10,000 seats, in the database",
        ["how, clients at once", *RUN, "of one client's rate"],
    )  # fmt: skip
    shares, alone_rate = {}, 1.0
    for how, measure in (("the rows alone, pgbench", _rows), ("service", _service)):
        alone = measure(bench, section, 1, 1)
        alone_rate = alone.rate if how != "service" else alone_rate
        crowd = measure(bench, section, 1, 32)
        for clients, run in ((1, alone), (32, crowd)):
            share = run.rate / alone.rate
            section.lines.append([f"{how}, {clients}", *figures(run), f"{share:.2f}"])
        shares[how] = (crowd.rate / alone.rate, crowd.p99)
    free = _rows(bench, section, MANY, 32)
    section.lines.append(
        [f"the rows alone over {MANY} classes, 32", *figures(free), f"{free.rate / alone_rate:.2f}"]
    )
    share, p99 = shares["the rows alone, pgbench"]
    line = 32 / alone_rate * 1000
    served = shares["service"][0]
    section.goals += [
        Goal(
            "G5", "32 clients ≥ 0.5 of one client's rate, in the database",
            f"{share:.2f}, through the service {served:.2f}", share >= 0.5,
        ),
        Goal("G5", "p99 ≤ 15 ms, where it was set", f"{p99:.0f} ms here", p99 <= 15),
        Goal(
            "G5",
            f"the same as a ratio of one run: p99 with 32 clients ≤ {WAIT} × 32 moves of one "
            "client, in the database",
            f"{p99 / line:.1f} × ({p99:.0f} ms)", p99 <= WAIT * line,
        ),
    ]  # fmt: skip
    section.notes.append(
        "Each of 32 in line waits for those before: at one client's rate alone the last waits "
        f"{line:.0f} ms, the disk's flush of every move included. Where nobody waits for anybody, "
        f"over {MANY} classes, the same rows take {free.p99:.0f} ms at p99. The goal was 15 ms "
        "where one client made 9,534 moves of three rows a second: as a ratio of one run, "
        f"{WAIT} × 32 moves of one client."
    )
    return section
