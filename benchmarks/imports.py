"""The row of imports: a list of people by the product, beside the least that writes its rows.

Every way writes its own people into a copy of the database of its own: the same tables with the
same constraints, and as much in them before.
"""

import csv
import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql
from psycopg.conninfo import make_conninfo

from learncity.apps.people.models import Identifier, Listed, Person, PersonKey, Residence
from learncity.apps.people.rules import check_sign
from learncity.apps.people.services import list_named
from learncity.apps.places import queries as places
from learncity.kernel.ids import uuid7

from . import machine
from .bench import FULL, Bench
from .report import Goal, Section, number

ROWS, QUICK_ROWS = 1_000_000, 50_000
# bulk_create writes so many, and its time is multiplied.
SAMPLE = 20
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英文华玉萍红建国志斌宇浩然欣怡梓涵子轩诗雨佳琪俊凯思远"
    "晨曦雅婷嘉豪雪梅春秋冬海江山川林森木青云天晴阳光辉耀祥瑞福安康宁和顺达永恒毅坚诚信义仁礼智贤德"
)
HEAD = ("key", "name", "phone", "born", "home", "national_id")
_STAGED = (
    "n int, id uuid, name text, name_order bytea, name_words text, born int, home text, "
    "box bytea, key uuid, lived uuid, one uuid, two uuid, sealed bytea, claim bytea, signs bytea, "
    "other bytea, said bytea, row bytea"
)
# By hand: what a careful person would write who had every value worked out already.
_BY_HAND = (
    """INSERT INTO people_person (id, name, name_order, name_words, language, home_id, hometown,
  born)
SELECT b.id, b.name, b.name_order, b.name_words, 'zh-Hans', p.id, '', b.born
FROM bench_staged b JOIN places_place p ON p.key = b.home""",
    """INSERT INTO people_personkey (person_id, key_id, box)
SELECT id, 'bench', box FROM bench_staged""",
    """INSERT INTO people_residence (id, person_id, place_id, since, stated_via)
SELECT b.lived, b.id, p.id, now(), 'COMMAND'
FROM bench_staged b JOIN places_place p ON p.key = b.home""",
    """INSERT INTO people_identifier (id, person_id, kind, issuer, sealed, claim, signs, key_id,
  tail, added_at, added_via)
SELECT one, id, 'NATIONAL_ID', 'CN', sealed, claim, signs, 'bench', '0000', now(), 'COMMAND'
FROM bench_staged
UNION ALL
SELECT two, id, 'PHONE', '', sealed, other, said, 'bench', '0000', now(), 'COMMAND'
FROM bench_staged""",
    """INSERT INTO people_listed (id, people_list_id, claim, said, person_id, at, via)
SELECT key, %s, row, said, id, now(), 'COMMAND' FROM bench_staged""",
)  # fmt: skip


def people(count: int, first: int) -> Iterator[tuple[str, ...]]:
    """Invented people: no such region, no such prefix of a phone; the same for the same numbers."""
    dice = random.Random(first)
    homes = [p.key for p in places.below(_city())[1:]]
    for n in range(first, first + count):
        day, rest = divmod(n, 1000)
        born = 1940 + day // 336 % 60
        start = f"990000{born}{1 + day % 336 // 28:02d}{1 + day % 28:02d}{rest:03d}"
        name = dice.choice(FAMILY) + "".join(dice.choice(GIVEN) for _ in range(dice.choice((1, 2))))
        yield (
            str(n),
            name,
            f"154{n:08d}",
            str(born),
            dice.choice(homes),
            start + check_sign(start),
        )


def _city() -> str:
    found = places.find_place("suzhou")
    assert found is not None
    return found.path


def imports(bench: Bench) -> Section:
    """A list of people, by four ways and then once more."""
    count = ROWS if bench.pace is FULL else QUICK_ROWS
    section = Section(
        "imports", f"A list of {count:,} people",
        ["way", "seconds", "rows a second", "of staged SQL", "peak MB", "others"],
    )  # fmt: skip
    with TemporaryDirectory(dir=os.environ["LEARNCITY_DATA"]) as folder, bench.product.resting():
        sent, staged = Path(folder) / "people.csv", Path(folder) / "staged.csv"
        _write(sent, [HEAD], people(count, 30_000_000))
        _write(staged, [], _worked_out(people(count, 10_000_000)))
        timed: dict[str, tuple[float, float, float]] = {}

        def run(way: str, work: Callable[[], float], scale: int = 1) -> None:
            bench.step()
            roots = [*bench.product.database(), os.getpid()]
            begun, busy = time.perf_counter(), machine.busy_seconds()
            before = machine.cpu_seconds(roots)
            memory = work()
            seconds = time.perf_counter() - begun
            own = machine.cpu_seconds(roots) - before
            others = max(0.0, machine.busy_seconds() - busy - own)
            share = others / (seconds * (os.cpu_count() or 1))
            section.disturbed = max(section.disturbed, share)
            timed[way] = (seconds * scale, memory, share)

        run("bare COPY into a table without an index", lambda: _copy(sent))
        with copied():
            run("staged SQL by hand, every value worked out before", lambda: _by_hand(staged))
        with copied():
            few = people(count // SAMPLE, 20_000_000)
            run(f"bulk_create, a {SAMPLE}th, times {SAMPLE}", lambda: _bulk_create(few), SAMPLE)
        with copied():
            run("import people", lambda: _product(sent))
            run("import people, the same file again", lambda: _product(sent))
    _report(section, timed, count)
    return section


@contextmanager
def copied() -> Iterator[None]:
    """Work on a copy of the database during the block; nobody else may be connected."""
    settings = connection.settings_dict
    original, copy = settings["NAME"], "bench_imports"
    names = {"copy": sql.Identifier(copy), "original": sql.Identifier(original)}
    make = sql.SQL("CREATE DATABASE {copy} TEMPLATE {original} STRATEGY file_copy").format(**names)
    drop = sql.SQL("DROP DATABASE IF EXISTS {copy} WITH (FORCE)").format(**names)

    def use(name: str, *statements: sql.Composed) -> None:
        connection.close()
        connection.close_pool()
        with psycopg.connect(
            make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname="postgres"), autocommit=True
        ) as owner:
            for statement in statements:
                owner.execute(statement)
        settings["NAME"] = name

    use(copy, drop, make)
    try:
        yield
    finally:
        use(original, drop)


def _report(section: Section, timed: dict[str, tuple[float, float, float]], count: int) -> None:
    names = list(timed)
    by_hand, created, product = (timed[names[n]][0] for n in (1, 2, 3))
    for way, (seconds, memory, others) in timed.items():
        section.lines.append(
            [way, number(seconds), number(count / seconds), f"{seconds / by_hand:.2f}",
             number(memory) if memory else "–", f"{others:.0%}"]
        )  # fmt: skip
    peak = max(timed[names[n]][1] for n in (3, 4))
    section.goals += [
        Goal(
            "G10", "≤ 0.5 × bulk_create", f"{product / created:.2f} ×", product <= created / 2
        ),
        Goal(
            "G10", "wished for: ≤ 2 × staged SQL",
            f"{product / by_hand:.2f} ×", product <= 2 * by_hand,
        ),
        Goal("G10", "≤ 300 MB", f"{peak:.0f} MB", peak <= 300),
    ]  # fmt: skip
    section.notes.append(
        "Six columns: the list's own number, name, phone, year of birth, home, national ID. Each "
        "row is a person, a wrapped key, a residence, two sealed numbers and an entry of the list. "
        "Staged SQL and bulk_create are given names in pinyin, sealed numbers and hashes; the "
        "import works them out, checks them, and looks who is there already, in transactions of "
        "2,000 rows, the start of the command included. Memory is that of all its processes. One "
        "run, while web and worker rest; each way on a fresh copy of the database. The sample of "
        "bulk_create writes into tables that stay small, and pays for its connection as often as "
        "it is multiplied."
    )


def _write(path: Path, heads: Sequence[Sequence[str]], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerows(heads)
        writer.writerows(rows)


def _worked_out(rows: Iterable[tuple[str, ...]]) -> Iterator[Sequence[Any]]:
    """What staged SQL is given: of the sizes that the product makes, and cheap to make."""
    for key, name, phone, born, home, national in rows:
        words = " ".join((*name, name[:2], "zhang", "wei", "zhangwei", "zw", "chang"))
        pieces = [_bytes(f"{what}{key}") for what in "abcdef"]
        box = pieces[0] + pieces[1][:30]
        yield (
            key, uuid7(), name, _hex(name.encode() * 3), words, born, home, _hex(box),
            uuid7(), uuid7(), uuid7(), uuid7(), _hex(pieces[0] + pieces[2][:15]),
            _hex(_bytes(national)), _hex(pieces[3]), _hex(_bytes(phone)), _hex(pieces[4]),
            _hex(pieces[5]),
        )  # fmt: skip


def _bytes(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _hex(value: bytes) -> str:
    return rf"\x{value.hex()}"


def _copy(sent: Path) -> float:
    with connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in HEAD)
        cursor.execute(f"CREATE TEMP TABLE bench_sent ({columns})")
        _stream(cursor, "COPY bench_sent FROM STDIN (FORMAT CSV, HEADER)", sent)
        cursor.execute("DROP TABLE bench_sent")
    return 0.0


def _by_hand(staged: Path) -> float:
    known = list_named("by hand")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bench_staged ({_STAGED}) ON COMMIT DROP")
        _stream(cursor, "COPY bench_staged FROM STDIN (FORMAT CSV)", staged)
        cursor.execute("ANALYZE bench_staged")
        for statement in _BY_HAND:
            cursor.execute(statement, [known.id] if "%s" in statement else [])
    return 0.0


def _stream(cursor: Any, statement: str, path: Path) -> None:
    with path.open("rb") as file, cursor.copy(statement) as copy:
        while chunk := file.read(1 << 18):
            copy.write(chunk)


def _bulk_create(rows: Iterable[tuple[str, ...]]) -> float:
    """The same rows as Django writes them, two thousand of a table at a time."""
    known, now = list_named("bulk_create"), timezone.now()
    homes = {p.key: p.id for p in places.below(_city())}
    batch: list[tuple[str, ...]] = []
    with transaction.atomic():
        for row in rows:
            batch.append(row)
            if len(batch) == 2000:
                _create(batch, homes, known.id, now)
                batch = []
        _create(batch, homes, known.id, now)
    return 0.0


def _create(rows: list[tuple[str, ...]], homes: dict[str, UUID], list_id: UUID, now: Any) -> None:
    made = [
        Person(name=name, name_order=name.encode() * 3, name_words=f"{name} zhang wei zhangwei zw",
               home_id=homes[home], born=int(born))
        for _, name, _, born, home, _ in rows
    ]  # fmt: skip
    Person.objects.bulk_create(made)
    both = list(zip(made, rows, strict=True))
    PersonKey.objects.bulk_create(
        [PersonKey(person=p, key_id="bench", box=_bytes(row[0]) + b"x" * 30) for p, row in both]
    )
    Residence.objects.bulk_create(
        [Residence(person=p, place_id=p.home_id, since=now, stated_via="COMMAND") for p in made]
    )
    Identifier.objects.bulk_create(
        [
            Identifier(person=p, kind=kind, issuer=issuer, sealed=_bytes(value) + b"x" * 15,
                       claim=_bytes(value), signs=_bytes(f"s{value}"), key_id="bench",
                       tail=value[-4:], added_at=now, added_via="COMMAND")
            for p, row in both
            for kind, issuer, value in (("NATIONAL_ID", "CN", row[5]), ("PHONE", "", row[2]))
        ]
    )  # fmt: skip
    Listed.objects.bulk_create(
        [
            Listed(people_list_id=list_id, claim=_bytes(f"r{row[0]}"), said=_bytes(f"w{row[0]}"),
                   person=p, at=now, via="COMMAND")
            for p, row in both
        ]
    )  # fmt: skip


def _product(sent: Path) -> float:
    """The command, as somebody types it; the peak of memory of all its processes in MB."""
    command = [sys.executable, "-P", "-m", "learncity.config.cli", "import", "people", str(sent)]
    name = connection.settings_dict["NAME"]
    address = make_conninfo(os.environ["DATABASE_URL"], dbname=name)
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "DATABASE_URL": address},
        ) as running,
        machine.Memory(running.pid) as memory,
    ):
        assert running.stdout is not None
        said = running.stdout.read().decode()
    if running.returncode:
        raise SystemExit(f"The import ended with {running.returncode}:\n{said}")
    return memory.peak
