"""The row of exams: whether search finds what is known to be there, beside plain BM25.

A question is the name of a course, its answer every course of that name. The courses are the real
ones of a university (tools/ntut.py), in traditional Chinese and English; those of the demo city
for Vietnamese. What the courses say differs from exam to exam, so that a name is not found in
itself; see the notes of the section.
"""

import csv
import gzip
import math
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import connection
from pypinyin import lazy_pinyin

from learncity.apps.catalogue import indexing, meanings, pulls, searching
from learncity.apps.catalogue.models import Course, Mean, Meaning
from learncity.apps.catalogue.services import write_courses
from learncity.kernel import meaning
from learncity.kernel.ids import uuid7
from learncity.kernel.memo import forget_all
from learncity.kernel.search_words import simplified
from learncity.kernel.texts import Text
from learncity.kernel.words import fold

from .bench import FULL, Bench
from .imports import copied
from .report import Goal, Section

CATALOGUE = "LEARNCITY_NTUT"
# In quick mode: of so many courses, and so many questions.
FEW, QUICK_ASKED, ASKED = 300, 150, 2000
TAGS = {"zh": "zh-Hant", "en": "en"}
# Names that more courses than this bear say too little of which one is meant.
_MANY = 5
_AMONG = 10
_HAN = re.compile(r"[\u3400-\u9fff]+")
# What a course is called where it must not be found by its name.
_NAMELESS = "–"

Way = Callable[[str], Sequence[UUID]]


@dataclass(frozen=True, slots=True)
class Score:
    """How well the answers were found: the part of firsts, and the mean of 1 / place among ten."""

    first: float
    reciprocal: float


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked, and which courses are right."""

    name: str
    answers: Mapping[str, Collection[UUID]]


def exams(bench: Bench) -> Section:
    """Every exam by plain BM25, by the product's words alone, and with meaning."""
    is_full = bench.pace is FULL
    section = Section(
        "exams", "Known courses, found by another wording",
        ["exam", "questions", *(f"{way}, {what}" for way in ("BM25", "words", "words and meaning")
                                for what in ("first", "MRR@10"))],
    )  # fmt: skip
    with bench.product.resting():
        if os.environ.get(CATALOGUE):
            rows = _catalogue(Path(os.environ[CATALOGUE]))
            if not is_full:
                rows = random.Random(3).sample(rows, FEW)
            with copied():
                _real(bench, section, rows, ASKED if is_full else QUICK_ASKED)
        else:
            section.notes.append(
                f"Only Vietnamese was asked: {CATALOGUE} names the folder of the real catalogue."
            )
        with copied():
            _vietnamese(bench, section)
    _explain(section, is_full)
    return section


def _explain(section: Section, is_full: bool) -> None:
    section.notes.append(
        "First: the part of questions whose best match is right. MRR@10: the mean of 1 / place of "
        f"the first right one, nothing beyond the tenth. Names of more than {_MANY} courses are "
        "not asked. BM25 (k1 1.2, b 0.75) compares words of small letters and pairs of Chinese "
        "characters as they are written."
    )
    section.notes.append(
        "Known item: courses say their descriptions, in both languages, and no names. Simplified: "
        "the same, the name asked in the other script. Across languages: courses say their "
        "descriptions in the other language alone. Pinyin: courses say names and descriptions; "
        "only names are found by sound. Vietnamese: the demo city's courses as they are, asked "
        "for by their names without marks; they stand there, so more than a few misses would "
        "be a mistake."
    )
    if not meaning.is_installed():
        section.notes.append("Meaning is not installed here, so the last two columns are empty.")
    if not is_full:
        section.notes.append(
            f"Quick: {FEW} courses instead of all, which is easier; goals are judged in full."
        )


# -- the real catalogue ------------------------------------------------------------------------


def _catalogue(folder: Path) -> list[dict[str, str]]:
    with gzip.open(folder / "courses.csv.gz", "rt", encoding="utf-8-sig") as file:
        rows = [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]
    return [row for row in rows if row["description_zh"] or row["description_en"]]


@dataclass(frozen=True, slots=True)
class _Real:
    """The real courses: as they were published, and as rows of ours."""

    rows: Sequence[Mapping[str, str]]
    courses: Sequence[Course]
    # So many are asked at the most.
    many: int

    def say(self, languages: Collection[str], *, named: bool = False) -> Way:
        """Have courses say their descriptions in these languages; plain BM25 over the same."""
        for row, course in zip(self.rows, self.courses, strict=True):
            course.summary = _text(row, "description", languages)
            names = _text(row, "name", languages) if named else None
            course.title = names or Text(
                dict.fromkeys(course.summary or [TAGS[one] for one in languages], _NAMELESS)
            )
        write_courses(self.courses)
        indexing.count_words()
        forget_all()
        return plain({c.id: [*c.title.values(), *c.summary.values()] for c in self.courses})

    def asked(
        self, name: str, language: str, told: str, typed: Callable[[str], str] = str
    ) -> Questions:
        """Names of courses that say something in the language ``told``, as somebody types them."""
        known: dict[str, set[UUID]] = defaultdict(set)
        for row, course in zip(self.rows, self.courses, strict=True):
            if row[f"name_{language}"] and row[f"description_{told}"]:
                known[row[f"name_{language}"]].add(course.id)
        names = sorted(n for n, right in known.items() if len(right) <= _MANY)
        if typed is not str:
            names = [n for n in names if typed(n) not in ("", n)]
        if len(names) > self.many:
            names = random.Random(3).sample(names, self.many)
        answers: dict[str, set[UUID]] = defaultdict(set)
        for one in names:
            answers[typed(one)] |= known[one]
        return Questions(name, answers)


def _text(row: Mapping[str, str], what: str, languages: Collection[str]) -> Text:
    return Text({TAGS[one]: row[f"{what}_{one}"] for one in languages if row[f"{what}_{one}"]})


def _real(bench: Bench, section: Section, rows: Sequence[dict[str, str]], many: int) -> None:
    real = _Real(rows, _courses(len(rows)), many)
    both = real.say(("zh", "en"))
    _measure(bench, rows)
    for language, says, wanted in (("zh", "Chinese", 0.70), ("en", "English", 0.65)):
        known = real.asked(f"known item, {says}", language, language)
        score = _exam(bench, section, known, both).reciprocal
        by = "words and meaning" if meaning.is_installed() else "words alone"
        is_met = score >= wanted if bench.pace is FULL else None
        goal = Goal(known.name, f"MRR@10 at least {wanted:.2f}", f"{score:.2f} by {by}", is_met)
        section.goals.append(goal)
    _exam(bench, section, real.asked("simplified, of traditional", "zh", "zh", simplified), both)

    # What they mean stays that of the descriptions, so that names are found by sound alone.
    named = real.say(("zh", "en"), named=True)
    for name, typed in (("syllables", _syllables), ("in one piece", _one_piece)):
        _exam(bench, section, real.asked(f"pinyin, {name}", "zh", "zh", typed), named)

    kept = list(Meaning.objects.all())
    for language, told in (("zh", "en"), ("en", "zh")):
        one = real.say([told])
        Meaning.objects.all().delete()
        Meaning.objects.bulk_create(m for m in kept if m.language == TAGS[told])
        forget_all()
        name = {"zh": "Chinese, of English", "en": "English, of Chinese"}[language]
        _exam(bench, section, real.asked(f"across languages: {name}", language, told), one)


def _syllables(name: str) -> str:
    """As its Chinese sounds, a space between syllables; nothing when it is not Chinese alone."""
    return " ".join(lazy_pinyin(name)) if _HAN.fullmatch(name) else ""


def _one_piece(name: str) -> str:
    return "".join(lazy_pinyin(name)) if _HAN.fullmatch(name) else ""


def _courses(count: int) -> list[Course]:
    """So many new ones, the only ones shown; the name of their provider tells nothing."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_course SET ended_at = now()")
        cursor.execute(
            "UPDATE organizations_organization SET name = jsonb_build_object('en', %s::text)",
            [_NAMELESS],
        )
    provider = Course.objects.values_list("provider_id", flat=True)[0]
    return [
        Course(id=uuid7(), key=f"known-{n}", provider_id=provider, category="WORKPLACE_SKILLS")
        for n in range(count)
    ]


def _measure(bench: Bench, rows: Sequence[Mapping[str, str]]) -> None:
    """What the courses mean; names are hidden here, but what people ask sounds like them."""
    if not meaning.is_installed():
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_meaning")
    Mean.objects.all().delete()
    while meanings.measure():
        bench.step()
    usual = meanings.titles_of

    def names(group: str, many: int) -> list[tuple[UUID | None, str]]:
        found = [row[f"name_{group}"] for row in rows if row[f"name_{group}"]]
        return [(None, name) for name in found[:: math.ceil(len(found) / many)]]

    meanings.titles_of = names
    try:
        meanings.take_means()
        forget_all()
        pulls.take_pulls()
    finally:
        meanings.titles_of = usual
    forget_all()


# -- the demo city's courses -------------------------------------------------------------------


def _vietnamese(bench: Bench, section: Section) -> None:
    indexing.count_words()
    if meaning.is_installed():
        while meanings.measure():
            bench.step()
        meanings.take_means()
    forget_all()
    courses = list(Course.objects.filter(is_shown=True))
    answers: dict[str, set[UUID]] = defaultdict(set)
    for course in courses:
        if name := course.title.get("vi"):
            answers[fold(name)].add(course.id)
    texts = {
        c.id: [t for text in (c.title, c.summary, c.needs) for t in text.values()] for c in courses
    }
    _exam(bench, section, Questions("Vietnamese without marks", answers), plain(texts))


# -- asking ------------------------------------------------------------------------------------


def _exam(bench: Bench, section: Section, questions: Questions, plainly: Way) -> Score:
    """Add the line of an exam; the score of the best way that is installed."""
    scores = [_score(questions, plainly)]
    with _words_alone():
        scores.append(_score(questions, _found))
    bench.step()
    cells = [questions.name, f"{len(questions.answers):,}"]
    if meaning.is_installed():
        scores.append(_score(questions, _found))
    for score in scores:
        cells += [f"{score.first:.2f}", f"{score.reciprocal:.2f}"]
    section.lines.append([*cells, *["–"] * (len(section.columns) - len(cells))])
    bench.step()
    return scores[-1]


def _found(text: str) -> Sequence[UUID]:
    return searching.sought(text).best


@contextmanager
def _words_alone() -> Iterator[None]:
    installed = meaning.is_installed
    meaning.is_installed = lambda: False  # type: ignore[assignment]
    try:
        yield
    finally:
        meaning.is_installed = installed


def _score(questions: Questions, way: Way) -> Score:
    places = []
    for text, right in questions.answers.items():
        best = enumerate(way(text)[:_AMONG], 1)
        places.append(next((place for place, pk in best if pk in right), 0))
    many = len(places) or 1
    return Score(places.count(1) / many, sum(1 / place for place in places if place) / many)


# -- plain BM25 --------------------------------------------------------------------------------


def plain(texts: Mapping[UUID, Collection[str]], *, k1: float = 1.2, b: float = 0.75) -> Way:
    """Okapi's BM25 over texts as they are written; the ten best."""
    holders: dict[str, dict[UUID, int]] = defaultdict(dict)
    lengths: dict[UUID, int] = {}
    for pk, said in texts.items():
        counts = Counter(word for text in said for word in _plain_words(text))
        lengths[pk] = sum(counts.values())
        for word, times in counts.items():
            holders[word][pk] = times
    many, mean = len(lengths), sum(lengths.values()) / len(lengths)

    def search(text: str) -> list[UUID]:
        scores: Counter[UUID] = Counter()
        for word in set(_plain_words(text)):
            held = holders.get(word, {})
            weight = math.log(1 + (many - len(held) + 0.5) / (len(held) + 0.5))
            for pk, times in held.items():
                spread = k1 * (1 - b + b * lengths[pk] / mean)
                scores[pk] += weight * times * (k1 + 1) / (times + spread)  # type: ignore[assignment]
        return [pk for pk, _ in scores.most_common(_AMONG)]

    return search


def _plain_words(text: str) -> list[str]:
    """Words in small letters, and pairs of Chinese characters."""
    found = re.findall(r"[^\W_]+", _HAN.sub(" ", text.lower()))
    for run in _HAN.findall(text):
        found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return found
