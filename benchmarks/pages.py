"""The rows of pages: drawn anew, remembered, and beside them the same bytes as a file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urljoin

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.classes.models import CourseClass
from learncity.apps.people import queries as people

from . import bare
from .bench import Bench
from .product import BROWSER, Product, Run
from .report import RUN, Goal, Section, figures, middle, number

RESIDENT = "demo-worker"
CLIENTS = (1, 8, 32)
COLUMNS = ["page, visitors at once", *RUN, "of the file's rate"]
WORD = "会计"


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is measured."""

    name: str
    title: str
    path: str


def home() -> Page:
    """The front page."""
    return Page("home", "Front page", "/")


def listing() -> Page:
    """The category with most courses: a full page of twenty rows."""
    counts = catalogue.counts()
    fullest = max(counts, key=lambda category: counts[category])
    return Page("list", "List of a category, 20 rows", f"/categories/{fullest.slug}/")


def course_class() -> Page:
    """A class in a room that takes applications, with as many meetings as most."""
    rows = CourseClass.objects.filter(closes_at__gt=timezone.now(), cancelled_at=None)
    found = sorted(rows.exclude(venue=None), key=lambda c: (c.sessions_count, c.key))
    return Page("class", "Class", f"/classes/{found[len(found) // 2].key}/")


def search() -> Page:
    """Results for a Chinese word."""
    return Page("search", f"Search for {WORD}", f"/find/?q={quote(WORD)}")


def row(bench: Bench, page: Page) -> Section:
    """Measure one page in every way."""
    section = Section(page.name, f"{page.title} (`{page.path}`)", COLUMNS)
    fresh = page.path + ("&" if "?" in page.path else "?") + "n={n}"
    cookie = {"Cookie": bench.cookie(people.ids_by_key([RESIDENT])[RESIDENT])}
    body = bench.product.get(page.path).body
    ways: list[tuple[str, Product, str, dict[str, str]]] = [
        ("drawn for a stranger", bench.product, fresh, {}),
        ("drawn for somebody signed in", bench.product, page.path, cookie),
        ("remembered", bench.product, page.path, {}),
    ]
    with bare.serving({"page": body}) as limit:
        ways += [
            ("the same bytes, bare Django", limit, "/page", {}),
            ("the same bytes, as a file", limit, "/files/page", {}),
        ]
        runs = {
            name: _runs(bench, section, server, path, headers)
            for name, server, path, headers in ways
        }
    for name, by_clients in runs.items():
        for clients, run in by_clients.items():
            share = run.rate / runs["the same bytes, as a file"][clients].rate
            section.lines.append([f"{name}, {clients}", *figures(run), f"{share:.3f}"])
    section.notes.append(_queries_words(page))
    section.goals += GOALS.get(page.name, lambda _: [])(runs)
    return section


def _runs(
    bench: Bench, section: Section, product: Product, path: str, headers: dict[str, str]
) -> dict[int, Run]:
    plan = {"kind": "get", "path": path, "headers": {**BROWSER, **headers}}
    product.load(8, plan, seconds=bench.pace.warm)
    found = {}
    for clients in CLIENTS:
        bench.step()
        several = [
            product.load(clients, plan, seconds=bench.pace.seconds) for _ in range(bench.pace.runs)
        ]
        wrong = {s for run in several for s in run.result["statuses"]} - {"200"}
        if wrong:
            section.notes.append(f"{path} was answered with {', '.join(sorted(wrong))} as well.")
        section.heed(several)
        found[clients] = middle(several)
    return found


def _queries_words(page: Page) -> str:
    counts = []
    for account in (None, people.find_account(people.ids_by_key([RESIDENT])[RESIDENT])):
        client = Client()
        if account:
            client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
        url = page.path + ("&" if "?" in page.path else "?") + f"n={account is None}"
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url + "1")
            counts.append(len(queries))
    return f"Queries: {counts[0]} for a stranger, {counts[1]} signed in."


Found = dict[str, dict[int, Run]]


def _list_goals(found: Found) -> list[Goal]:
    drawn, kept = found["drawn for a stranger"], found["remembered"]
    limit = found["the same bytes, bare Django"]
    times, share = drawn[8].rate / 26.0, kept[8].rate / limit[8].rate
    return [
        Goal(
            "G6", "5 × pretix's list (26/s), ≤ 15 CPU ms, p50 ≤ 15 ms for one visitor",
            f"{times:.1f} ×, {drawn[8].cpu:.1f} CPU ms, p50 {drawn[1].p50:.1f} ms",
            times >= 5 and drawn[8].cpu <= 15 and drawn[1].p50 <= 15,
        ),
        Goal(
            "G8", "80 × pretix's list (2,000/s) and ≥ 0.4 of bare Django's rate",
            f"{kept[8].rate / 26.0:.0f} × ({number(kept[8].rate)}/s), {share:.2f} of bare Django",
            kept[8].rate >= 80 * 26 and share >= 0.4,
        ),
    ]  # fmt: skip


def _class_goals(found: Found) -> list[Goal]:
    drawn = found["drawn for a stranger"][8]
    times = drawn.rate / 58.0
    return [
        Goal(
            "G7", "4 × pretix's event page (58/s), ≤ 8 CPU ms",
            f"{times:.1f} ×, {drawn.cpu:.1f} CPU ms", times >= 4 and drawn.cpu <= 8,
        )
    ]  # fmt: skip


GOALS: dict[str, Callable[[Found], list[Goal]]] = {"list": _list_goals, "class": _class_goals}


def weight(bench: Bench) -> Section:
    """Bytes of a first visit, and of the pages after it, as a browser gets them."""
    section = Section(
        "bytes", "Bytes as transferred",
        ["page", "requests", "HTML", "styles", "scripts", "icons", "first visit", "next page"],
    )  # fmt: skip
    totals, nexts, requests = [], [], []
    for page in (home(), listing(), course_class(), search()):
        bench.step()
        html, parts = _parts(bench.product, page.path)
        total = html + sum(sum(sizes) for sizes in parts.values())
        count = 1 + sum(len(sizes) for sizes in parts.values())
        kinds = [f"{sum(parts[kind]):,}" for kind in ("style", "script", "icon")]
        section.lines.append(
            [page.name, str(count), f"{html:,}", *kinds, f"{total:,}", f"{html:,}"]
        )
        totals.append(total)
        nexts.append(html)
        requests.append(count)
    section.goals.append(
        Goal(
            "G9", "first visit ≤ 50 KB and a tenth of pretix's (490 KB), ≤ 6 requests, "
            "HTML ≤ 8 KB, later pages ≤ 15 KB",
            f"{max(totals) / 1000:.1f} KB ({max(totals) / 490_000:.2f} of pretix), "
            f"{max(requests)} requests, later pages {max(nexts) / 1000:.1f} KB",
            max(totals) <= 49_000 and max(requests) <= 6 and max(nexts) <= 8_000,
        )
    )  # fmt: skip
    section.notes.append(
        "Bodies as a browser that takes gzip and br gets them. Styles, scripts and icons have a "
        "hash of their content in their name and are kept for a year: a later page is its HTML."
    )
    return section


def _parts(product: Product, path: str) -> tuple[int, dict[str, list[int]]]:
    answer = product.get(path)
    text = product.get(path, Accept_Encoding="identity").body.decode()
    parts: dict[str, list[int]] = {"style": [], "script": [], "icon": []}
    for tag in re.findall(r"<(?:link|script|img)\b[^>]*>", text):
        address = re.search(r'(?:href|src)="([^"]+)"', tag)
        kind = _kind(tag)
        if address and kind:
            parts[kind].append(_asset(product, urljoin(path, address[1]), parts))
    return len(answer.body), parts


def _kind(tag: str) -> str:
    if tag.startswith("<script"):
        return "script"
    if tag.startswith("<img") or 'rel="icon"' in tag:
        return "icon"
    return "style" if 'rel="stylesheet"' in tag else ""


def _asset(product: Product, path: str, parts: dict[str, list[int]]) -> int:
    """The size of a file; what a style sheet asks for in turn is counted with the icons."""
    answer = product.get(path)
    if path.endswith(".css"):
        plain = product.get(path, Accept_Encoding="identity").body.decode()
        for inner in re.findall(r"url\([\"']?(?!data:)([^)\"']+)", plain):
            parts["icon"].append(len(product.get(urljoin(path, inner)).body))
    return len(answer.body)
