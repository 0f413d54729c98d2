"""One's own data: consents, requests, a copy; and the office's desk for requests."""

from datetime import date

from pydantic import ConfigDict, Field

from learncity.apps.privacy import types as privacy
from learncity.apps.privacy.types import (
    Channel,
    Decision,
    RefusalReason,
    RequestKind,
    RequestState,
)
from learncity.kernel.personal_data import Basis, OnErasure

from .common import Moment, Shape, Slug, Words
from .desk import Number

_CLOSED = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Consent(Shape):
    """A purpose as its text stands today, and whether I agree to it."""

    purpose: str
    name: Words
    text: Words
    version: int
    since: date
    basis: Basis
    consent_id: str | None
    """What a disclosure cites; null when I do not agree to this very text."""
    decided_at: Moment | None
    """When I last said something to this purpose."""
    asks_again: bool
    """I agreed to an earlier text; it no longer counts."""

    @classmethod
    def of(cls, value: privacy.PurposeValue) -> "Consent":
        """From a purpose."""
        return cls(
            purpose=value.key,
            name=Words(value.name),
            text=Words(value.text),
            version=value.version,
            since=value.since,
            basis=value.basis,
            consent_id=str(value.consent_id) if value.consent_id else None,
            decided_at=value.decided_at,
            asks_again=value.asks_again,
        )


class Consents(Shape):
    """Everything that I can agree to. What I said nothing to is a no."""

    items: list[Consent]


class ConsentAgreement(Shape):
    """The text that was read."""

    model_config = _CLOSED

    version: Number = Field(ge=1, le=30_000)


class DataRequest(Shape):
    """What I asked about my data, and what became of it."""

    number: str
    href: str
    """Address of this request in the API."""
    kind: RequestKind
    words: str
    received_at: Moment
    country: str
    """By whose clock, ISO 3166-1."""
    answer_by: date
    done_by: date
    is_extended: bool
    state: RequestState
    answer: str
    reason: RefusalReason | None
    """Why it was refused."""
    answered_at: Moment | None
    done_at: Moment | None
    channel: Channel | None
    """How it came, when it came on paper."""

    @classmethod
    def of(cls, value: privacy.RequestValue, href: str) -> "DataRequest":
        """From a request."""
        return cls(
            number=value.number,
            href=href,
            kind=value.kind,
            words=value.words,
            received_at=value.received_at,
            country=value.country,
            answer_by=value.answer_by,
            done_by=value.done_by,
            is_extended=value.is_extended,
            state=value.state,
            answer=value.answer,
            reason=value.reason,
            answered_at=value.answered_at,
            done_at=value.done_at,
            channel=value.channel,
        )


class DataRequests(Shape):
    """Requests about data."""

    items: list[DataRequest]


class NewDataRequest(Shape):
    """What to ask."""

    model_config = _CLOSED

    kind: RequestKind
    words: str = Field(default="", max_length=2000)
    """What exactly, in my own words."""


class RecordClass(Shape):
    """One kind of thing that is kept, and what of me stands in it."""

    name: str
    label: str
    keeps: str
    basis: Basis
    on_erasure: OnErasure
    rows: list[dict[str, str]]
    """Lines by the names of their fields, in the language of the request."""


class OwnData(Shape):
    """Everything that is kept of me."""

    record_classes: list[RecordClass]


class RequestAnswer(Shape):
    """What the person shall read."""

    model_config = _CLOSED

    granted: bool
    words: str = Field(min_length=1, max_length=2000)
    reason: RefusalReason | None = None
    """Needed to refuse."""


class RequestExtension(Shape):
    """Why it takes longer, as the person shall read it."""

    model_config = _CLOSED

    words: str = Field(min_length=1, max_length=2000)


class _Paper(Shape):
    """Where the paper is, how it came, and its day."""

    model_config = _CLOSED

    on: date
    """The day on which it was signed, or came; the clock of a request starts on it."""
    channel: Channel
    paper: str = Field(min_length=1, max_length=80)
    """Where it is kept. No name."""


class PaperConsent(_Paper):
    """What somebody agreed to, or took back, on paper."""

    purpose: Slug
    decision: Decision
    version: Number = Field(ge=1, le=30_000)
    """Of the text on the paper."""


class PaperRequest(_Paper):
    """What somebody asked about their data on paper."""

    kind: RequestKind
    words: str = Field(default="", max_length=2000)
