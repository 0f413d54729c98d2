"""The ``courses`` section of a blueprint."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from learncity.apps.organizations import queries as organizations
from learncity.kernel.blueprints import Key, Language, Names, Ref, Section, Stated

from .models import Course
from .services import write_courses
from .types import Audience, Category, Level


class StatedCourse(Stated):
    """Something that is taught."""

    provider: Annotated[Key, Ref("organizations")]
    category: Category
    title: Names
    summary: Names = Field(default_factory=dict)
    needs: Names = Field(default_factory=dict)
    level: Level = Level.BEGINNER
    audiences: list[Audience] = Field(default_factory=list)
    taught_in: list[Language] = Field(default_factory=list)


class Courses(Section):
    """What there is to learn."""

    name = "courses"
    schema = StatedCourse

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These courses as a blueprint would state them; one query."""
        rows = Course.objects.filter(key__in=keys, ended_at=None).select_related("provider")
        return {
            c.key: {
                "provider": c.provider.key,
                "category": c.category,
                "title": dict(c.title),
                "summary": dict(c.summary),
                "needs": dict(c.needs),
                "level": c.level,
                "audiences": list(c.audiences),
                "taught_in": list(c.taught_in),
            }
            for c in rows
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Course.objects.filter(key__in=keys, ended_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change courses: two reads, two writes."""
        known = {c.key: c for c in Course.objects.filter(key__in=[key for key, _ in items])}
        providers = organizations.ids_by_key({said["provider"] for _, said in items})
        for key, said in items:
            course = known.setdefault(key, Course(key=key))
            course.provider_id = providers[said["provider"]]
            course.ended_at = None
            for name in (
                "category",
                "title",
                "summary",
                "needs",
                "level",
                "audiences",
                "taught_in",
            ):
                setattr(course, name, said[name])
        write_courses([known[key] for key, _ in items])

    def end(self, keys: Collection[str]) -> None:
        """The courses are no longer offered; classes and what was learned stay."""
        Course.objects.filter(key__in=keys).update(ended_at=timezone.now())
