"""The kinds of lists that can be sent. A new kind is an entry here and an importer below."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from learncity.apps.catalogue import imports as courses
from learncity.apps.classes import imports as classes
from learncity.apps.people import imports as people
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By
from learncity.kernel.csv_cells import in_languages
from learncity.kernel.csv_files import Columns, CsvFile
from learncity.kernel.importing import BATCH, Importer

from .types import ImportValue, KindUnknown

_TAIL = 4


@dataclass(frozen=True)
class Kind:
    """A kind of list.

    Attributes:
        act: who may send it is who may do this.
        is_shared: whether organizations send it too, of their own things; else the city alone.
        label: what the office calls it.
        labels: what the office calls each column.
        private: columns of which a preview shows the last signs only.
        giver: columns that one word of the office may stand for.
        batch: rows a transaction.
        make: whoever writes its rows, or only looks at them.
    """

    columns: Columns
    label: str | Promise
    labels: Mapping[str, str | Promise]
    private: frozenset[str]
    giver: Sequence[str]
    batch: int
    make: Callable[[CsvFile, ImportValue, By, datetime, bool], Importer]
    act: Act = Act.KEEP_PEOPLE
    is_shared: bool = False

    @cached_property
    def readable(self) -> Columns:
        """The columns, known also by what the office calls them, in every language."""
        if not self.is_shared:
            return self.columns
        words: dict[str, tuple[str, ...]] = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                for column in self.columns.all:
                    words[column] = (*words.get(column, ()), str(self.label_of(column)))
        return replace(self.columns, words=words)

    def label_of(self, column: str) -> str | Promise:
        """What the office calls a column; that of a text in several languages names its own."""
        stem, _, ending = column.rpartition("_")
        if column not in self.labels and stem.removesuffix("_zh") in self.labels:
            if stem.endswith("_zh"):
                stem, ending = stem.removesuffix("_zh"), f"zh_{ending}"
            return format_lazy("{} ({})", self.labels[stem], ending)
        return self.labels.get(column, column)

    def shown(self, column: str, value: str) -> str:
        """A cell as a preview shows it."""
        if column in self.private and value:
            return f"**** {value[-_TAIL:]}" if len(value) > 2 * _TAIL else "****"
        return value


def kind_of(key: str) -> Kind:
    """A kind by its key.

    Raises:
        KindUnknown: there is none.
    """
    if key not in KINDS:
        raise KindUnknown(key)
    return KINDS[key]


def _people(
    file: CsvFile, value: ImportValue, by: By, at: datetime, is_check: bool
) -> people.PeopleImport:
    return people.PeopleImport(
        file,
        list_name=value.list_name,
        by=by,
        at=at,
        region=value.country,
        invented=settings.DEMO,
        language=value.language,
        is_check=is_check,
    )


def _owners(value: ImportValue) -> frozenset[UUID] | None:
    return frozenset({value.owner_id}) if value.owner_id else None


def _courses(
    file: CsvFile, value: ImportValue, by: By, at: datetime, is_check: bool
) -> courses.CourseImport:
    return courses.CourseImport(file, by=by, at=at, provider_ids=_owners(value), is_check=is_check)


def _classes(
    file: CsvFile, value: ImportValue, by: By, at: datetime, is_check: bool
) -> classes.ClassImport:
    return classes.ClassImport(file, by=by, at=at, provider_ids=_owners(value), is_check=is_check)


# Names of sites and rooms are for whoever makes new ones with a list, by command.
_CLASS_COLUMNS = replace(
    classes.COLUMNS,
    optional=tuple(
        c for c in classes.COLUMNS.optional
        if c not in (*in_languages("venue_name"), *in_languages("room_name"))
    ),
)  # fmt: skip

KINDS = {
    "people": Kind(
        people.COLUMNS,
        _("People"),
        {
            "key": _("The list’s own number"),
            "name": _("Name"),
            "family_name": _("Family name"),
            "given_name": _("Given name"),
            "phone": _("Phone number"),
            "email": _("E-mail address"),
            "born": _("Year of birth"),
            "language": _("Language"),
            "home": _("Where they live, name, key or code"),
            "hometown": _("Where they come from"),
            "groups": _("Groups"),
            "national_id": _("National ID number"),
            "country": _("Country of the national ID"),
            "old_national_id": _("Old Chinese ID card, 15 digits"),
            "residence_permit": _("Residence permit, Hong Kong, Macao, Taiwan"),
            "hk_macao_permit": _("Mainland travel permit, Hong Kong and Macao"),
            "taiwan_permit": _("Mainland travel permit, Taiwan"),
            "foreign_resident_card": _("Foreign permanent resident ID card"),
            "passport": _("Passport"),
            "passport_country": _("Country of the passport"),
            "union_number": _("Trade union number"),
            "union": _("Trade union"),
            "employee_number": _("Employee number"),
            "employer": _("Employer"),
            "student_number": _("Student number"),
            "school": _("School"),
        },
        frozenset(("key", "phone", "email", *people.NUMBERS)),
        ("union", "employer", "school"),
        people.BATCH,
        _people,
    ),
    "courses": Kind(
        courses.COLUMNS,
        _("Courses"),
        {
            "key": _("Key of the course"),
            "provider": _("Key of the provider"),
            "category": _("Category"),
            "title": _("Title"),
            "summary": _("Summary"),
            "needs": _("What to bring along"),
            "level": _("Level"),
            "audiences": _("For whom"),
            "taught_in": _("Taught in"),
            "subject": _("Key of the subject"),
            "skills": _("Keys of the skills"),
            "sdgs": _("Goals of sustainable development"),
            "mode": _("In a room or online"),
            "effort_weekly": _("Minutes a week"),
            "effort_total": _("Minutes in all"),
            "credits": _("Credits, in hundredths"),
            "credit_unit": _("Unit of the credits"),
            "learner_pays": _("The learner pays"),
            "union_pays": _("The union pays"),
            "city_pays": _("The city pays"),
            "employer_pays": _("The employer pays"),
            "currency": _("Currency"),
            "access": _("Support for access"),
        },
        frozenset(),
        (),
        BATCH,
        _courses,
        Act.RUN_CLASSES,
        is_shared=True,
    ),
    "classes": Kind(
        _CLASS_COLUMNS,
        _("Classes"),
        {
            "key": _("Key of the class"),
            "course": _("Key of the course"),
            "provider": _("Key of the provider"),
            "term": _("Key of the term"),
            "venue": _("Key of the site"),
            "room": _("Room"),
            "mode": _("In a room or online"),
            "starts": _("Day of the first meeting"),
            "day": _("Weekday"),
            "from": _("Begins at"),
            "until": _("Ends at"),
            "times": _("How many weeks"),
            "slots": _("Further meetings each week"),
            "online_meetings": _("Numbers of the meetings online"),
            "not_on": _("Days on which it does not meet"),
            "seats": _("Seats"),
            "waiting": _("Longest waiting list"),
            "instructor": _("Key of the teacher"),
            "language": _("Language of the class"),
            "link": _("Address of the online meetings"),
            "note": _("Good to know"),
            "fee_minor": _("Fee, in the smallest coin"),
            "fee_currency": _("Currency of the fee"),
            "fee_for": _("What the fee is for"),
            "open_until": _("Applications close at meeting number"),
            "cancelled": _("Cancelled, 1 or 0"),
        },
        frozenset(),
        (),
        BATCH,
        _classes,
        Act.RUN_CLASSES,
        is_shared=True,
    ),
}
