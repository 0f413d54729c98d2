"""What a provider's program states of its courses and classes: each as a whole.

The columns of a list (docs/how-to/import-a-catalogue.md), in the form of the API. How many
items fit into a request is such that one answer takes seconds at the most.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from learncity.apps.catalogue.types import Audience, Category, Level
from learncity.apps.classes.types import Mode
from learncity.kernel.csv_files import Outcome
from learncity.kernel.stated_rows import StatedRows
from learncity.kernel.texts import ALL

from .common import Asked, Day, Next, Shape, Slug
from .courses import Course
from .desk import Number, not_text

Tag = Literal["zh-Hans", "zh-Hant", "vi", "en"]
# No signs that the database cannot hold.
_Line = Annotated[str, Field(max_length=4000, pattern=r"^[^\u0000-\u0008\u000b-\u001f\u007f]*$")]
Said = Annotated[
    dict[Tag, _Line], Field(description="By language; one that is left out is emptied.")
]
_Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_MeetingNumber = Annotated[int, Field(ge=1, le=1400), BeforeValidator(not_text)]
# The ending of a column to its language, as kernel.csv_cells has them.
_ENDINGS = {tag.replace("-", "_").lower(): tag for tag in ALL}


def _column(stem: str, ending: str) -> str:
    return f"{stem}_{ending}"


def _texts(stem: str, words: Mapping[Tag, str]) -> Iterator[tuple[str, str]]:
    for ending, tag in _ENDINGS.items():
        yield _column(stem, ending), words.get(tag, "")  # type: ignore[call-overload]


class StatedCourse(Asked):
    """A course as it shall be."""

    key: Slug
    """Yours for ever; small letters, digits and hyphens."""
    provider: Slug
    """An organization of yours."""
    category: Category
    title: Said
    summary: Said = Field(default_factory=dict)
    needs: Said = Field(default_factory=dict)
    """What to bring along."""
    level: Level = Level.BEGINNER
    audiences: list[Audience] = Field(default_factory=list, max_length=50)
    taught_in: list[Tag] = Field(default_factory=list, max_length=50)

    def cells(self) -> dict[str, str]:
        """As a row of a list."""
        return {
            "key": self.key,
            "provider": self.provider,
            "category": self.category,
            **dict(_texts("title", self.title)),
            **dict(_texts("summary", self.summary)),
            **dict(_texts("needs", self.needs)),
            "level": self.level,
            "audiences": "|".join(self.audiences),
            "taught_in": "|".join(self.taught_in),
        }


class StatedCourses(Asked):
    """Courses as they shall be; all are written or none."""

    items: Annotated[list[StatedCourse], Field(min_length=1, max_length=200)]

    def rows(self) -> StatedRows:
        """As rows of a list."""
        return _rows([item.cells() for item in self.items])


class Weekly(Asked):
    """A weekly meeting, by the city's clock."""

    day: Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
    begins: _Clock
    ends: _Clock


class Fee(Asked):
    """What it costs."""

    amount: Number = Field(ge=1, le=2_000_000_000)
    """In the currency's smallest unit."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217."""


class StatedClass(Asked):
    """A class as it shall be. Meetings that took place stay as they were."""

    key: Slug
    """Yours for ever; small letters, digits and hyphens."""
    course: Slug
    """A course of yours."""
    provider: Slug | None = None
    """Who runs it; left out: who offers the course."""
    term: Slug | None = None
    mode: Mode = Mode.IN_PERSON
    venue: Slug | None = None
    """A place of yours; none when it is online."""
    room: Slug | None = None
    link: Annotated[str, Field(max_length=200, pattern=r"^https://[!-~]*$")] | None = None
    """Where it meets online; members see it."""
    online_meetings: list[_MeetingNumber] = Field(default_factory=list, max_length=200)
    """Numbers of the meetings that are online, when it is blended."""
    starts: Day
    """The day of the first meeting."""
    weekly: Annotated[list[Weekly], Field(min_length=1, max_length=7)]
    times: Number = Field(ge=1, le=200)
    """In how many weeks."""
    not_on: list[Day] = Field(default_factory=list, max_length=100)
    """Days on which it does not meet, such as public holidays; it goes on so much longer."""
    seats: Number = Field(ge=1, le=100_000)
    waiting: Number = Field(0, ge=0, le=100_000)
    """How many may wait."""
    language: Tag | None = None
    """In which it is taught; left out: the first of the course."""
    fee: Fee | None = None
    note: Said = Field(default_factory=dict)
    is_cancelled: bool = False
    """It does not take place; everybody in it is told."""

    def cells(self) -> dict[str, str]:
        """As a row of a list."""
        return {
            "key": self.key,
            "course": self.course,
            "provider": self.provider or "",
            "term": self.term or "",
            "mode": self.mode,
            "venue": self.venue or "",
            "room": self.room or "",
            "link": self.link or "",
            "online_meetings": "|".join(map(str, self.online_meetings)),
            "starts": self.starts.isoformat(),
            "slots": "|".join(f"{w.day} {w.begins}-{w.ends}" for w in self.weekly),
            "times": str(self.times),
            "not_on": "|".join(day.isoformat() for day in self.not_on),
            "seats": str(self.seats),
            "waiting": str(self.waiting),
            "language": self.language or "",
            "fee_minor": str(self.fee.amount) if self.fee else "",
            "fee_currency": self.fee.currency if self.fee else "",
            **dict(_texts("note", self.note)),
            "cancelled": str(int(self.is_cancelled)),
        }


class StatedClasses(Asked):
    """Classes as they shall be; all are written or none."""

    items: Annotated[list[StatedClass], Field(min_length=1, max_length=50)]

    def rows(self) -> StatedRows:
        """As rows of a list."""
        return _rows([item.cells() for item in self.items])


def _rows(cells: list[dict[str, str]]) -> StatedRows:
    return StatedRows(frozenset(cells[0]), cells, FIELDS)


# Our name of a column to where it stands in an item, where the two differ.
FIELDS = {
    **{
        _column(stem, ending): f"{stem}/{tag}"
        for stem in ("title", "summary", "needs", "note")
        for ending, tag in _ENDINGS.items()
    },
    "slots": "weekly",
    "from": "weekly",
    "until": "weekly",
    "day": "weekly",
    "fee_minor": "fee/amount",
    "fee_currency": "fee/currency",
    "cancelled": "is_cancelled",
}


class Written(Shape):
    """What became of what was sent."""

    new: int
    changed: int
    same: int
    """These were so already; nothing was written, and their date did not change."""

    @classmethod
    def of(cls, outcome: Outcome) -> "Written":
        """As it was counted."""
        return cls(new=outcome.new, changed=outcome.changed, same=outcome.same)


class WithoutRoom(Shape):
    """A class that wants a room which another class has."""

    key: str
    meetings: int
    """For so many of its coming meetings."""


class WrittenClasses(Written):
    """What became of the classes that were sent."""

    without_room: list[WithoutRoom]
    """Those among them that wait for a room now, by key; also such as were so already. A room is
    given to them at the desk, or by stating another one."""

    @classmethod
    def of_classes(cls, outcome: Outcome, waiting: Mapping[str, int]) -> "WrittenClasses":
        """As it was counted; ``waiting``: for how many meetings, by key."""
        rooms = [WithoutRoom(key=key, meetings=n) for key, n in waiting.items()]
        return cls(**dict(Written.of(outcome)), without_room=rooms)


class OwnCourses(Shape):
    """Courses one may write, oldest first."""

    items: list[Course]
    total: int
    next: Next
