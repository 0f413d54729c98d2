"""The sections ``subjects``, ``skills``, ``courses`` and ``programmes`` of a blueprint."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from learncity.kernel import locks
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Language, Names, Ref, Section, Stated, Value
from learncity.kernel.dated import day_of

from .lists import rename
from .models import (
    WEEK,
    Course,
    Programme,
    Skill,
    Subject,
    SubjectName,
)
from .programmes import (
    end_programmes,
    hold_programmes,
    stated_programmes,
    write_programmes,
)
from .types import (
    Audience,
    Category,
    CourseMode,
    CreditUnit,
    Level,
    MaterialKind,
    PartnerRole,
    Payer,
    Support,
)
from .writing import LOCK, Known, fill, skills_of, stated, write_courses


class StatedSubject(Stated):
    """What a course is about, within a category."""

    category: Category
    name: Names
    was: list[Key] = Field(default_factory=list)
    """Keys it had before: their addresses lead here."""


class Subjects(Section):
    """What courses are about."""

    name = "subjects"
    schema = StatedSubject

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These subjects as a blueprint would state them; two queries."""
        rows = list(Subject.objects.filter(key__in=keys, ended_at=None))
        was: dict[Any, set[str]] = {}
        names = SubjectName.objects.filter(subject__in=rows)
        for pk, key in names.values_list("subject_id", "key"):
            was.setdefault(pk, set()).add(key)
        return {
            s.key: {
                "category": s.category,
                "name": dict(s.name),
                "was": sorted(was.get(s.id, set()) - {s.key}),
            }
            for s in rows
        }

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """Keys of before in one order."""
        return said | {"was": sorted(said["was"])} if "was" in said else said

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Subject.objects.filter(key__in=keys, ended_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make subjects, or call them otherwise from today on."""
        today = day_of(timezone.now())
        for key, said in items:
            rename(key, said["was"], Category(said["category"]), said["name"], on=today)

    def end(self, keys: Collection[str]) -> None:
        """No course is put there any more; those that are stay."""
        Subject.objects.filter(key__in=keys).update(ended_at=timezone.now())


class StatedSkill(Stated):
    """Something one can do."""

    name: Names
    esco: Annotated[str, Field(max_length=40)] = ""
    onet: Annotated[str, Field(max_length=20)] = ""


class Skills(Section):
    """What one can do after a course."""

    name = "skills"
    schema = StatedSkill

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These skills as a blueprint would state them; one query."""
        return {
            s.key: {"name": dict(s.name), "esco": s.esco, "onet": s.onet}
            for s in Skill.objects.filter(key__in=keys, ended_at=None)
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Skill.objects.filter(key__in=keys, ended_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change skills: one read, one write."""
        known = {s.key: s for s in Skill.objects.filter(key__in=[key for key, _ in items])}
        for key, said in items:
            skill = known.setdefault(key, Skill(key=key))
            skill.name, skill.esco, skill.onet = said["name"], said["esco"], said["onet"]
            skill.ended_at = None
        Skill.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "esco", "onet", "ended_at"],
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """No course teaches them anew; what was learned stays."""
        Skill.objects.filter(key__in=keys).update(ended_at=timezone.now())


class StatedMaterial(Value):
    """Something to learn from."""

    title: Names
    kind: MaterialKind
    link: Annotated[str, Field(max_length=500, pattern=r"^(https?://\S+)?$")] = ""
    licence: Annotated[str, Field(max_length=80)] = ""


Minutes = Annotated[int, Field(ge=1, le=10_000_000)]


class StatedCourse(Stated):
    """Something that is taught."""

    provider: Annotated[Key, Ref("organizations")]
    category: Category
    subject: Annotated[Key, Ref("subjects")] | None = None
    title: Names
    summary: Names = Field(default_factory=dict)
    needs: Names = Field(default_factory=dict)
    level: Level = Level.BEGINNER
    audiences: list[Audience] = Field(default_factory=list)
    taught_in: list[Language] = Field(default_factory=list)
    skills: list[Annotated[Key, Ref("skills")]] = Field(default_factory=list)
    sdgs: list[Annotated[int, Field(ge=1, le=17)]] = Field(default_factory=list)
    """Goals of sustainable development."""
    mode: CourseMode | None = None
    effort_weekly: Annotated[int, Field(ge=1, le=WEEK)] | None = None
    """Minutes of learning a week, with what is done at home."""
    effort_total: Minutes | None = None
    """Minutes of learning in all."""
    credits: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """In hundredths of the unit."""
    credit_unit: CreditUnit | None = None
    pays: dict[Payer, Annotated[int, Field(ge=0, le=10**12)]] = Field(default_factory=dict)
    """Who pays how much for one learner, in the smallest part of the currency."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    access: list[Support] = Field(default_factory=list)
    """What helps to follow it."""
    materials: list[StatedMaterial] = Field(default_factory=list)


class Courses(Section):
    """What there is to learn."""

    name = "courses"
    schema = StatedCourse

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """Skills in one order."""
        return said | {"skills": sorted(set(said["skills"]))} if "skills" in said else said

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """Credits need a unit; a week is no longer than the whole."""
        if (said["credits"] is None) != (said["credit_unit"] is None):
            yield spot.mistake("credits and credit_unit go together", "credits")
        weekly, total = said["effort_weekly"], said["effort_total"]
        if weekly and total and total < weekly:
            yield spot.mistake("effort_total is less than that of one week", "effort_total")

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These courses as a blueprint would state them, but drafts; two queries."""
        rows = Course.objects.filter(key__in=keys, ended_at=None).exclude(state="DRAFT")
        return stated(rows.select_related("provider", "subject"))

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Course.objects.filter(key__in=keys, ended_at=None).exclude(state="DRAFT")
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change courses, which nobody changes meanwhile: four reads, five writes."""
        locks.hold_whole(LOCK)
        rows = Course.objects.filter(key__in=[key for key, _ in items])
        found = {c.key: c for c in rows}
        known, skills = Known(said for _, said in items), {}
        for key, said in items:
            course = found.setdefault(key, Course(key=key))
            course.ended_at = None
            fill(course, said, known)
            skills[course.id] = skills_of(said, known) or []
        write_courses([found[key] for key, _ in items], skills)

    def end(self, keys: Collection[str]) -> None:
        """The courses are no longer offered; classes and what was learned stay."""
        locks.hold_whole(LOCK)
        Course.objects.filter(key__in=keys).update(ended_at=timezone.now())


class StatedPartner(Value):
    """An institution of a programme."""

    organization: Annotated[Key, Ref("organizations")]
    role: PartnerRole


class StatedPart(Value):
    """A course of a programme."""

    course: Annotated[Key, Ref("courses")]
    needed: bool = True
    """Otherwise a free choice."""


class StatedProgramme(Stated):
    """Courses of several institutions that lead somewhere together."""

    title: Names
    summary: Names = Field(default_factory=dict)
    partners: list[StatedPartner] = Field(min_length=1)
    audiences: list[Audience] = Field(default_factory=list)
    subjects: list[Annotated[Key, Ref("subjects")]] = Field(default_factory=list)
    """Its fields."""
    mode: CourseMode | None = None
    since: date | None = None
    until: date | None = None
    """The first day on which it no longer is."""
    courses: list[StatedPart] = Field(default_factory=list)


class Programmes(Section):
    """What several institutions teach together."""

    name = "programmes"
    schema = StatedProgramme

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """Partners and fields in one order."""
        partners = sorted(said.get("partners", ()), key=lambda one: one["organization"])
        return said | {"partners": partners, "subjects": sorted(said.get("subjects", ()))}

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """One lead; each partner and course once; an end after the beginning."""
        roles = [one["role"] for one in said["partners"]]
        if roles.count(PartnerRole.LEAD) > 1:
            yield spot.mistake("it has more than one LEAD", "partners")
        for name, part in (("partners", "organization"), ("courses", "course")):
            named = [one[part] for one in said[name]]
            if len(set(named)) < len(named):
                yield spot.mistake(f"one of the {name} stands twice", name)
        if said["since"] and said["until"] and said["until"] <= said["since"]:
            yield spot.mistake("until is not after since", "until")

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These programmes as a blueprint would state them; four queries."""
        return stated_programmes(keys)

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Programme.objects.filter(key__in=keys, ended_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change programmes, with their partners, fields and courses."""
        hold_programmes()
        write_programmes(items)

    def end(self, keys: Collection[str]) -> None:
        """The programmes are no longer offered; their courses are."""
        end_programmes(keys)
