"""A course as its provider writes it and the city's office reviews it."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from learncity.apps.catalogue.types import (
    Audience,
    Category,
    CourseMode,
    CourseState,
    CreditUnit,
    EditionValue,
    Level,
    MaterialKind,
    Part,
    Payer,
    SubjectValue,
    Support,
)

from .common import Asked, Moment, Named, Shape, Slug, Words
from .courses import Course
from .desk import Number, not_text
from .offers import Said, Tag

_LINE = r"^[^\u0000-\u001f\u007f]*$"
Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"[^\s\u0000]")]
_Goal = Annotated[int, Field(ge=1, le=17), BeforeValidator(not_text)]
_Amount = Annotated[int, Field(ge=0, le=2_000_000_000), BeforeValidator(not_text)]
_Weekly = Annotated[int, Field(ge=1, le=10_080), BeforeValidator(not_text)]
_Total = Annotated[int, Field(ge=1, le=10_000_000), BeforeValidator(not_text)]


class NewCourse(Asked):
    """A course that nobody sees yet."""

    organization: Slug
    """An organization of yours."""
    category: Category
    title: Annotated[Said, Field(min_length=1)]

    def called(self) -> dict[str, str]:
        """Its title, without what is empty."""
        return written(self.title)


class EffortSaid(Asked):
    """Minutes of learning, with what is done at home."""

    weekly: _Weekly | None = None
    total: _Total | None = None


class CreditsSaid(Asked):
    """What a course counts."""

    hundredths: Number = Field(ge=1, le=1_000_000)
    unit: CreditUnit


class MaterialSaid(Asked):
    """Something to learn from."""

    title: Annotated[Said, Field(min_length=1)]
    kind: MaterialKind
    link: Annotated[str, Field(max_length=500, pattern=r"^(https?://[!-~]+)?$")] = ""
    licence: Annotated[str, Field(max_length=80, pattern=_LINE)] = ""


class EditionChange(Asked):
    """Parts of a course as they shall be. A field that is left out stays as it is."""

    title: Said = Field(default_factory=dict)
    summary: Said = Field(default_factory=dict)
    needs: Said = Field(default_factory=dict)
    subject: Slug | None = None
    """It decides the category."""
    skills: list[Slug] = Field(default_factory=list, max_length=50)
    sdgs: list[_Goal] = Field(default_factory=list, max_length=17)
    mode: CourseMode | None = None
    effort: EffortSaid = Field(default_factory=EffortSaid)
    credits: CreditsSaid | None = None
    pays: dict[Payer, _Amount] = Field(default_factory=dict)
    """Who pays what, in the currency's smallest unit; whoever is absent is not known."""
    level: Level = Level.BEGINNER
    audiences: list[Audience] = Field(default_factory=list, max_length=50)
    taught_in: list[Tag] = Field(default_factory=list, max_length=50)
    access: list[Support] = Field(default_factory=list, max_length=50)
    materials: list[MaterialSaid] = Field(default_factory=list, max_length=20)

    def stated(self, subjects: Iterable[SubjectValue]) -> dict[str, Any]:
        """What was sent, as a blueprint would state it."""
        said: dict[str, Any] = {}
        for name in self.model_fields_set:
            said |= self._field(name, {s.key: s.category for s in subjects})
        return said

    def _field(self, name: str, categories: Mapping[str, Category]) -> dict[str, Any]:
        value = getattr(self, name)
        if name in ("title", "summary", "needs"):
            return {name: written(value)}
        if name == "subject" and value in categories:
            return {"subject": value, "category": categories[value].value}
        if name == "effort":
            return {"effort_weekly": value.weekly, "effort_total": value.total}
        if name == "credits":
            return {
                "credits": value.hundredths if value else None,
                "credit_unit": value.unit.value if value else None,
            }
        if name == "pays":
            return {"pays": {payer.value: amount for payer, amount in value.items()}}
        if name == "materials":
            return {"materials": [
                {"title": written(m.title), "kind": m.kind.value, "link": m.link,
                 "licence": m.licence}
                for m in value
            ]}  # fmt: skip
        if name in ("skills", "sdgs"):
            return {name: sorted(set(value))}
        if isinstance(value, list):
            return {name: list(dict.fromkeys(str(one) for one in value))}
        return {name: str(value) if value else None}


def written(words: Mapping[Tag, str]) -> dict[str, str]:
    """Texts by language, without what is empty."""
    return {tag: text.strip() for tag, text in words.items() if text.strip()}


class Edition(Shape):
    """A course as its provider works on it."""

    href: str
    key: str
    state: CourseState
    reason: str | None
    """Why it was sent back."""
    says: Course
    """What it would be, were it published now."""
    skills: list[str]
    missing: list[Part]
    """Not complete; nothing is left before it is sent in."""
    untranslated: int
    """Texts that lack a language, a language at a time."""
    texts: int
    """Of so many."""
    is_changed: bool
    """Something is to be published beside what stands in the catalogue."""
    edited_at: Moment | None
    sent_in_at: Moment | None
    mark: str
    """Of what it says; whoever publishes it says which one was read."""

    @classmethod
    def of(cls, value: EditionValue) -> "Edition":
        """From an edition, or the published course when there is none."""
        lacking, texts = value.untranslated
        return cls(
            href=f"/api/v1/desk/courses/{value.key}/edition",
            key=value.key,
            state=value.state,
            reason=value.reason if value.state == CourseState.RETURNED else None,
            says=Course.of(value.shown),
            skills=list(value.said["skills"]),
            missing=list(value.missing),
            untranslated=lacking,
            texts=texts,
            is_changed=value.is_open,
            edited_at=value.edited_at,
            sent_in_at=value.submitted_at if value.state == CourseState.IN_REVIEW else None,
            mark=value.mark,
        )


class Waiting(Shape):
    """A course that waits for review."""

    key: str
    title: Words
    provider: Named
    sent_in_at: Moment | None

    @classmethod
    def of(cls, value: EditionValue) -> "Waiting":
        """From an edition that was sent in."""
        course = value.shown
        return cls(
            key=value.key,
            title=Words(course.title),
            provider=Named(key=course.provider_key, name=Words(course.provider_name)),
            sent_in_at=value.submitted_at,
        )


class ReviewQueue(Shape):
    """What waits for review, the longest first."""

    items: list[Waiting]


class Publication(Asked):
    """Which statement is published."""

    mark: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    """Of the edition that was read."""


class Why(Asked):
    """Why it is sent back, or withdrawn. The provider reads it."""

    reason: Reason
