"""Courses from a file: what its columns mean, and writing many of them at once.

A row that cannot be used is left out and said; the others are written. A column that the file does
not have is left as it is; an empty cell empties what it stands for. The same file changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from learncity.apps.organizations import queries as organizations
from learncity.kernel import locks
from learncity.kernel.csv_cells import Cells, by_column, in_languages
from learncity.kernel.csv_files import Columns, CsvFile, Outcome, Row, near
from learncity.kernel.outcomes import changes
from learncity.kernel.texts import Text

from .models import Course
from .services import write_courses
from .types import Audience, Category, Level

COLUMNS = Columns(
    needed=(("key",), ("provider",), ("category",), in_languages("title")),
    optional=(
        *in_languages("summary"),
        *in_languages("needs"),
        "level",
        "audiences",
        "taught_in",
    ),
)
# Two imports at once take turns, or both would make the same new course.
_LOCK, _ALL = "catalogue.imports", UUID(int=0)


class CourseImport:
    """Writes the courses of one file, some rows at a time.

    Args:
        provider_ids: whose courses the file may hold; ``None``: anybody's.
        is_check: whether everything is only looked at and nothing is written.
    """

    def __init__(
        self,
        file: CsvFile,
        *,
        provider_ids: Collection[UUID] | None = None,
        is_check: bool = False,
    ) -> None:
        self._file, self._allowed, self._is_check = file, provider_ids, is_check
        self._providers = {o.key: o.id for o in organizations.all_organizations()}
        self._keys = {pk: key for key, pk in self._providers.items()}
        self._seen: dict[str, int] = {}

    @transaction.atomic
    def write(self, rows: Sequence[Row]) -> Outcome:
        """Make the courses of these rows be so; one transaction, one read, two writes."""
        locks.hold(_LOCK, _ALL)
        outcome = Outcome()
        read = [(cells, self._read(cells)) for cells in (Cells(r, self._file) for r in rows)]
        keys = [said["key"] for _, said in read]
        known = {c.key: c for c in Course.objects.filter(key__in=keys)}
        writes = []
        for cells, said in read:
            is_new = said["key"] not in known
            course = Course(key=said["key"]) if is_new else known[said["key"]]
            if not is_new:
                self._check_owner(cells, course)
            before = {} if is_new else cells_of(course, self._keys)
            is_changed = _change(course, said)
            if not course.title and not cells.row.trouble:
                cells.wrong("", _("write a title, in one language at least"))
            if cells.errors:
                outcome.errors += cells.errors
                continue
            outcome.new += is_new
            outcome.changed += is_changed and not is_new
            outcome.same += not is_changed and not is_new
            if before:
                after = cells_of(course, self._keys)
                outcome.changes += changes(cells.row.number, course.key, before, after)
            if is_new or is_changed:
                writes.append(course)
        if writes and not self._is_check:
            write_courses(writes)
        return outcome

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
        return said

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
        if self._allowed is not None and course.provider_id not in self._allowed:
            cells.wrong("key", _("a course of another organization has this key; choose another"))


def as_rows(provider_ids: Collection[UUID] | None) -> tuple[tuple[str, ...], list[list[str]]]:
    """The names of the columns and the courses of some providers, or of all, that have not ended.

    A list of them changes nothing when it comes in. Two queries.
    """
    keys = {o.id: o.key for o in organizations.all_organizations()}
    rows = Course.objects.filter(ended_at=None).defer("search").order_by("key")
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    head = tuple(cells_of(Course(), keys))
    return head, [list(cells_of(course, keys).values()) for course in rows]


def cells_of(course: Course, providers: Mapping[UUID, str]) -> dict[str, str]:
    """A course as a row of a file that changes nothing when it comes in.

    Args:
        providers: keys of organizations by id.
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
    }


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
