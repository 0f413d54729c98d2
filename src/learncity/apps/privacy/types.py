"""What other rooms may know of consents, requests and their clocks. Pure data."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.acting import Via
from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.personal_data import Basis, OnErasure
from learncity.kernel.texts import Text

# Days that a copy of one's own data can be fetched.
COPY_LASTS = 7


# How people read why something is kept, and what becomes of it.
BASIS_WORDS = {
    Basis.CONSENT: _("By consent."),
    Basis.SERVICE: _("Needed for the service."),
    Basis.DUTY: _("A duty of the city."),
    Basis.SAFETY: _("Against misuse."),
}
ERASURE_WORDS = {
    OnErasure.DELETED: _("Deleted on erasure."),
    OnErasure.BLANKED: _("Blanked on erasure."),
    OnErasure.PSEUDONYMOUS: _("Stays after erasure, without the name."),
}


class Decision(StrEnum):
    """What a person said to a purpose. Having said nothing is no consent."""

    GIVEN = "GIVEN"
    WITHDRAWN = "WITHDRAWN"


class Speaker(StrEnum):
    """Who said it."""

    SELF = "SELF"
    DELEGATE = "DELEGATE"
    CLERK = "CLERK"  # from a signed paper, which is named


class Channel(StrEnum):
    """How a paper came to the office."""

    COUNTER = "COUNTER"
    LETTER = "LETTER"


CHANNEL_NAMES = {
    Channel.COUNTER: _("Handed over at the counter"),
    Channel.LETTER: _("Sent by letter"),
}


class RequestKind(StrEnum):
    """What a person may ask of whoever keeps their data."""

    ACCESS = "ACCESS"
    CORRECTION = "CORRECTION"
    ERASURE = "ERASURE"
    RESTRICTION = "RESTRICTION"
    OBJECTION = "OBJECTION"


KIND_NAMES = {
    RequestKind.ACCESS: _("See what is kept of me"),
    RequestKind.CORRECTION: _("Have something corrected"),
    RequestKind.ERASURE: _("Have everything erased"),
    RequestKind.RESTRICTION: _("Keep my data, but do not use it"),
    RequestKind.OBJECTION: _("Object to a use of my data"),
}


class RequestState(StrEnum):
    """How far a request is."""

    RECEIVED = "RECEIVED"
    GRANTED = "GRANTED"  # answered with yes; being done
    DONE = "DONE"
    REFUSED = "REFUSED"
    TAKEN_BACK = "TAKEN_BACK"


OPEN = (RequestState.RECEIVED, RequestState.GRANTED)

STATE_NAMES = {
    RequestState.RECEIVED: _("Waits for an answer"),
    RequestState.GRANTED: _("Granted, being done"),
    RequestState.DONE: _("Done"),
    RequestState.REFUSED: _("Refused"),
    RequestState.TAKEN_BACK: _("Taken back"),
}


class RefusalReason(StrEnum):
    """Why a request was refused."""

    NOT_THE_PERSON = "NOT_THE_PERSON"
    LAW = "LAW"
    RIGHTS_OF_OTHERS = "RIGHTS_OF_OTHERS"
    UNFOUNDED = "UNFOUNDED"


REASON_NAMES = {
    RefusalReason.NOT_THE_PERSON: _("It could not be shown that the request is the person’s own"),
    RefusalReason.LAW: _("A law says that it must be kept"),
    RefusalReason.RIGHTS_OF_OTHERS: _("It would take something from other people"),
    RefusalReason.UNFOUNDED: _("It was asked again and again without a new reason"),
}


class Unit(StrEnum):
    """In what days a term is counted."""

    WORKING = "WORKING"
    CALENDAR = "CALENDAR"


@dataclass(frozen=True, slots=True)
class PurposeValue:
    """A purpose as it stands today, and what the person said to it.

    ``consent_id`` is what a disclosure cites: set when the person agreed to this very version.
    ``decided_at`` is when they last said something, to whichever version.
    """

    key: str
    name: Text
    text: Text
    version: int
    basis: Basis
    since: date
    consent_id: UUID | None = None
    decision: Decision | None = None
    decided_version: int | None = None
    decided_at: datetime | None = None

    @property
    def is_given(self) -> bool:
        """Whether the person agrees to the text as it stands."""
        return self.consent_id is not None

    @property
    def asks_again(self) -> bool:
        """Whether the person agreed to an earlier text and has not been asked about this one."""
        return self.decision == Decision.GIVEN and self.decided_version != self.version


@dataclass(frozen=True, slots=True)
class TextValue:
    """One version of what may be agreed to; ``key`` is that of its purpose."""

    key: str
    name: Text
    version: int
    since: date


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One entry of a person's ledger of consents; ``channel`` and ``paper`` of one on paper."""

    id: UUID
    purpose: Text
    version: int
    decision: Decision
    at: datetime
    via: Via
    speaker: Speaker
    channel: Channel | None = None
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """Until when a request must be answered and done, by the clock of a country.

    ``guessed`` names years whose working days nobody has told; the dates may be early then.
    """

    country: str
    answer_by: date
    done_by: date
    extension_days: int
    guessed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestValue:
    """A request about one's own data."""

    id: UUID
    number: str
    person_id: UUID
    kind: RequestKind
    words: str
    received_at: datetime
    country: str
    answer_by: date
    done_by: date
    is_extended: bool
    extension_days: int
    state: RequestState
    answer: str
    reason: RefusalReason | None
    answered_at: datetime | None
    done_at: datetime | None
    # Of a request on paper.
    channel: Channel | None = None
    paper: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN

    @property
    def next_due(self) -> date:
        """The day that counts now: of the answer, then of the doing."""
        return self.answer_by if self.state == RequestState.RECEIVED else self.done_by

    def days_left(self, today: date) -> int:
        """Calendar days until the next due day; negative when it is over."""
        return (self.next_due - today).days


@dataclass(frozen=True, slots=True)
class CopyValue:
    """A copy of one's own data; ``ready_at`` is None while it is being made."""

    id: UUID
    asked_at: datetime
    ready_at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RetentionValue:
    """How long a record class is kept, why, and when it was last tidied.

    ``days`` is None when it is kept until its person is erased.
    """

    name: str
    label: str
    keeps: str
    basis: Basis
    on_erasure: OnErasure
    days: int | None
    source: Text
    since: date | None
    ran_at: datetime | None
    count: int | None
    # Why words of an erased person are still there; empty where none are.
    stays: tuple[str, ...] = ()


class PurposeNotFound(NotFound):
    """No purpose carries the key."""

    says = _("There is no such purpose.")
    code = "purpose_not_found"


class TextHasChanged(DomainError):
    """The person read another version of the text than the one that is in force."""

    says = _("The text has changed since you opened the page. Read it again, then decide.")
    code = "text_has_changed"


class ConsentMissing(DomainError):
    """Something may be disclosed only with a consent that was not given."""

    says = _("The person has not agreed to this. Ask them first.")
    code = "consent_missing"


class PaperMissing(DomainError):
    """A clerk enters a consent without naming the signed paper."""

    says = _("Name the signed paper, so that the consent can be shown.")
    code = "paper_missing"


class NoSuchText(DomainError):
    """On the day of the paper there was no text of this version."""

    says = _("There was no such text on that day. Compare purpose, version and day with the paper.")
    code = "no_such_text"


class SaidLater(DomainError):
    """The person said something to the purpose after the day of the paper."""

    says = _("The person has said something to this since the day of the paper. That counts.")
    code = "said_later"


class DayNotYet(DomainError):
    """A paper of a day that has not come."""

    says = _("This day has not come yet. Enter the day on which the paper was signed or came.")
    code = "day_not_yet"


class OwnPaper(DomainError):
    """Somebody enters at the desk what they signed themselves."""

    says = _("Nobody enters their own paper. Ask a colleague.")
    code = "own_paper"


class OwnRequest(DomainError):
    """Somebody of the office answers what they asked for themselves."""

    says = _("Nobody answers their own request. Ask a colleague.")
    code = "own_request"


class OpenAlready(DomainError):
    """The person has an open request of the kind that the office wants to enter."""

    says = _("A request of this kind is open already. Look at it among the requests about data.")
    code = "request_open_already"


class RequestNotFound(NotFound):
    """No request of this number, or not one of this person."""

    says = _("There is no request with this number.")
    code = "request_not_found"


class AlreadyAsked(DomainError):
    """The person has an open request of the same kind."""

    says = _("You have asked for this already. Look at your request below.")
    code = "already_asked"


class NoClock(DomainError):
    """The city has not said how soon such a request must be answered."""

    says = _("The city has not set up how requests are answered. Call us, and we help you.")
    code = "no_clock"


class AlreadyAnswered(DomainError):
    """The request was answered, or taken back, in between."""

    says = _("This request is answered already. Look at it again.")
    code = "already_answered"


class AnswerMissing(DomainError):
    """An answer without words, or a refusal without a reason."""

    says = _("Write what the person shall read, and choose a reason when you refuse.")
    code = "answer_missing"


class AlreadyExtended(DomainError):
    """A term can be extended once, and only where the country's rule has an extension."""

    says = _("The time can be extended once only, and only where the rule says so.")
    code = "already_extended"


class Step(StrEnum):
    """What happened to a request."""

    RECEIVED = "RECEIVED"
    EXTENDED = "EXTENDED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class RequestMoved:
    """Published once for each step of a request, except that it is taken back or erases."""

    request_id: UUID
    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentEntered:
    """Published once for each consent, and its withdrawal, that an office enters from paper."""

    consent_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyWanted:
    """Published once for each copy of their own data that somebody asks for."""

    copy_id: UUID


@dataclass(frozen=True, slots=True)
class CopyReady:
    """Published once for each copy of one's own data that can be fetched."""

    copy_id: UUID
    person_id: UUID
    until: datetime
    at: datetime
