"""A programme as the city's office writes it."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from learncity.apps.catalogue.types import Audience, CourseMode, ProgrammeValue

from .common import Asked, Day, Slug
from .course_desk import written
from .courses import ProgrammeDetail
from .desk import not_text
from .offers import Said, Tag

# Something is to be read in it, and no signs that the database cannot hold.
_SIGNS = r"[^\u0000-\u0008\u000b-\u001f\u007f]*"
_Name = Annotated[
    str, Field(max_length=4000, pattern=rf"^{_SIGNS}[!-~\u00a1-\u1fff\u3001-\ufefe]{_SIGNS}$")
]
_Place = Annotated[int, Field(ge=1, le=9999), BeforeValidator(not_text)]
_Called = Annotated[dict[Tag, _Name], Field(min_length=1, description="By language.")]


class NewProgramme(Asked):
    """A programme without courses yet."""

    title: _Called
    summary: Said = Field(default_factory=dict)
    lead: Slug
    """Key of the organization that leads it."""

    def called(self) -> dict[str, str]:
        """Its title, without what is empty."""
        return written(self.title)


class ProgrammeChange(Asked):
    """What a programme shall say. A field that is left out stays as it is."""

    title: _Called = Field(default_factory=dict)
    summary: Said = Field(default_factory=dict)
    lead: Slug = ""
    audiences: list[Audience] = Field(default_factory=list, max_length=50)
    fields: list[Slug] = Field(default_factory=list, max_length=50)
    """Keys of subjects."""
    mode: CourseMode | None = None
    since: Day | None = None
    until: Day | None = None
    """The first day on which it no longer is."""

    def stated(self) -> dict[str, Any]:
        """What was sent, as a blueprint would state it."""
        return {
            "subjects" if name == "fields" else name: self._field(getattr(self, name))
            for name in self.model_fields_set
        }

    def _field(self, value: Any) -> Any:
        if isinstance(value, dict):
            return written(value)
        if isinstance(value, list):
            return list(dict.fromkeys(str(one) for one in value))
        return str(value) if value else None


class WholeProgramme(ProgrammeDetail):
    """A programme with those of its courses too that the public does not see."""

    href: str

    @classmethod
    def whole(cls, programme: ProgrammeValue) -> "WholeProgramme":
        """From a programme with its courses."""
        said = dict(ProgrammeDetail.whole(programme))
        return cls(**said, href=f"/api/v1/office/programmes/{programme.key}")


class ProgrammePlace(Asked):
    """Where a course stands in a programme."""

    is_needed: bool = True
    """Otherwise a free choice."""
    place: _Place | None = None
    """From 1; null: where it stands, or at the end."""
