"""What a row found, as a table on the terminal and as Markdown in the document."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from . import machine
from .product import Run

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: {} -->", "<!-- end: {} -->"


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal and what was found.

    ``met`` is unset when this run cannot say, for example because the limit could not be measured.
    """

    name: str
    wanted: str
    found: str
    met: bool | None

    @property
    def word(self) -> str:
        """Met or not."""
        return {True: "met", False: "not met", None: "unknown"}[self.met]


@dataclass(slots=True)
class Section:
    """One row of the benchmarks: its table, its goals, and what else must be said."""

    name: str
    title: str
    columns: list[str]
    lines: list[list[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    disturbed: float = 0.0

    def heed(self, runs: Iterable[Run]) -> None:
        """Remember how much the busiest neighbours disturbed any of these runs."""
        self.disturbed = max([self.disturbed, *(run.foreign for run in runs)])


def middle(runs: list[Run]) -> Run:
    """Of several runs of the same thing, every figure's median."""
    names = ("rate", "p50", "p95", "p99", "cpu", "own", "foreign")
    figures = {name: median(getattr(run, name) for run in runs) for name in names}
    return Run(**figures, result=runs[-1].result)


def figures(run: Run) -> list[str]:
    """The columns RUN of a line."""
    return [
        number(run.rate), number(run.p50), number(run.p95), number(run.p99),
        f"{run.cpu:.2f}", f"{run.foreign:.0%}",
    ]  # fmt: skip


RUN = ["a second", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "others"]


def number(value: float) -> str:
    """A figure with no more digits than it deserves."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def show(section: Section, console: Console) -> None:
    """Print a section."""
    table = Table(title=section.title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for n, column in enumerate(section.columns):
        table.add_column(column, justify="left" if n == 0 else "right")
    for line in section.lines:
        table.add_row(*line)
    console.print(table)
    colours = {"met": "green", "not met": "red", "unknown": "yellow"}
    for goal in section.goals:
        colour = colours[goal.word]
        console.print(f"  [{colour}]{goal.word}[/]  {goal.name}: {goal.wanted}; {goal.found}")
    for note in _notes(section):
        console.print(f"  [dim]{note}[/]")
    console.print()


def _notes(section: Section) -> list[str]:
    notes = list(section.notes)
    if section.disturbed > machine.QUIET:
        notes.append(
            f"Disturbed: other processes used up to {section.disturbed:.0%} of the machine; "
            "trust CPU ms and ratios, not requests a second."
        )
    return notes


def markdown(section: Section, facts: list[tuple[str, str]]) -> str:
    """A section as it stands in the document."""
    parts = [f"### {section.title}", ""]
    parts += [_line(section.columns), _line(["---"] + ["--:"] * (len(section.columns) - 1))]
    parts += [_line(line) for line in section.lines]
    if section.goals:
        parts += ["", "| goal | wanted | found | |", "| --- | --- | --- | --- |"]
        parts += [_line([g.name, g.wanted, g.found, g.word]) for g in section.goals]
    parts += ["", *(f"{note}\n" for note in _notes(section))]
    said = "; ".join(f"{name}: {value}" for name, value in facts)
    day = time.strftime("%Y-%m-%d")
    parts.append(f"<small>{day}. {said}.</small>")
    return "\n".join(parts)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def write(sections: list[Section], facts: list[tuple[str, str]]) -> None:
    """Put the sections between their markers in the document; others stay as they are."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for section in sections:
        begin, end = BEGIN.format(section.name), END.format(section.name)
        block = f"{begin}\n{markdown(section, facts)}\n{end}"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{DOCUMENT.name} has no place for the row {section.name}: {begin}")
        text = pattern.sub(block.replace("\\", r"\\"), text)
    DOCUMENT.write_text(text, encoding="utf-8")
