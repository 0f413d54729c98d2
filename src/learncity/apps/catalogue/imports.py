"""Courses from a file: what its columns mean, and writing many of them at once.

A row that cannot be used is left out and said; the others are written. A column that the file does
not have is left as it is; an empty cell empties what it stands for. The same file changes nothing.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from learncity.apps.organizations import queries as organizations
from learncity.kernel import audit, locks
from learncity.kernel.acting import COMMAND, By
from learncity.kernel.csv_cells import Cells, Columned, by_column, in_languages
from learncity.kernel.csv_files import Columns, Outcome, Row, near
from learncity.kernel.outcomes import changes
from learncity.kernel.stated_rows import RowsRefused, StatedRows
from learncity.kernel.texts import Text

from .editing import open_editions, propose
from .merging import merge
from .models import WEEK, Course, Skill, Subject
from .types import Audience, Category, CourseMode, CourseState, CreditUnit, Level, Payer, Support
from .writing import Known, fill, hold_courses, skills_of, stated, write_courses

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
        provider_ids: whose courses the file may hold; ``None``: anybody's. What a provider states
            of its own goes to the city's office for review, as from the editor.
        by, at: who brings it, and now; for review both are noted.
        is_check: whether everything is only looked at and nothing is written.
    """

    def __init__(
        self,
        file: Columned,
        *,
        by: By = COMMAND,
        at: datetime | None = None,
        provider_ids: Collection[UUID] | None = None,
        is_check: bool = False,
    ) -> None:
        self._file, self._allowed, self._is_check = file, provider_ids, is_check
        self._by, self._at = by, at
        self._providers = {o.key: o.id for o in organizations.all_organizations()}
        subjects = Subject.objects.filter(ended_at=None) if "subject" in file.columns else ()
        self._subjects = {s.key: s for s in subjects}
        skills = (
            Skill.objects.filter(ended_at=None)
            if "skills" in file.columns
            else Skill.objects.none()
        )
        self._skills = dict(skills.values_list("key", "id"))
        self._keys = {pk: key for key, pk in self._providers.items()}
        self._seen: dict[str, int] = {}

    @transaction.atomic
    def write(self, rows: Sequence[Row]) -> Outcome:
        """Make the courses of these rows be so, which nobody changes meanwhile; one transaction."""
        locks.hold(_LOCK, _ALL)
        outcome = Outcome()
        read = [(cells, self._read(cells)) for cells in (Cells(r, self._file) for r in rows)]
        keys = [said["key"] for _, said in read]
        self._hold(keys)
        found = Course.objects.filter(key__in=keys).select_related("subject", "provider")
        known = {c.key: c for c in found}
        taught = self._taught(known)
        if self._allowed is not None:
            self._as_written(known, taught)
        writes: list[Course] = []
        links: dict[UUID, list[UUID]] = {}
        for cells, said in read:
            is_new = said["key"] not in known
            course = Course(key=said["key"]) if is_new else known[said["key"]]
            skills = said.pop("skills", None)
            if not is_new:
                self._check_owner(cells, course)
            had = taught.get(course.id, set())
            before = {} if is_new else cells_of(course, self._keys, self._named(had))
            is_changed = _change(course, said)
            if skills is not None and {*skills} != had:
                links[course.id], is_changed = skills, True
            self._check(course, cells)
            if not course.title and not cells.row.trouble:
                cells.wrong("", _("write a title, in one language at least"))
            if cells.errors:
                outcome.errors += cells.errors
                continue
            outcome.new += is_new
            outcome.changed += is_changed and not is_new
            outcome.same += not is_changed and not is_new
            if before:
                after = cells_of(course, self._keys, self._named(links.get(course.id, had)))
                outcome.changes += changes(cells.row.number, course.key, before, after)
            if is_new or is_changed:
                writes.append(course)
        if writes and not self._is_check:
            self._keep(writes, {c.id: links.get(c.id, taught.get(c.id, set())) for c in writes})
        return outcome

    def _hold(self, keys: Collection[str]) -> None:
        """What is only looked at may change."""
        if not self._is_check:
            hold_courses(keys)

    def _keep(self, courses: Sequence[Course], skills: Mapping[UUID, Collection[UUID]]) -> None:
        if self._allowed is None:
            said = skills if "skills" in self._file.columns else {}
            write_courses(courses, {pk: list(found) for pk, found in said.items()})
            return
        assert self._at is not None
        names = {pk: self._named(found) for pk, found in skills.items()}
        propose(courses, names if "skills" in self._file.columns else {}, by=self._by, at=self._at)

    def _as_written(self, known: Mapping[str, Course], taught: dict[UUID, set[UUID]]) -> None:
        """See courses as their provider wrote them last, reviewed or not; two or three queries."""
        editions = open_editions([c.id for c in known.values()])
        if not editions:
            return
        now = stated(known.values())
        of = {c.id: c for c in known.values()}
        written = {
            e.course_id: merge(e.base, e.stated, now[of[e.course_id].key]).said for e in editions
        }
        names = Known(written.values())
        for pk, merged in written.items():
            said = {name: value for name, value in merged.items() if name != "provider"}
            texts = {n: Text(said[n]) for n in ("title", "summary", "needs") if n in said}
            fill(of[pk], said | texts, names)
            if "skills" in self._file.columns:
                taught[pk] = set(skills_of(said, names) or ())

    def _taught(self, known: Mapping[str, Course]) -> dict[UUID, set[UUID]]:
        """The skills that the courses teach now, where the file says anything of them."""
        found: dict[UUID, set[UUID]] = {}
        if "skills" in self._file.columns:
            rows = Course.skills.through.objects.filter(course__in=known.values())
            for pk, skill in rows.values_list("course_id", "skill_id"):
                found.setdefault(pk, set()).add(skill)
        return found

    def _named(self, skills: Collection[UUID]) -> list[str]:
        return [key for key, pk in self._skills.items() if pk in skills]

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
            cells.wrong(
                "category",
                _("write one of %(all)s; the cell is empty") % {"all": ", ".join(Category)},
            )
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
                _(
                    "there is no organization of this key%(hint)s; add it to the city's file and "
                    "apply that first"
                )
                % {"hint": near(key, self._providers)},
            )
        found = self._providers.get(key)
        if found and self._allowed is not None and found not in self._allowed:
            cells.wrong("provider", _("this list may hold courses of its own organization only"))
        return found

    def _check_owner(self, cells: Cells, course: Course) -> None:
        if self._allowed is None:
            return
        if course.provider_id not in self._allowed:
            cells.wrong("key", _("a course of another organization has this key; choose another"))
        elif course.ended_at is not None:
            cells.wrong("key", _("this course has ended; ask the city's office"))


@transaction.atomic
def offer(rows: StatedRows, *, own: Collection[UUID] | None, by: By, at: datetime) -> Outcome:
    """Make the courses be so that a provider's program states, all of them or none.

    Args:
        own: the providers it speaks for; ``None``: all.

    Raises:
        RowsRefused: some cannot be.
    """
    outcome = CourseImport(rows, by=by, at=at, provider_ids=own).write(rows.rows())
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


def as_rows(provider_ids: Collection[UUID] | None) -> tuple[tuple[str, ...], list[list[str]]]:
    """The names of the columns and the courses of some providers, or of all, that have not ended.

    A list of them changes nothing when it comes in. Three queries. Drafts are left out: a file
    would publish them.
    """
    keys = {o.id: o.key for o in organizations.all_organizations()}
    rows = Course.objects.filter(state=CourseState.PUBLISHED, ended_at=None)
    rows = rows.select_related("subject").order_by("key")
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    taught: dict[UUID, list[str]] = {}
    links = Course.skills.through.objects.filter(course__in=rows).order_by("skill__key")
    for pk, key in links.values_list("course_id", "skill__key"):
        taught.setdefault(pk, []).append(key)
    head = tuple(cells_of(Course(), keys))
    return head, [
        list(cells_of(course, keys, taught.get(course.id, ())).values()) for course in rows
    ]


def cells_of(
    course: Course, providers: Mapping[UUID, str], skills: Sequence[str] = ()
) -> dict[str, str]:
    """A course as a row of a file that changes nothing when it comes in.

    Args:
        providers: keys of organizations by id.
        skills: keys of the skills that it teaches.
    """
    return {
        "key": course.key,
        "provider": providers.get(course.provider_id, ""),
        "category": course.category,
        **by_column("title", course.title),
        **by_column("summary", course.summary),
        **by_column("needs", course.needs),
        "level": course.level,
        "audiences": "|".join(course.audiences),
        "taught_in": "|".join(tag.lower() for tag in course.taught_in),
        "subject": course.subject.key if course.subject else "",
        "skills": "|".join(sorted(skills)),
        "sdgs": "|".join(str(goal) for goal in course.sdgs),
        "mode": course.mode,
        "credit_unit": course.credit_unit,
        **{column: _number(getattr(course, column)) for column, _least, _most in _NUMBERS},
        "currency": course.currency,
        "access": "|".join(course.access),
    }


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


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
