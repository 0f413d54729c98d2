"""The row of narrowed lists: ten thousand courses, a hundred thousand classes, exact counts."""

from django.utils import timezone

from learncity.apps.classes.factories import make_catalogue

from .bench import Bench, settle
from .product import BROWSER
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
    settle("catalogue_course", "classes_courseclass")
    section = Section(
        "finding",
        f"Lists narrowed among {COURSES:,} courses and {CLASSES:,} classes, counts exact",
        ["asked for, visitors at once", *RUN],
    )
    slowest = dict.fromkeys(CLIENTS, 0.0)
    for name, query in ASKED.items():
        plan = {"kind": "get", "path": f"/find/?{query}&n={{n}}", "headers": BROWSER}
        bench.product.load(1, plan, seconds=bench.pace.warm)
        for clients in CLIENTS:
            bench.step()
            several = [
                bench.product.load(clients, plan, seconds=bench.pace.seconds)
                for _ in range(bench.pace.runs)
            ]
            section.heed(several)
            run = middle(several)
            slowest[clients] = max(slowest[clients], run.p95)
            section.lines.append([f"{name}, {clients}", *figures(run)])
    wanted, found = "p95 < 300 ms for one visitor", f"{number(slowest[1])} ms at the most"
    section.goals.append(Goal("CAT-04", wanted, found, slowest[1] < 300))
    section.notes.append("One query finds and counts, two more fetch courses and classes.")
    return section
