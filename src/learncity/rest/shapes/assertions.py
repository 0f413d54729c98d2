"""What organizations vouch for about persons."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from learncity.apps.assertions import types as room
from learncity.apps.assertions.queries import key_named
from learncity.apps.assertions.types import CodeState, Pattern

from .common import Moment, Named, Next, Shape, Words, labels, page_of
from .partners import named


class Shifts(Shape):
    """When somebody works: a pattern, and the days of the week, Monday 1."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    pattern: Pattern
    days: list[int] = Field(default_factory=list, max_length=7)


# A day is text as in ISO 8601.
Value = str | int | Shifts | None


class Objection(Shape):
    """What the person says against it, and the answer."""

    text: str
    at: Moment
    answer: str
    """Empty until there is one."""


class Assertion(Shape):
    """What somebody says of a person."""

    id: UUID
    key: str
    label: Words
    value: Value
    organization: Named | None
    """Who vouches for it; null when only the person says so."""
    since: date | None
    until: date | None
    """The first day on which it no longer holds."""
    evidence: str
    link: str
    code: str
    """With which others can ask `/verifications`; empty for what the person says."""
    code_until: date | None
    """The first day on which the code works no longer."""
    asserted_at: Moment
    withdrawn_at: Moment | None
    withdrawn_because: str
    objection: Objection | None
    """The last one."""

    @classmethod
    def of(cls, value: room.AssertionValue) -> "Assertion":
        """From an assertion."""
        objection = value.objection
        return cls(
            id=value.id,
            key=value.key,
            label=labels(key_named(value.key).label),
            value=_value(value.value),
            organization=named(value.organization) if value.organization else None,
            since=value.since,
            until=value.until,
            evidence=value.evidence,
            link=value.link,
            code=value.code,
            code_until=value.code_until,
            asserted_at=value.asserted_at,
            withdrawn_at=value.withdrawn_at,
            withdrawn_because=value.withdrawn_because,
            objection=Objection(text=objection.text, at=objection.at, answer=objection.answer)
            if objection
            else None,
        )


def _value(value: Any) -> Any:
    return Shifts(**value) if isinstance(value, dict) else value


class Assertions(Shape):
    """What is and was said of me, newest first."""

    items: list[Assertion]


class AssertionOfPerson(Assertion):
    """An assertion at the desk that made it."""

    name: str
    """Of the person."""


class AssertionsOfPeople(Shape):
    """What an organization says of people, newest first. Each look is written down."""

    items: list[AssertionOfPerson]
    total: int
    next: Next


class NewOwn(Shape):
    """What a person says of their own work: `employed`, `post` or `shifts`."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    key: str = Field(pattern=r"^[a-z_]{1,40}$")
    value: Value = None
    organization: str | None = Field(None, pattern=r"^[-a-zA-Z0-9_]{1,80}$")
    """Key of the organization it is about, such as the employer."""
    since: date | None = None
    until: date | None = None


class Work(Shape):
    """What a person says of their work, from one day to before another; parts may be empty."""

    employer: str
    organization: Named | None
    """The employer, where the city knows it."""
    post: str
    pattern: Pattern | None
    since: date | None
    until: date | None

    @classmethod
    def of(cls, value: room.WorkValue) -> "Work":
        """From what was said."""
        return cls(
            employer=value.employer,
            organization=named(value.at) if value.at else None,
            post=value.post,
            pattern=value.pattern,
            since=value.since,
            until=value.until,
        )


class Works(Shape):
    """What a person says of their work, the latest first. Nobody vouches for it."""

    items: list[Work]


class NewWork(Shape):
    """Where I work from a day on; one of employer, post and pattern at least."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    employer: str = Field("", max_length=200)
    """In words; passed over when `organization` is named."""
    organization: str | None = Field(None, pattern=r"^[-a-zA-Z0-9_]{1,80}$")
    """Key of the employer, if the city knows it."""
    post: str = Field("", max_length=200)
    pattern: Pattern | None = None
    since: date
    """Today at the latest."""


class NewAssertion(Shape):
    """What an organization vouches for."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    who: str = Field(min_length=3, max_length=254)
    """Exactly the phone number or e-mail address with which they sign in, or a code they show."""
    key: str = Field(pattern=r"^[a-z_]{1,40}$")
    value: Value = None
    since: date | None = None
    until: date | None = None
    evidence: str = Field(min_length=1, max_length=500)
    link: str = Field("", max_length=500)
    checksum: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    """SHA-256 of the document that was seen."""
    code_until: date


class Because(Shape):
    """Why."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    text: str = Field(min_length=1, max_length=500)


class Verification(Shape):
    """What a stranger learns from a code: no more than needed."""

    code: str
    state: CodeState
    label: Words | None
    organization: Named | None
    name: str
    """Part-masked; empty unless the code is valid, like everything below."""
    since: date | None
    until: date | None
    code_until: date | None
    page: str

    @classmethod
    def of(cls, value: room.Verified) -> "Verification":
        """From what was verified."""
        return cls(
            code=value.code,
            state=value.state,
            label=labels(key_named(value.key).label) if value.key else None,
            organization=named(value.organization) if value.organization else None,
            name=value.name,
            since=value.since,
            until=value.until,
            code_until=value.code_until,
            page=page_of(f"/verify/{value.code}/"),
        )
