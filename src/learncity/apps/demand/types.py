"""What other rooms may know of demand: values and refusals. Pure data."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.apps.catalogue.types import Category
from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.texts import Text

# Whoever types more signs than this does not name a subject.
LONGEST = 60


class Kind(StrEnum):
    """How somebody showed that they look for something that is not there."""

    SEARCH = "SEARCH"  # a search without a result
    WISH = "WISH"  # 'Tell me when'


class Ending(StrEnum):
    """Why a wish ended."""

    TAKEN_BACK = "TAKEN_BACK"
    OVER = "OVER"
    # Two of a person became one, when their regions were put together.
    JOINED = "JOINED"


class News(StrEnum):
    """What there is to tell."""

    OPENED = "OPENED"  # a new class
    FREED = "FREED"  # a seat of a class that was full
    COURSE = "COURSE"  # a new course


class Grouping(StrEnum):
    """By what the board is drawn up."""

    THING = "THING"
    CATEGORY = "CATEGORY"
    PLACE = "PLACE"


@dataclass(frozen=True, slots=True)
class WishValue:
    """What somebody waits for: a course, or whatever fits words or a category.

    ``until`` is the first day on which it is no longer looked for. ``told`` counts what they were
    told of because of it.
    """

    id: UUID
    course_id: UUID | None
    course_key: str
    title: Text
    words: str
    category: Category | None
    place_id: UUID | None
    place: Text
    made_at: datetime
    until: date
    told: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """Demand for one thing, category or place in a period. Without persons.

    Attributes:
        words: as they were looked for, folded; empty for a course, and for all words together
            that are too rare to be shown (``is_rare``).
        searches, wished: in the period; before: both in the period of the same length before it.
        wishing: wishes that are living now; waiting: places in waiting lists now.
    """

    category: Category | None = None
    course_id: UUID | None = None
    words: str = ""
    is_rare: bool = False
    place_id: UUID | None = None
    searches: int = 0
    wished: int = 0
    before: int = 0
    wishing: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        """What the board is in the order of."""
        return self.searches + self.wishing + self.waiting

    @property
    def trend(self) -> int:
        """Signals more than in the period before."""
        return self.searches + self.wished - self.before


class WishNotFound(NotFound):
    """No wish of this id among one's own."""

    says = _("There is no such wish among yours.")
    code = "wish_not_found"


class ThingNotFound(NotFound):
    """No course of this key, or no place."""

    says = _("This course or place is not there any more. Look for another.")
    code = "thing_not_found"


class NothingWanted(DomainError):
    """Neither a course nor words nor a category."""

    says = _("Say what you look for: one word is enough, or choose a category.")
    code = "nothing_wanted"


class TooManyWishes(DomainError):
    """As many living wishes as a person may have."""

    says = _("You wait for many things already. Take back what you no longer want, then try again.")
    code = "too_many_wishes"
