"""What other rooms may know of the catalogue. Pure data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learncity.kernel.texts import Text

# All that the room refuses, for whoever is refused.
from .refusals import *  # noqa: F403


class Category(StrEnum):
    """The six categories of the national lifelong-learning platform (December 2024)."""

    SCIENTIFIC_LITERACY = "SCIENTIFIC_LITERACY"
    WORKPLACE_SKILLS = "WORKPLACE_SKILLS"
    CULTURAL_LITERACY = "CULTURAL_LITERACY"
    HOBBIES = "HOBBIES"
    CONTINUING_EDUCATION = "CONTINUING_EDUCATION"
    SILVER_AGE = "SILVER_AGE"

    @property
    def slug(self) -> str:
        """As it stands in an address: ``workplace-skills``."""
        return self.value.lower().replace("_", "-")


CATEGORY_NAMES = {
    Category.SCIENTIFIC_LITERACY: _("Scientific literacy"),
    Category.WORKPLACE_SKILLS: _("Workplace skills"),
    Category.CULTURAL_LITERACY: _("Cultural literacy"),
    Category.HOBBIES: _("Hobbies and interests"),
    Category.CONTINUING_EDUCATION: _("Continuing education"),
    Category.SILVER_AGE: _("Silver-age education"),
}


class Level(StrEnum):
    """What a learner should bring along."""

    BEGINNER = "BEGINNER"
    IMPROVER = "IMPROVER"
    ADVANCED = "ADVANCED"


LEVEL_NAMES = {
    Level.BEGINNER: _("For beginners"),
    Level.IMPROVER: _("For improvers"),
    Level.ADVANCED: _("Advanced"),
}


class Audience(StrEnum):
    """Learner groups, a controlled list."""

    EVERYONE = "EVERYONE"
    INDUSTRIAL_WORKERS = "INDUSTRIAL_WORKERS"
    MIGRANT_WORKERS = "MIGRANT_WORKERS"
    NEW_FORM_WORKERS = "NEW_FORM_WORKERS"
    RURAL_TEACHERS = "RURAL_TEACHERS"
    FARMERS = "FARMERS"
    SENIORS = "SENIORS"
    WOMEN = "WOMEN"
    YOUTH = "YOUTH"
    FOREIGNERS = "FOREIGNERS"
    DISABLED_PEOPLE = "DISABLED_PEOPLE"


AUDIENCE_NAMES = {
    Audience.EVERYONE: _("Everyone"),
    Audience.INDUSTRIAL_WORKERS: _("Industrial workers"),
    Audience.MIGRANT_WORKERS: _("Migrant workers"),
    Audience.NEW_FORM_WORKERS: _("Riders, couriers and other new-form workers"),
    Audience.RURAL_TEACHERS: _("Rural teachers"),
    Audience.FARMERS: _("Farmers"),
    Audience.SENIORS: _("Senior residents"),
    Audience.WOMEN: _("Women"),
    Audience.YOUTH: _("Young people"),
    Audience.FOREIGNERS: _("Residents from abroad"),
    Audience.DISABLED_PEOPLE: _("People with disabilities"),
}


class CourseMode(StrEnum):
    """How a course is taught, whatever a single class of it does."""

    IN_PERSON = "IN_PERSON"
    ONLINE = "ONLINE"
    BLENDED = "BLENDED"


COURSE_MODE_NAMES = {
    CourseMode.IN_PERSON: _("In person"),
    CourseMode.ONLINE: _("Online"),
    CourseMode.BLENDED: _("Partly online"),
}


class CreditUnit(StrEnum):
    """What a course counts in, where it counts: a credit, or an hour of lessons (学时)."""

    CREDIT = "CREDIT"
    HOUR = "HOUR"


class Payer(StrEnum):
    """Who pays for a learner."""

    LEARNER = "LEARNER"
    UNION = "UNION"
    CITY = "CITY"
    EMPLOYER = "EMPLOYER"

    @property
    def slug(self) -> str:
        """As it stands in names of columns."""
        return self.value.lower()


PAYER_NAMES = {
    Payer.LEARNER: _("You pay"),
    Payer.UNION: _("The union pays"),
    Payer.CITY: _("The city pays"),
    Payer.EMPLOYER: _("The employer pays"),
}


class Support(StrEnum):
    """What helps to follow a course; what helps to get into the house is the site's."""

    SUBTITLES = "SUBTITLES"
    SIGN_LANGUAGE = "SIGN_LANGUAGE"
    LARGE_PRINT = "LARGE_PRINT"
    SCREEN_READER = "SCREEN_READER"
    RECORDINGS = "RECORDINGS"
    SLOW_PACE = "SLOW_PACE"


SUPPORT_NAMES = {
    Support.SUBTITLES: _("Subtitles"),
    Support.SIGN_LANGUAGE: _("Sign language"),
    Support.LARGE_PRINT: _("Large print"),
    Support.SCREEN_READER: _("Works with a screen reader"),
    Support.RECORDINGS: _("Lessons can be watched again"),
    Support.SLOW_PACE: _("Slow pace, much repetition"),
}


class MaterialKind(StrEnum):
    """What a material is."""

    BOOK = "BOOK"
    HANDOUT = "HANDOUT"
    SLIDES = "SLIDES"
    VIDEO = "VIDEO"
    EXERCISES = "EXERCISES"
    SOFTWARE = "SOFTWARE"
    TOOLS = "TOOLS"


MATERIAL_KIND_NAMES = {
    MaterialKind.BOOK: _("Book"),
    MaterialKind.HANDOUT: _("Handout"),
    MaterialKind.SLIDES: _("Slides"),
    MaterialKind.VIDEO: _("Video"),
    MaterialKind.EXERCISES: _("Exercises"),
    MaterialKind.SOFTWARE: _("Software"),
    MaterialKind.TOOLS: _("Tools and things"),
}


class CourseState(StrEnum):
    """Where a course stands. In the table stand DRAFT, PUBLISHED and WITHDRAWN; the others are
    where an open edition of it stands."""

    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    RETURNED = "RETURNED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


COURSE_STATE_NAMES = {
    CourseState.DRAFT: pgettext_lazy("course", "Draft"),
    CourseState.IN_REVIEW: pgettext_lazy("course", "In review"),
    CourseState.RETURNED: pgettext_lazy("course", "Sent back"),
    CourseState.PUBLISHED: pgettext_lazy("course", "Published"),
    CourseState.WITHDRAWN: pgettext_lazy("course", "Withdrawn"),
}


class Part(StrEnum):
    """The parts of a course that its provider fills in, one after the other."""

    DESCRIPTION = "DESCRIPTION"
    SUBJECT = "SUBJECT"
    EFFORT = "EFFORT"
    PRICE = "PRICE"
    LANGUAGES = "LANGUAGES"
    ACCESS = "ACCESS"
    MATERIALS = "MATERIALS"

    @property
    def slug(self) -> str:
        """As it stands in an address."""
        return self.value.lower()


PART_NAMES = {
    Part.DESCRIPTION: _("What it is called and about"),
    Part.SUBJECT: _("Subject, skills and goals"),
    Part.EFFORT: _("How it is taught, effort and credits"),
    Part.PRICE: _("Price, and who pays"),
    Part.LANGUAGES: _("For whom, level and languages"),
    Part.ACCESS: _("Help to follow it"),
    Part.MATERIALS: _("Materials"),
}


class EditionState(StrEnum):
    """Where an edition of a course stands."""

    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    RETURNED = "RETURNED"
    PUBLISHED = "PUBLISHED"


class PartnerRole(StrEnum):
    """What an institution does in a programme."""

    LEAD = "LEAD"
    PARTNER = "PARTNER"
    HOST = "HOST"


PARTNER_ROLE_NAMES = {
    PartnerRole.LEAD: _("Leads it"),
    PartnerRole.PARTNER: _("Takes part"),
    PartnerRole.HOST: _("Gives rooms"),
}

LANGUAGE_NAMES = {
    "zh-Hans": _("Chinese"),
    "zh-Hant": _("Chinese"),
    "vi": _("Vietnamese"),
    "en": _("English"),
}


@dataclass(frozen=True, slots=True)
class SubjectValue:
    """What a course is about, within a category."""

    id: UUID
    key: str
    category: Category
    name: Text


@dataclass(frozen=True, slots=True)
class SkillValue:
    """Something one can do; ``esco`` and ``onet``: its codes in the lists of others, or empty."""

    id: UUID
    key: str
    name: Text
    esco: str
    onet: str


@dataclass(frozen=True, slots=True)
class Material:
    """Something to learn from. ``licence``: as SPDX writes it, or in words; empty: not said."""

    title: Text
    kind: MaterialKind
    link: str
    licence: str


@dataclass(frozen=True, slots=True)
class CourseValue:
    """What is taught, by whom; classes are its runs.

    Attributes:
        effort_weekly, effort_total: minutes of learning, with what is done at home.
        credits: in hundredths of the unit.
        pays: who pays how much for one learner, in the smallest part of ``currency``; who is
            absent is not known.
        is_shown: whether the public sees it.
    """

    id: UUID
    key: str
    category: Category
    title: Text
    summary: Text
    needs: Text
    level: Level
    audiences: tuple[Audience, ...]
    taught_in: tuple[str, ...]
    provider_id: UUID
    provider_key: str
    provider_name: Text
    subject: SubjectValue | None = None
    sdgs: tuple[int, ...] = ()
    mode: CourseMode | None = None
    effort_weekly: int | None = None
    effort_total: int | None = None
    credits: int | None = None
    credit_unit: CreditUnit | None = None
    pays: Mapping[Payer, int] = field(default_factory=dict)
    currency: str = "CNY"
    access: tuple[Support, ...] = ()
    materials: tuple[Material, ...] = ()
    state: CourseState = CourseState.PUBLISHED
    is_shown: bool = True


def mark_of(said: Mapping[str, Any]) -> str:
    """A short mark of a statement, by which one sees that it changed."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that was changed in a course while somebody wrote of it, in the same place.

    Attributes:
        name: of the field, as a blueprint states it; what goes with it is meant too.
        language: of a text.
        ours, theirs: what was written, and what stands now; as stated.
    """

    name: str
    language: str
    ours: Any
    theirs: Any

    @property
    def slug(self) -> str:
        """By which it is chosen."""
        return f"{self.name}.{self.language}" if self.language else self.name


@dataclass(frozen=True, slots=True)
class EditionValue:
    """A course as its provider works on it.

    Attributes:
        published: what stands in the catalogue; of a draft, its title alone.
        shown: what it would be, were it published now.
        said: the same as a blueprint states it, with what changed in the course meanwhile; in
            lists as it was written, or empty of what has no edition.
        clashes: what was changed meanwhile in the same place; somebody has to choose.
        missing: parts that are not complete.
        untranslated: how many texts lack a language, and of how many.
        written_by: who may not review it.
        is_open: whether something is to be published, beside what stands in the catalogue.
    """

    key: str
    provider_id: UUID
    state: CourseState
    published: CourseValue
    shown: CourseValue
    said: Mapping[str, Any]
    missing: tuple[Part, ...]
    untranslated: tuple[int, int]
    edited_at: datetime | None
    submitted_at: datetime | None
    reason: str
    written_by: frozenset[UUID]
    is_open: bool
    clashes: tuple[Clash, ...] = ()

    @property
    def mark(self) -> str:
        """Of what it says now; another statement has another one."""
        return mark_of(self.said)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the courses of a provider stand; ``oldest`` was sent in first of those that wait."""

    shown: int = 0
    drafts: int = 0
    waiting: int = 0
    returned: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class PartnerValue:
    """An institution of a programme, and what it does in it."""

    key: str
    name: Text
    role: PartnerRole


@dataclass(frozen=True, slots=True)
class ProgrammeValue:
    """Courses of several institutions that lead somewhere together.

    Attributes:
        subjects: its fields.
        partners: the lead first.
        courses: in their order, each with whether it is needed; the others are a free choice.
            Only what the public sees.
        until: the first day on which it no longer is.
    """

    id: UUID
    key: str
    title: Text
    summary: Text
    audiences: tuple[Audience, ...]
    subjects: tuple[SubjectValue, ...]
    mode: CourseMode | None
    since: date | None
    until: date | None
    partners: tuple[PartnerValue, ...]
    courses: tuple[tuple[CourseValue, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, and how long the whole list is."""

    items: tuple[CourseValue, ...]
    total: int


@dataclass(frozen=True, slots=True)
class CoursesPublished:
    """Published when courses are there that the public could not see before."""

    course_ids: tuple[str, ...]
