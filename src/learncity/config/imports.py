"""What the command line does with lists: reads a file, writes it in batches, says what was wrong.

Rows that cannot be used go into a file of their own, with what to do about each, so that it can be
mended and imported again. The exit code: 0 all is in, 1 some rows are not, 2 nothing could be read.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import typer
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from learncity.apps.catalogue import imports as courses
from learncity.apps.classes import imports as classes
from learncity.apps.people import imports as people
from learncity.apps.places import imports as regions
from learncity.apps.places import queries as places
from learncity.kernel import audit
from learncity.kernel.acting import COMMAND
from learncity.kernel.csv_cells import language as spoken
from learncity.kernel.csv_files import CsvFile, Outcome, Row, RowError, Unreadable, near
from learncity.kernel.errors import DomainError
from learncity.kernel.failed_rows import ErrorFile
from learncity.kernel.importing import BATCH, Importer, Whole, written
from learncity.kernel.outcomes import Clash
from learncity.kernel.texts import LANGUAGES
from learncity.kernel.workbooks import as_csv

_SHOWN = 20
# Which list it is when nobody says so, and the country of phone numbers and IDs without one.
_LIST, _REGION = "people", "CN"
_REPEATED = ("map", "default")

# As typed: all values of an option by its name, an empty one where none was given.
Options = Mapping[str, Sequence[str]]


def _courses(file: CsvFile, options: Options) -> Importer:
    return courses.CourseImport(file)


def _skills(file: CsvFile, options: Options) -> Importer:
    return courses.SkillImport(file)


def _classes(file: CsvFile, options: Options) -> Importer:
    place = options.get("place", [""])[-1]
    if place and places.find_place(place) is None:
        raise Unreadable(f"--place {place}: there is no such place. Give the key of a region.")
    return classes.ClassImport(
        file, at=timezone.now(), create_venues="create_venues" in options, place=place
    )


def _people(file: CsvFile, options: Options) -> Importer:
    language = spoken(options.get("language", ["zh"])[-1])
    if language not in LANGUAGES:
        raise Unreadable("--language: write zh, vi or en.")
    return people.PeopleImport(
        file,
        list_name=options.get("list", [_LIST])[-1],
        by=COMMAND,
        at=timezone.now(),
        region=options.get("country", [_REGION])[-1],
        invented=settings.DEMO,
        language=language,
    )


def _day(options: Options, name: str, default: str = "") -> date:
    said = options.get(name, [default])[-1]
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Unreadable(f"--{name} {said}: write a day as 2025-07-01.")


def _regions_cn(file: CsvFile, options: Options) -> Importer:
    return regions.ChinaImport(file, by=COMMAND, at=timezone.now())


def _regions_vn(file: CsvFile, options: Options) -> Importer:
    before, after = (Path(options.get(name, [""])[-1]) for name in ("before", "after"))
    for name, folder in (("before", before), ("after", after)):
        if not options.get(name) or not folder.is_dir():
            raise Unreadable(f"Say --{name} FOLDER with the provinces and wards of that day.")
    return regions.VietnamImport(
        file, before=before, after=after, effective=_day(options, "on", "2025-07-01"),
        by=COMMAND, at=timezone.now(),
    )  # fmt: skip


def _reform(file: CsvFile, options: Options) -> Importer:
    key, country = (options.get(name, [""])[-1] for name in ("key", "country"))
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", key):
        raise Unreadable("Say --key KEY, a name for this reform such as khanh-hoa-2026.")
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise Unreadable("Say --country CN or --country VN: whose codes these are.")
    return regions.DecreeImport(
        file, key=key, country=country, effective=_day(options, "on"),
        act=options.get("act", [""])[-1], by=COMMAND, at=timezone.now(),
    )  # fmt: skip


def _population(file: CsvFile, options: Options) -> Importer:
    return regions.PopulationImport(file)


@dataclass(frozen=True)
class _Kind:
    columns: courses.Columns
    make: Callable[[CsvFile, Options], Importer]
    options: tuple[str, ...] = ()
    batch: int = BATCH


KINDS = {
    "courses": _Kind(courses.COLUMNS, _courses),
    "skills": _Kind(courses.SKILL_COLUMNS, _skills),
    "classes": _Kind(classes.COLUMNS, _classes, ("create_venues", "place")),
    "people": _Kind(people.COLUMNS, _people, ("list", "language", "country"), people.BATCH),
    "regions-cn": _Kind(regions.CHINA_COLUMNS, _regions_cn),
    "regions-vn": _Kind(regions.VIETNAM_COLUMNS, _regions_vn, ("before", "after", "on")),
    "population": _Kind(regions.POPULATION_COLUMNS, _population),
    "reform": _Kind(regions.DECREE_COLUMNS, _reform, ("key", "country", "on", "act")),
}
_FOR_ALL = ("map", "default", "errors", "strict")
_FLAGS = ("strict", "create_venues")


def run(kind: str, path: Path, options: Options, console: Console) -> None:
    """Import a list from a file, and end the command with the exit code of the module's docstring.

    Args:
        kind: one of ``KINDS``.
        options: as typed, without ``--`` and with ``_`` for ``-``.
    """
    begun = time.monotonic()
    # The command speaks English; what rooms say is translated for pages.
    with translation.override("en"):
        _run(kind, path, options, console, begun)


def _run(kind: str, path: Path, options: Options, console: Console, begun: float) -> None:
    try:
        with as_csv(path) as readable:
            file, importer, errors = _prepare(kind, path, readable, options)
            described = file.described if readable == path else "a workbook"
            result = _import(kind, file, importer, errors, "strict" in options, console)
    except (Unreadable, DomainError) as reason:
        said = reason.says if isinstance(reason, DomainError) else reason
        console.print(f"[red]✗[/] {escape(str(said))}", soft_wrap=True)
        for detail in reason.args[:_SHOWN] if isinstance(reason, DomainError) else ():
            console.print(f"    {escape(str(detail))}", soft_wrap=True)
        raise typer.Exit(2)
    console.print(f"  {escape(path.name)} [dim]{described}[/]", soft_wrap=True)
    _say(result, file, errors, time.monotonic() - begun, console)
    raise typer.Exit(1 if result.failed else 0)


def _prepare(
    kind: str, path: Path, readable: Path, options: Options
) -> tuple[CsvFile, Importer, ErrorFile]:
    if kind not in KINDS:
        raise Unreadable(
            f"{kind!r} cannot be imported{near(kind, KINDS)}. Say one of: {', '.join(KINDS)}."
        )
    known = (*_FOR_ALL, *KINDS[kind].options)
    for name, values in options.items():
        shown = name.replace("_", "-")
        if name not in known:
            all_shown = [n.replace("_", "-") for n in known]
            raise Unreadable(
                f"There is no option --{shown} for {kind}{near(shown, all_shown)}. "
                f"There are: {', '.join(f'--{n}' for n in all_shown)}."
            )
        if any(bool(value) == (name in _FLAGS) for value in values):
            takes = "no value" if name in _FLAGS else "a value after it"
            raise Unreadable(f"--{shown} takes {takes}.")
    rename, defaults = (_pairs(name, options) for name in _REPEATED)
    file = CsvFile(readable, KINDS[kind].columns, rename=rename, defaults=defaults)
    importer = KINDS[kind].make(file, options)
    return file, importer, ErrorFile(_errors_path(path, options), file, path)


def _pairs(name: str, options: Options) -> dict[str, str]:
    """The column=value pairs of an option that may stand several times."""
    pairs = {}
    for word in options.get(name, ()):
        column, equals, value = word.partition("=")
        if not (column.strip() and equals and value.strip()):
            raise Unreadable(f"--{name} {word}: write it as --{name} COLUMN=VALUE.")
        pairs[column.strip().casefold()] = value.strip()
    return pairs


def _errors_path(path: Path, options: Options) -> Path:
    if options.get("errors"):
        return Path(options["errors"][-1])
    name = path.name.removesuffix(".gz")
    stem, dot, ending = name.rpartition(".")
    return path.with_name(f"{stem}.errors.{ending}" if dot else f"{name}.errors.csv")


@dataclass
class _Result:
    outcome: Outcome = field(default_factory=Outcome)
    rows: int = 0
    failed: int = 0
    # What was not taken from rows that are in: column and reason, with how many rows.
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)
    # Meetings that are in without their room, and the first clashes of the file.
    roomless: int = 0
    clashes: list[Clash] = field(default_factory=list)
    is_refused: bool = False
    # The first mistakes, and how many there are a column; all of them are in the error file.
    shown: list[RowError] = field(default_factory=list)
    columns: Counter[str] = field(default_factory=Counter)


def _import(
    kind: str, file: CsvFile, importer: Importer, errors: ErrorFile, strict: bool, console: Console
) -> _Result:
    result = _Result()
    try:
        with transaction.atomic() if strict else nullcontext():
            for rows, outcome in _batches(KINDS[kind].batch, file, importer, result, console):
                _count(result, rows, outcome, errors)
            if not result.rows:
                raise Unreadable(f"{file.path.name} has a header and no row below it.")
            if isinstance(importer, Whole):
                with console.status("  Carrying it out …"):
                    finished = importer.finish()
                _count_whole(result, file, finished, errors)
            if strict and result.failed:
                result.is_refused = True
                transaction.set_rollback(True)
    except BaseException:
        # What was written until then stays, so it is on record; of --strict nothing stays.
        if result.rows and not strict:
            _note(kind, file, result)
        raise
    finally:
        errors.close()
    if not result.is_refused:
        _note(kind, file, result)
    return result


def _batches(
    size: int, file: CsvFile, importer: Importer, result: _Result, console: Console
) -> Iterator[tuple[list[Row], Outcome]]:
    """The rows of the file, some at a time, and what became of them; a bar shows how far it is."""
    columns = (TextColumn("  {task.description}"), BarColumn(), TaskProgressColumn())
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task(file.path.name, total=file.lines)
        for batch, outcome in written(file, importer, size):
            yield batch, outcome
            progress.update(task, completed=batch[-1].line, description=_counts(result))


def _count_whole(result: _Result, file: CsvFile, outcome: Outcome, errors: ErrorFile) -> None:
    """Count what was carried out at the end; the rows are read again for the file of mistakes."""
    left_out = {error.row for error in outcome.errors}
    rows = [row for row in file.rows() if row.number in left_out] if left_out else []
    read = result.rows
    _count(result, rows, outcome, errors)
    result.rows = read


def _count(result: _Result, rows: list[Row], outcome: Outcome, errors: ErrorFile) -> None:
    result.outcome.add(outcome)
    result.rows += len(rows)
    result.notes.update((note.column, note.says) for note in outcome.notes)
    rooms = [clash for clash in outcome.clashes if clash.what == "room"]
    result.roomless += sum(clash.times for clash in rooms)
    result.clashes += rooms[: _SHOWN - len(result.clashes)]
    wrong: dict[int, list[RowError]] = {}
    for error in outcome.errors:
        wrong.setdefault(error.row, []).append(error)
        result.columns[error.column or "the whole row"] += 1
    for row in rows:
        if row.number in wrong:
            errors.add(row, wrong[row.number])
            result.failed += 1
            result.shown += wrong[row.number][: _SHOWN - len(result.shown)]


def _note(kind: str, file: CsvFile, result: _Result) -> None:
    audit.note(
        f"{kind}.imported",
        f"file {file.path.name}"[:160],
        by=COMMAND,
        new=result.outcome.new,
        changed=result.outcome.changed,
        same=result.outcome.same,
        left_out=result.failed,
    )


def _counts(result: _Result) -> str:
    done = result.outcome
    said = f"{done.new:,} new, {done.changed:,} changed, {done.same:,} same"
    if done.alike:
        said += f", {done.alike:,} look like somebody else"
    return said + (f", {result.failed:,} left out" if result.failed else "")


def _say(
    result: _Result, file: CsvFile, errors: ErrorFile, seconds: float, console: Console
) -> None:
    if file.unused:
        spare = set(file.known) - file.columns
        named = ", ".join(f"{name}{near(name, spare)}" for name in file.unused)
        console.print(f"  [yellow]![/] Not read: {escape(named)}", soft_wrap=True)
    if result.shown:
        _say_mistakes(result, console)
    sign = "[yellow]![/]" if result.failed else "[green]✓[/]"
    console.print(f"  {sign} {_counts(result)} [dim]{seconds:.1f} s[/]", soft_wrap=True)
    if result.outcome.alike:
        console.print(
            "    Whoever shares a phone, or name and year of birth, was not joined: the city "
            "office finds the pairs on the page of each person.",
            soft_wrap=True,
        )
    for (column, says), n in sorted(result.notes.items()):
        console.print(f"    {escape(column)} of {n:,} rows {escape(says)}.", soft_wrap=True)
    if result.clashes:
        _say_clashes(result, console)
    if result.is_refused:
        console.print("    Nothing was kept, because of --strict.", soft_wrap=True)
    if result.failed:
        console.print(
            f"    The rows left out are in {escape(str(errors.path))}, each with its problem. "
            "Mend them there and import that file.",
            soft_wrap=True,
        )


def _say_mistakes(result: _Result, console: Console) -> None:
    table = Table(box=None, padding=(0, 2, 0, 2))
    for title in ("row", "column", "value", "what is wrong"):
        table.add_column(title, justify="right" if title == "row" else "left", overflow="fold")
    for error in result.shown:
        cells = (error.column, error.shown, error.says)
        table.add_row(str(error.row), *map(escape, cells))
    console.print(table)
    if sum(result.columns.values()) > len(result.shown):
        counted = ", ".join(f"{column} {n:,}" for column, n in result.columns.most_common())
        console.print(f"    … and more. Mistakes a column: {escape(counted)}", soft_wrap=True)


def _say_clashes(result: _Result, console: Console) -> None:
    console.print(
        f"    {result.roomless:,} meetings are without the room they want. All of them are at the "
        "desk, under rooms to settle; the first:",
        soft_wrap=True,
    )
    table = Table(box=None, padding=(0, 2, 0, 4))
    for title in ("row", "class", "room", "first", "times", "taken by"):
        table.add_column(title, justify="right" if title in ("row", "times") else "left")
    for clash in result.clashes:
        when = f"{clash.begins:%Y-%m-%d %H:%M}"
        cells = (clash.key, clash.name, when, str(clash.times), clash.other)
        table.add_row(str(clash.row), *map(escape, cells))
    console.print(table)
