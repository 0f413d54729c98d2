"""Courses from a file: what its columns mean, and writing many of them at once.

A row that cannot be used is left out and said; the others are written. A column that the file does
not have is left as it is; an empty cell empties what it stands for. The same file changes nothing.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction

from learncity.apps.organizations import queries as organizations
from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.csv_cells import Cells, Columned, in_languages
from learncity.kernel.csv_files import Columns, Outcome, Row, near
from learncity.kernel.stated_rows import RowsRefused, StatedRows
from learncity.kernel.texts import Text

from .models import WEEK, Course, Skill, Subject
from .types import Audience, Category, CourseMode, CreditUnit, Level, Payer, Support
from .writing import write_courses

COLUMNS = Columns(
    needed=(("key",), ("provider",), ("category",), in_languages("title")),
    optional=(
        *in_languages("summary"),
        *in_languages("needs"),
        "level",
        "audiences",
        "taught_in",
        "subject",
        "skills",
        "sdgs",
        "mode",
        "effort_weekly",
        "effort_total",
        "credits",
        "credit_unit",
        *(f"{payer.slug}_pays" for payer in Payer),
        "currency",
        "access",
    ),
)
_NUMBERS = (
    ("effort_weekly", 1, WEEK),
    ("effort_total", 1, 10_000_000),
    ("credits", 1, 1_000_000),
    *((f"{payer.slug}_pays", 0, 10**12) for payer in Payer),
)
# Two imports at once take turns, or both would make the same new course.
_LOCK, _ALL = "catalogue.imports", UUID(int=0)


class CourseImport:
    """Writes the courses of one file, some rows at a time.

    Args:
        own: the only providers whose courses may be made or changed; ``None``: whoever's.
    """

    def __init__(self, file: Columned, *, own: Collection[UUID] | None = None) -> None:
        self._file, self._own = file, own
        self._providers = {o.key: o.id for o in organizations.all_organizations()}
        subjects = Subject.objects.filter(ended_at=None) if "subject" in file.columns else ()
        self._subjects = {s.key: s for s in subjects}
        skills = (
            Skill.objects.filter(ended_at=None)
            if "skills" in file.columns
            else Skill.objects.none()
        )
        self._skills = dict(skills.values_list("key", "id"))
        self._seen: dict[str, int] = {}

    @transaction.atomic
    def write(self, rows: Sequence[Row]) -> Outcome:
        """Make the courses of these rows be so; one transaction, one read, two writes."""
        locks.hold(_LOCK, _ALL)
        outcome = Outcome()
        read = [(cells, self._read(cells)) for cells in (Cells(r, self._file) for r in rows)]
        keys = [said["key"] for _, said in read]
        found = Course.objects.filter(key__in=keys).select_related("subject")
        known = {c.key: c for c in found}
        taught = self._taught(known)
        writes: list[Course] = []
        links: dict[UUID, list[UUID]] = {}
        for cells, said in read:
            is_new = said["key"] not in known
            course = Course(key=said["key"]) if is_new else known[said["key"]]
            skills = said.pop("skills", None)
            if not is_new and not self._is_own(course.provider_id):
                cells.wrong("key", "another provider has a course of this key; choose another")
            is_changed = _change(course, said)
            if skills is not None and {*skills} != taught.get(course.id, set()):
                links[course.id], is_changed = skills, True
            self._check(course, cells)
            if not course.title and not cells.row.trouble:
                cells.wrong("", "write a title, in one language at least")
            if cells.errors:
                outcome.errors += cells.errors
                continue
            outcome.new += is_new
            outcome.changed += is_changed and not is_new
            outcome.same += not is_changed and not is_new
            if is_new or is_changed:
                writes.append(course)
        if writes:
            kept = {course.id for course in writes}
            write_courses(writes, {pk: found for pk, found in links.items() if pk in kept})
        return outcome

    def _taught(self, known: Mapping[str, Course]) -> Mapping[UUID, set[UUID]]:
        """The skills that the courses teach now, where the file says anything of them."""
        found: dict[UUID, set[UUID]] = {}
        if "skills" in self._file.columns:
            rows = Course.skills.through.objects.filter(course__in=known.values())
            for pk, skill in rows.values_list("course_id", "skill_id"):
                found.setdefault(pk, set()).add(skill)
        return found

    @staticmethod
    def _check(course: Course, cells: Cells) -> None:
        """What can only be seen of the whole course."""
        if cells.errors:
            return
        if course.subject and course.subject.category != course.category:
            cells.wrong("subject", f"it is a subject of {course.subject.category}")
        if (course.credits is None) != (not course.credit_unit):
            cells.wrong("credits", "write credits and credit_unit, or neither")
        if (course.effort_total or WEEK) < (course.effort_weekly or 0):
            cells.wrong("effort_total", "it is less than that of one week")

    def _read(self, cells: Cells) -> dict[str, Any]:
        """What the row says of a course, by field; only of the columns the file has."""
        if cells.row.trouble:
            return {"key": ""}
        said: dict[str, Any] = {"key": cells.needed_key("key")}
        cells.once("key", said["key"], self._seen)
        said["provider_id"] = self._provider(cells)
        said["category"] = cells.choice("category", Category)
        if not cells.text("category"):
            cells.wrong("category", f"write one of {', '.join(Category)}; the cell is empty")
        for stem in ("title", "summary", "needs"):
            said[stem] = cells.texts(stem)
        if cells.has("level"):
            said["level"] = cells.choice("level", Level) or Level.BEGINNER
        if cells.has("audiences"):
            said["audiences"] = cells.choices("audiences", Audience)
        if cells.has("taught_in"):
            said["taught_in"] = cells.languages("taught_in")
        self._read_more(cells, said)
        return said

    def _read_more(self, cells: Cells, said: dict[str, Any]) -> None:
        if cells.has("subject"):
            said["subject"] = self._one_of(cells, "subject", cells.key("subject"), self._subjects)
        if cells.has("skills"):
            found = [self._one_of(cells, "skills", k, self._skills) for k in cells.words("skills")]
            said["skills"] = [pk for pk in dict.fromkeys(found) if pk]
        if cells.has("sdgs"):
            said["sdgs"] = self._goals(cells)
        choices: tuple[tuple[str, type[StrEnum]], ...] = (
            ("mode", CourseMode),
            ("credit_unit", CreditUnit),
        )
        for column, symbols in choices:
            if cells.has(column):
                said[column] = cells.choice(column, symbols) or ""
        if cells.has("access"):
            said["access"] = cells.choices("access", Support)
        if cells.has("currency"):
            said["currency"] = cells.text("currency").upper() or "CNY"
            if not re.fullmatch("[A-Z]{3}", said["currency"]):
                cells.wrong("currency", "write three letters, such as CNY")
        said |= {
            column: cells.number(column, least, most)
            for column, least, most in _NUMBERS
            if cells.has(column)
        }

    @staticmethod
    def _goals(cells: Cells) -> list[int]:
        words = cells.words("sdgs")
        if all(w.isdecimal() and 1 <= int(w) <= 17 for w in words):
            return list(dict.fromkeys(int(w) for w in words))
        cells.wrong("sdgs", "write goals from 1 to 17, such as 4|8")
        return []

    @staticmethod
    def _one_of(cells: Cells, column: str, key: str, known: Mapping[str, Any]) -> Any:
        if key and key not in known:
            cells.wrong(
                column, f"there is no {key!r}{near(key, known)}; state it in the city's file"
            )
        return known.get(key)

    def _provider(self, cells: Cells) -> UUID | None:
        key = cells.needed_key("provider")
        if key and key not in self._providers:
            cells.wrong(
                "provider",
                f"there is no organization of this key{near(key, self._providers)}; "
                "add it to the city's file and apply that first",
            )
        found = self._providers.get(key)
        if found and not self._is_own(found):
            cells.wrong("provider", "you may not write courses of this organization")
        return found

    def _is_own(self, provider_id: UUID | None) -> bool:
        return self._own is None or provider_id in self._own


@transaction.atomic
def offer(rows: StatedRows, *, own: Collection[UUID] | None, by: By) -> Outcome:
    """Make the courses be so that a provider's program states, all of them or none.

    Args:
        own: the providers it speaks for; ``None``: all.

    Raises:
        RowsRefused: some cannot be.
    """
    outcome = CourseImport(rows, own=own).write(rows.rows())
    if outcome.errors:
        raise RowsRefused(outcome.errors)
    if outcome.new or outcome.changed:
        keys = sorted(cells["key"] for cells in rows.cells)
        audit.note("catalogue.offered", f"course {keys[0]}", by=by, keys=keys)
    return outcome


SKILL_COLUMNS = Columns(needed=(("key",), in_languages("name")), optional=("esco", "onet"))


class SkillImport:
    """Writes the skills of one file; one that ended comes back."""

    def __init__(self, file: Columned) -> None:
        self._file = file
        self._seen: dict[str, int] = {}
        self._codes: dict[str, int] = {}

    @transaction.atomic
    def write(self, rows: Sequence[Row]) -> Outcome:
        """Make the skills of these rows be so; two reads, one write."""
        locks.hold(_LOCK, _ALL)
        outcome, writes = Outcome(), []
        read = [(cells, self._read(cells)) for cells in (Cells(r, self._file) for r in rows)]
        known = {s.key: s for s in Skill.objects.filter(key__in=[said["key"] for _, said in read])}
        codes = {said["esco"] for _, said in read if said.get("esco")}
        living = Skill.objects.filter(esco__in=codes, ended_at=None)
        taken = dict(living.values_list("esco", "key"))
        for cells, said in read:
            if taken.get(said.get("esco", ""), said["key"]) != said["key"]:
                cells.wrong("esco", f"the skill {taken[said['esco']]!r} has this code")
            is_new = said["key"] not in known
            skill = known.get(said["key"]) or Skill(key=said["key"])
            before = (dict(skill.name), skill.esco, skill.onet, skill.ended_at)
            skill.name = Text(
                {t: w for t, w in {**skill.name, **said.get("name", {})}.items() if w}
            )
            skill.esco, skill.onet = said.get("esco", skill.esco), said.get("onet", skill.onet)
            skill.ended_at = None
            if not skill.name and not cells.errors:
                cells.wrong("", "write a name, in one language at least")
            if cells.errors:
                outcome.errors += cells.errors
                continue
            is_same = before == (dict(skill.name), skill.esco, skill.onet, None)
            outcome.new += is_new
            outcome.same += is_same and not is_new
            outcome.changed += not is_same and not is_new
            if is_new or not is_same:
                writes.append(skill)
        Skill.objects.bulk_create(
            writes, update_conflicts=True, unique_fields=["id"],
            update_fields=["name", "esco", "onet", "ended_at"], batch_size=1000,
        )  # fmt: skip
        return outcome

    def _read(self, cells: Cells) -> dict[str, Any]:
        if cells.row.trouble:
            return {"key": ""}
        said: dict[str, Any] = {"key": cells.needed_key("key"), "name": cells.texts("name")}
        cells.once("key", said["key"], self._seen)
        if cells.has("esco"):
            # The whole address will do.
            said["esco"] = cells.text("esco").rpartition("/")[2]
            cells.once("esco", said["esco"], self._codes)
            if len(said["esco"]) > 40:
                cells.wrong("esco", "write the end of the address, of at most 40 characters")
        if cells.has("onet"):
            said["onet"] = cells.text("onet", 20)
        return said


def _change(course: Course, said: dict[str, Any]) -> bool:
    """Make the course as it was said; whether that was anything new."""
    is_changed = course.ended_at is not None
    course.ended_at = None
    for name, value in said.items():
        before = getattr(course, name)
        after = value
        if isinstance(value, Text):
            after = Text({tag: words for tag, words in {**before, **value}.items() if words})
        is_changed = is_changed or before != after
        setattr(course, name, after)
    return is_changed
