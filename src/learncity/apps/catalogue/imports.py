"""Courses from a file: what its columns mean, and writing many of them at once.

A row that cannot be used is left out and said; the others are written. A column that the file does
not have is left as it is; an empty cell empties what it stands for. The same file changes nothing.
"""

from collections.abc import Collection, Sequence
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
        own: the only providers whose courses may be made or changed; ``None``: whoever's.
    """

    def __init__(self, file: Columned, *, own: Collection[UUID] | None = None) -> None:
        self._file, self._own = file, own
        self._providers = {o.key: o.id for o in organizations.all_organizations()}
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
            if not is_new and not self._is_own(course.provider_id):
                cells.wrong("key", "another provider has a course of this key; choose another")
            is_changed = _change(course, said)
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
            cells.wrong("category", f"write one of {', '.join(Category)}; the cell is empty")
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
