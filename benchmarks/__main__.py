"""``python -m benchmarks [ROW...] [--quick] [--write]``: measure, print, write down.

Started without a database it makes one for the time of the run, as ``./go bench`` does.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from learncity.config import testing

if TYPE_CHECKING:
    from .bench import Bench
    from .report import Section

PAGES = ("home", "list", "class", "search", "bytes")
ROWS = (
    *PAGES, "spread", "one", "layers", "person", "rush", "exact", "queue", "imports",
    "find", "exams", "finding",
)  # fmt: skip


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one of {', '.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="at most ten minutes")
    parser.add_argument("--write", action="store_true", help="put it into docs/benchmarks.md")
    words = parser.parse_args()
    unknown = set(words.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    return words


def _measure(words: argparse.Namespace, console: Console) -> None:
    import django

    from . import machine, report
    from .product import choose_address, running

    choose_address()
    django.setup()
    from .bench import FULL, QUICK, Bench  # models can be loaded only now

    facts = machine.describe()
    for name, value in facts:
        console.print(f"  [dim]{name}[/]  {value}")
    console.print("  [dim]Starting the product with its demo city …[/]")
    sections = []
    with running() as product, _progress(console) as progress:
        task = progress.add_task("", total=None)
        bench = Bench(product, QUICK if words.quick else FULL, lambda: progress.advance(task))
        progress.update(task, description="the demo city's messages")
        bench.drain()
        for name in [row for row in ROWS if not words.rows or row in words.rows]:
            progress.update(task, description=name)
            section = _rows()[name](bench)
            report.show(section, console)
            sections.append(section)
            if words.write:
                report.write([section], facts)


def _rows() -> "dict[str, Callable[[Bench], Section]]":
    from . import exams, finding, imports, pages, places, searching

    return {
        "home": lambda bench: pages.row(bench, pages.home()),
        "list": lambda bench: pages.row(bench, pages.listing()),
        "class": lambda bench: pages.row(bench, pages.course_class()),
        "search": lambda bench: pages.row(bench, pages.search()),
        "bytes": pages.weight,
        "spread": places.spread,
        "one": places.one,
        "layers": places.layers,
        "person": places.person,
        "rush": places.rush,
        "exact": places.exact,
        "queue": places.queue,
        "imports": imports.imports,
        "find": searching.find,
        "exams": exams.exams,
        "finding": finding.finding,
    }


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def main() -> None:
    """Run the rows."""
    words = _words()
    if not os.environ.get("DATABASE_URL"):
        sys.exit(testing.bench(sys.argv[1:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learncity.config.settings")
    Path(os.environ["LEARNCITY_DATA"]).mkdir(exist_ok=True)
    _measure(words, Console(width=None if sys.stdout.isatty() else 140))


if __name__ == "__main__":
    main()
