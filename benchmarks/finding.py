"""The row of narrowed lists: ten thousand courses, a hundred thousand classes, exact counts."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.catalogue import indexing
from learncity.apps.classes.factories import make_catalogue

from . import bare
from .bench import Bench, settle
from .product import BROWSER, Product, Run
from .report import RUN, Goal, Section, figures, middle, number

COURSES, CLASSES = 10_000, 100_000
CLIENTS = (1, 8)
NEAR = "near=pingjiang"
ASKED = {
    "in the evening": "part=EVENING",
    "in the evening within 5 km, the nearest first": f"part=EVENING&within=5&sort=nearest&{NEAR}",
    "free on Saturdays in Gusu, soon": "price=FREE&weekday=SAT&place=gusu&starts=30&sort=soonest",
    "for seniors with free seats": "audience=SENIORS&seats=FREE",
    "words, in the evening": "q=%E4%BC%9A%E8%AE%A1&part=EVENING",
}


def finding(bench: Bench) -> Section:
    """Measure narrowed lists; it leaves its catalogue behind, so it comes last."""
    make_catalogue(courses=COURSES, classes=CLASSES, at=timezone.now())
    indexing.count_words()
    settle("catalogue_course", "classes_courseclass", "catalogue_entry", "catalogue_word")
    section = Section(
        "finding",
        f"Lists narrowed among {COURSES:,} courses and {CLASSES:,} classes, counts exact",
        ["asked for, visitors at once", *RUN, "of the file's rate", "queries", "bytes"],
    )
    slowest = dict.fromkeys(CLIENTS, 0.0)
    bodies = {f"page{n}": bench.product.get(_path(query)) for n, query in enumerate(ASKED.values())}
    with bare.serving({name: answer.body for name, answer in bodies.items()}) as limit:
        for (name, query), (file, answer) in zip(ASKED.items(), bodies.items(), strict=True):
            ours = _runs(bench, section, bench.product, _path(query) + "&n={n}")
            theirs = _runs(bench, section, limit, f"/files/{file}")
            for clients, run in ours.items():
                slowest[clients] = max(slowest[clients], run.p95)
                share = run.rate / theirs[clients].rate
                section.lines.append(
                    [f"{name}, {clients}", *figures(run), f"{share:.4f}", str(_queries(query)),
                     f"{len(answer.body):,}"]
                )  # fmt: skip
    wanted, found = "p95 < 300 ms for one visitor", f"{number(slowest[1])} ms at the most"
    section.goals.append(Goal("CAT-04", wanted, found, slowest[1] < 300))
    section.notes.append(
        "One query finds and counts, two more fetch courses and classes; words take some before. "
        "Every address is asked for once, so each page is drawn anew. The file is the same page "
        "from the same web server; bytes are those of the packed page without what it links to."
    )
    return section


def _path(query: str) -> str:
    return f"/find/?{query}"


def _runs(bench: Bench, section: Section, product: Product, path: str) -> dict[int, Run]:
    plan = {"kind": "get", "path": path, "headers": BROWSER}
    product.load(1, plan, seconds=bench.pace.warm)
    found = {}
    for clients in CLIENTS:
        bench.step()
        several = [
            product.load(clients, plan, seconds=bench.pace.seconds) for _ in range(bench.pace.runs)
        ]
        wrong = {status for run in several for status in run.result["statuses"]} - {"200"}
        if wrong:
            section.notes.append(f"{path} was answered with {', '.join(sorted(wrong))} as well.")
        section.heed(several)
        found[clients] = middle(several)
    return found


def _queries(query: str) -> int:
    """How many queries a stranger's page takes whose process has drawn others before."""
    client = Client()
    client.get(_path(query))
    with CaptureQueriesContext(connection) as queries:
        client.get(_path(query) + "&n=again")
    return len(queries)
