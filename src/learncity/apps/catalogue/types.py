"""What other rooms may know of the catalogue. Pure data."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.texts import Text


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

LANGUAGE_NAMES = {
    "zh-Hans": _("Chinese"),
    "zh-Hant": _("Chinese"),
    "vi": _("Vietnamese"),
    "en": _("English"),
}


@dataclass(frozen=True, slots=True)
class CourseValue:
    """What is taught, by whom; classes are its runs."""

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


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, and how long the whole list is."""

    items: tuple[CourseValue, ...]
    total: int


@dataclass(frozen=True, slots=True)
class CoursesPublished:
    """Published when courses are there that the public could not see before."""

    course_ids: tuple[str, ...]
