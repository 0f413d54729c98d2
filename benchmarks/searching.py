"""Search on 100,000 courses beside its limits, and known items of a real catalogue.

The limits are asked of the same texts: ``ts_rank`` over everything a GIN index finds, and
tantivy, a search library, where it is installed. Words are invented, as common as words are (the
n-th most common one n times rarer than the first).
"""

import csv
import gzip
import itertools
import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import connection

from learncity.apps.catalogue import indexing, meanings, pulls, queries, searching
from learncity.apps.catalogue.models import Course
from learncity.apps.catalogue.services import write_courses
from learncity.kernel import meaning
from learncity.kernel.ids import uuid7
from learncity.kernel.memo import forget_all
from learncity.kernel.search_words import asked, index_words
from learncity.kernel.texts import Text

from .bench import FULL, Bench
from .imports import copied
from .load import percentiles
from .report import Goal, Section, number

COURSES, QUICK_COURSES = 100_000, 20_000
ASKED, QUICK_ASKED = 400, 100
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "ai", "er")]
SIGNS = [chr(code) for code in range(0x4E00, 0x4E00 + 1500)]


def find(bench: Bench) -> Section:
    """What a reader types, in a catalogue of 100,000 courses; and the exam of known items."""
    count = COURSES if bench.pace is FULL else QUICK_COURSES
    many = ASKED if bench.pace is FULL else QUICK_ASKED
    section = Section(
        "find", f"Search in {count:,} courses",
        ["way, readers at once", "a second", "p50 ms", "p95 ms", "p99 ms"],
    )  # fmt: skip
    with bench.product.resting(), copied():
        texts = _fill(count)
        questions = _questions(many)
        for text in questions[:20]:
            _product(text)
        found: dict[tuple[str, int], dict[str, float]] = {}
        ways: dict[str, Callable[[str], object]] = {
            "the product": _product,
            "GIN and ts_rank": _ranked,
        }
        with TemporaryDirectory() as folder, _tantivy(Path(folder), texts) as library:
            if library:
                ways["tantivy"] = library
            for name, way in ways.items():
                for readers in (1, 8):
                    bench.step()
                    found[name, readers] = _timed(way, questions, readers)
        _report(section, found)
    if os.environ.get("LEARNCITY_NTUT"):
        with bench.product.resting(), copied():
            _exam(section, many)
    else:
        section.notes.append(
            "Known items: not measured; LEARNCITY_NTUT names the folder of the real catalogue."
        )
    return section


def _words(rng: random.Random) -> tuple[list[str], list[str]]:
    chinese = ["".join(rng.choices(SIGNS, k=2)) for _ in range(20_000)]
    english = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(20_000)]
    return chinese, english


def _common(words: Sequence[str]) -> list[float]:
    return list(itertools.accumulate(1 / n for n in range(5, len(words) + 5)))


def _fill(count: int) -> list[tuple[UUID, str]]:
    """Write so many courses; their ids and texts."""
    rng = random.Random(12)
    chinese, english = _words(rng)
    zh, en = _common(chinese), _common(english)
    provider = Course.objects.values_list("provider_id", flat=True)[0]
    texts = []
    for at in range(0, count, 2000):
        courses = []
        for n in range(at, min(at + 2000, count)):
            said = {
                "zh-Hans": rng.choices(chinese, cum_weights=zh, k=24),
                "en": rng.choices(english, cum_weights=en, k=30),
            }
            titles = Text({"zh-Hans": "".join(said["zh-Hans"][:3]), "en": " ".join(said["en"][:3])})
            summary = Text(
                {"zh-Hans": "".join(said["zh-Hans"][3:]), "en": " ".join(said["en"][3:])}
            )
            courses.append(
                Course(
                    id=uuid7(), key=f"bench-{n}", provider_id=provider,
                    category="WORKPLACE_SKILLS", title=titles, summary=summary,
                )
            )  # fmt: skip
            words = " ".join(
                t for v in (titles, summary) for s in v.values() for t in index_words(s)
            )
            texts.append((courses[-1].id, words))
        write_courses(courses)
    indexing.count_words()
    with connection.cursor() as cursor:
        for table in ("entry", "course", "word"):
            cursor.execute(f"VACUUM ANALYZE catalogue_{table}")
    forget_all()
    return texts


def _questions(many: int) -> list[str]:
    """Words that people type: one, two or three, common ones more often."""
    rng = random.Random(12)
    chinese, english = _words(rng)
    zh, en = _common(chinese), _common(english)
    rng = random.Random(5)
    found = []
    for _ in range(many):
        k = rng.choice((1, 1, 2, 2, 3))
        if rng.random() < 0.6:
            found.append("".join(rng.choices(chinese, cum_weights=zh, k=k)))
        else:
            found.append(" ".join(rng.choices(english, cum_weights=en, k=k)))
    return found


def _product(text: str) -> object:
    return queries.search(text=text, limit=20)


def _ranked(text: str) -> object:
    """As the manual of PostgreSQL has it: every match is ranked."""
    query = searching.all_of(asked(text))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.title, c.summary FROM catalogue_entry e"
            " JOIN catalogue_course c ON c.id = e.course_id WHERE e.said @@ %s::tsquery"
            " ORDER BY ts_rank(e.said, %s::tsquery) DESC LIMIT 20",
            [query, query],
        )
        return cursor.fetchall()


@contextmanager
def _tantivy(
    folder: Path, texts: Sequence[tuple[UUID, str]]
) -> Iterator[Callable[[str], object] | None]:
    """The same tokens in an index of tantivy; ``None`` where it is not installed."""
    try:
        import tantivy
    except ImportError:
        yield None
        return
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("said", tokenizer_name="whitespace")
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(50_000_000, 1)
    for pk, words in texts:
        writer.add_document(tantivy.Document(id=str(pk), said=words))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> object:
        words = " AND ".join(word.typed for word in asked(text))
        hits = searcher.search(index.parse_query(words, ["said"]), 20).hits
        return [searcher.doc(address)["id"] for _, address in hits]

    yield search


def _timed(
    way: Callable[[str], object], questions: Sequence[str], readers: int
) -> dict[str, float]:
    """Let so many readers ask everything once between them, each a thread of its own."""
    waits: list[float] = []
    at = itertools.count()

    def read() -> None:
        while (n := next(at)) < len(questions):
            begun = time.perf_counter()
            way(questions[n])
            waits.append(time.perf_counter() - begun)
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(readers)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return percentiles(waits) | {"rate": len(waits) / (time.perf_counter() - begun)}


def _report(section: Section, found: dict[tuple[str, int], dict[str, float]]) -> None:
    for (name, readers), figures in found.items():
        section.lines.append(
            [f"{name}, {readers}", *(number(figures[k]) for k in ("rate", "p50", "p95", "p99"))]
        )
    for readers in (1, 8):
        ours, theirs = (
            found["the product", readers]["p95"],
            found["GIN and ts_rank", readers]["p95"],
        )
        says = f"{ours / theirs:.2f} ({number(ours)} ms) with {readers} at once"
        section.goals.append(
            Goal("G12", "p95 at most ¼ of GIN and ts_rank", says, ours <= theirs / 4)
        )


# -- known items -------------------------------------------------------------------------------


def _exam(section: Section, many: int) -> None:
    """Names of real courses, asked of their descriptions alone."""
    rows = _catalogue(Path(os.environ["LEARNCITY_NTUT"]))
    provider = Course.objects.values_list("provider_id", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_course SET ended_at = now()")
    courses = [
        Course(
            id=uuid7(), key=f"known-{n}", provider_id=provider, category="WORKPLACE_SKILLS",
            title=Text({"zh-Hant": f"{n}", "en": f"{n}"}),
            summary=Text({tag: row[column] for tag, column in
                          (("zh-Hant", "description_zh"), ("en", "description_en"))
                          if row[column].strip()}),
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip
    write_courses(courses)
    indexing.count_words()
    asked_of = "words alone"
    if meaning.is_installed():
        asked_of = "words and meaning"
        while meanings.measure():
            pass
        # Titles are hidden here, but what people ask sounds like them.
        names_of = {"zh": "name_zh", "en": "name_en"}

        def titles_of(group: str, many: int) -> list[tuple[UUID | None, str]]:
            named = [row[names_of[group]].strip() for row in rows if row[names_of[group]].strip()]
            return [(None, name) for name in named[:: max(1, len(named) // many)]]

        meanings.titles_of = titles_of
        meanings.take_means()
        forget_all()
        pulls.take_pulls()
    forget_all()
    for language, wanted in (("zh", 0.70), ("en", 0.65)):
        known = defaultdict(set)
        for row, course in zip(rows, courses, strict=True):
            if row[f"name_{language}"].strip() and row[f"description_{language}"].strip():
                known[row[f"name_{language}"].strip()].add(course.id)
        names = sorted(name for name, ids in known.items() if len(ids) <= 5)
        if len(names) > many * 5:
            names = random.Random(3).sample(names, many * 5)
        score = sum(_reciprocal(name, known[name]) for name in names) / len(names)
        section.goals.append(
            Goal(
                f"known items, {language}", f"MRR@10 at least {wanted:.2f}",
                f"{score:.2f} of {len(names):,} names, by {asked_of}", score >= wanted,
            )
        )  # fmt: skip


def _catalogue(folder: Path) -> list[dict[str, str]]:
    with gzip.open(folder / "courses.csv.gz", "rt", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def _reciprocal(name: str, right: set[UUID]) -> float:
    best = searching.sought(name).best[:10]
    return next((1 / place for place, pk in enumerate(best, 1) if pk in right), 0.0)
