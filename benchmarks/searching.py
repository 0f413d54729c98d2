"""Search on 100,000 courses beside its limits, and with meaning on 10,000.

How well it finds is the row of exams. The limits are asked of the same texts: ``ts_rank`` over
everything a GIN index finds, and tantivy, a search library, where it is installed. Words are
invented, as common as words are (the n-th most common one n times rarer than the first).
"""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import connection
from django.utils import timezone

from learncity.apps.catalogue import indexing, meanings, searching
from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.models import Course, Meaning
from learncity.apps.catalogue.services import write_courses
from learncity.apps.classes import queries as classes
from learncity.kernel import meaning
from learncity.kernel.ids import uuid7
from learncity.kernel.memo import forget_all
from learncity.kernel.search_words import asked, index_words
from learncity.kernel.texts import Text

from .bench import FULL, Bench, settle
from .imports import copied
from .load import percentiles
from .report import Goal, Section, number

COURSES, QUICK_COURSES = 100_000, 20_000
# With meaning; of so many texts it is timed how long one takes to measure.
MEANT, TEXTS, QUICK_TEXTS = 10_000, 640, 64
ASKED, QUICK_ASKED = 400, 100
COLUMNS = ("rate", "p50", "p95", "p99")
PRODUCT, COUNTED = "the product, by words", "the product, by words, every filter counted"
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "ai", "er")]
SIGNS = [chr(code) for code in range(0x4E00, 0x4E00 + 1500)]


def find(bench: Bench) -> Section:
    """What a reader types, in a catalogue of 100,000 courses; and with meaning, in 10,000."""
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
            PRODUCT: _product,
            COUNTED: _counted,
            "GIN and ts_rank": _ranked,
        }
        with TemporaryDirectory() as folder, _tantivy(Path(folder), texts) as library:
            if library:
                ways["tantivy"] = library
            else:
                section.notes.append("tantivy was not installed and is not measured.")
            for name, way in ways.items():
                for readers in (1, 8):
                    bench.step()
                    found[name, readers] = _timed(way, questions, readers)
        _report(section, found, is_full=bench.pace is FULL)
    if meaning.is_installed():
        with bench.product.resting(), copied():
            _meant(bench, section, questions)
    else:
        section.notes.append("Meaning was not installed and is not measured.")
    section.notes.append(
        "Every way runs in this process, a thread a reader, so eight readers share one "
        "interpreter; the words are invented, of one to three words a question, and the twenty "
        "best courses are fetched, but by tantivy, which gives their ids. Web and worker rest."
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
    settle("catalogue_entry", "catalogue_course", "catalogue_word")
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
    return catalogue.search(text=text, limit=20)


def _counted(text: str) -> object:
    """As the page asks: with the number of courses of every value of every filter."""
    found = classes.find(classes.Wanted(text=text), at=timezone.now())
    return catalogue.courses([hit.course_id for hit in found.hits])


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


def _meant(bench: Bench, section: Section, questions: Sequence[str]) -> None:
    """Measure some texts, give the other courses meanings anywhere, and ask."""
    begun = time.perf_counter()
    _fill(MEANT)
    written = time.perf_counter() - begun
    begun, measured = time.perf_counter(), 0
    while measured < (TEXTS if bench.pace is FULL else QUICK_TEXTS):
        bench.step()
        measured += meanings.measure()
    a_text = (time.perf_counter() - begun) / measured
    _mean_anything()
    for readers in (1, 8):
        bench.step()
        for text in questions[:5]:
            _product(text)
        # What was asked before is remembered by the process.
        meaning.of_query.cache_clear()
        timed = _timed(_product, questions, readers)
        section.lines.append(
            [f"the product, by words and meaning, {MEANT:,} courses, {readers}",
             *(number(timed[k]) for k in COLUMNS)]
        )  # fmt: skip
    section.notes.append(
        f"{MEANT:,} courses in two languages were written and their words indexed in "
        f"{number(written)} s; what they mean is measured in the background, "
        f"{number(a_text * 1000)} ms a text, so all in {number(a_text * MEANT * 2 / 60)} minutes "
        f"of one core. For the time of a question all but {measured} texts were given meanings "
        "by chance."
    )


def _mean_anything() -> None:
    """Every text without one is given a meaning; how long a question takes is the same."""
    import numpy as np

    rng = np.random.default_rng(12)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, t.key FROM catalogue_course c, jsonb_each_text(c.title) t"
            " WHERE c.is_shown AND NOT EXISTS (SELECT FROM catalogue_meaning m"
            " WHERE m.course_id = c.id AND m.language = t.key)"
        )
        rows = cursor.fetchall()
    for at in range(0, len(rows), 2000):
        part = rows[at : at + 2000]
        vectors = rng.normal(size=(len(part), meaning.SIZE)).astype(np.float16)
        Meaning.objects.bulk_create(
            Meaning(
                course_id=pk, language=tag, of_text=b"", vector=vector.tobytes(),
                bits="".join("1" if number > 0 else "0" for number in vector),
            )
            for (pk, tag), vector in zip(part, vectors, strict=True)
        )  # fmt: skip
    meanings.take_means()
    settle("catalogue_meaning")
    forget_all()


def _report(
    section: Section, found: dict[tuple[str, int], dict[str, float]], *, is_full: bool
) -> None:
    for (name, readers), figures in found.items():
        section.lines.append([f"{name}, {readers}", *(number(figures[k]) for k in COLUMNS)])
    for readers in (1, 8):
        ours, theirs = (
            found[PRODUCT, readers]["p95"],
            found["GIN and ts_rank", readers]["p95"],
        )
        says = f"{ours / theirs:.2f} ({number(ours)} ms) with {readers} at once"
        # Ranking every match takes as long as there are matches: fewer courses are another goal.
        is_met = ours <= theirs / 4 if is_full else None
        section.goals.append(Goal("G12", "p95 at most ¼ of GIN and ts_rank", says, is_met))
