"""What people are told of their requests about their data, step by step."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from learncity.apps.people import queries as people
from learncity.apps.privacy import queries as privacy
from learncity.apps.privacy.types import (
    KIND_NAMES,
    REASON_NAMES,
    ConsentEntered,
    CopyReady,
    Decision,
    RequestMoved,
    Step,
)
from learncity.apps.privacy.types import RequestKind as Asked

from .services import tell
from .types import Kind, NewMessage

RECEIVED = Kind(
    "privacy.received",
    gettext_noop("We have your request %(number)s"),
    gettext_noop(
        "You asked: %(asked)s. You will have an answer by %(answer_by)s. Request %(number)s."
    ),
)
ERASURE_RECEIVED = Kind(
    "privacy.erasure_received",
    gettext_noop("You asked us to erase you: %(number)s"),
    gettext_noop(
        "You will have an answer by %(answer_by)s. Everything is erased by %(done_by)s at the "
        "latest, and then we can no longer write to you. Until then you can take it back. "
        "Request %(number)s."
    ),
)
EXTENDED = Kind(
    "privacy.extended",
    gettext_noop("Your request %(number)s takes longer"),
    gettext_noop("%(answer)s It will be done by %(done_by)s. Request %(number)s."),
)
GRANTED = Kind(
    "privacy.granted",
    gettext_noop("Your request %(number)s was granted"),
    gettext_noop("%(answer)s It will be done by %(done_by)s. Request %(number)s."),
)
REFUSED = Kind(
    "privacy.refused",
    gettext_noop("Your request %(number)s was refused"),
    gettext_noop(
        "%(answer)s The reason: %(reason)s. You can ask again, complain to the city’s office, or "
        "go to court. Request %(number)s."
    ),
)
DONE = Kind(
    "privacy.done",
    gettext_noop("Your request %(number)s is done"),
    gettext_noop("Done: %(asked)s. Request %(number)s."),
)
COPY_READY = Kind(
    "privacy.copy_ready",
    gettext_noop("The copy of your data is ready"),
    gettext_noop("You can fetch it on the page of your data until %(until)s, then it is deleted."),
)

AGREED_ON_PAPER = Kind(
    "privacy.agreed_on_paper",
    gettext_noop("Entered from paper: you agree to “%(purpose)s”"),
    gettext_noop(
        "The city office entered your paper of %(day)s: you agree to “%(purpose)s”. If this is not "
        "right, take it back on the page of your data."
    ),
)
TAKEN_BACK_ON_PAPER = Kind(
    "privacy.taken_back_on_paper",
    gettext_noop("Entered from paper: you no longer agree to “%(purpose)s”"),
    gettext_noop(
        "The city office entered your paper of %(day)s: you no longer agree to “%(purpose)s”. You "
        "can agree again at any time."
    ),
)

_KINDS = {
    Step.RECEIVED: RECEIVED,
    Step.EXTENDED: EXTENDED,
    Step.GRANTED: GRANTED,
    Step.REFUSED: REFUSED,
    Step.DONE: DONE,
}


def tell_of_requests(news: Sequence[RequestMoved]) -> None:
    """Tell whose requests moved; a few statements, whatever the number."""
    moved = [(UUID(str(n.request_id)), Step(n.step), _moment(n.at)) for n in news]
    found = privacy.requests([pk for pk, _, _ in moved])
    persons = people.persons({r.person_id for r in found.values()})
    messages = []
    for pk, step, at in moved:
        request = found[pk]
        person, kind = persons[request.person_id], _KINDS[step]
        if step == Step.RECEIVED and request.kind == Asked.ERASURE:
            kind = ERASURE_RECEIVED
        values = {
            "number": request.number,
            "asked": KIND_NAMES[request.kind],
            "answer_by": request.answer_by,
            "done_by": request.done_by,
            "answer": request.answer,
            "reason": REASON_NAMES[request.reason] if request.reason else "",
        }
        messages.append(
            NewMessage(person.id, person.language, kind, f"{pk}", values, at, "/me/privacy/")
        )
    _tell_the_living(messages)


def tell_of_papers(news: Sequence[ConsentEntered]) -> None:
    """Tell those for whom the office entered a consent, or its withdrawal, from paper."""
    at = {UUID(str(n.consent_id)): _moment(n.at) for n in news}
    entries = privacy.entered(list(at))
    persons = people.persons({person_id for person_id, _line in entries.values()})
    messages = []
    for pk, (person_id, line) in entries.items():
        person, given = persons[person_id], line.decision == Decision.GIVEN
        kind = AGREED_ON_PAPER if given else TAKEN_BACK_ON_PAPER
        values = {"purpose": line.purpose, "day": timezone.localdate(line.at)}
        messages.append(
            NewMessage(person.id, person.language, kind, f"{pk}", values, at[pk], "/me/privacy/")
        )
    _tell_the_living(messages)


def _tell_the_living(messages: Sequence[NewMessage]) -> None:
    """Nothing is written any more to who was erased meanwhile."""
    gone = people.erased({m.person_id for m in messages})
    tell([m for m in messages if m.person_id not in gone])


def tell_of_copies(news: Sequence[CopyReady]) -> None:
    """Tell whose copies can be fetched."""
    persons = people.persons({UUID(str(n.person_id)) for n in news})
    messages = []
    for n in news:
        person = persons[UUID(str(n.person_id))]
        values = {"until": _moment(n.until)}
        messages.append(
            NewMessage(
                person.id,
                person.language,
                COPY_READY,
                str(n.copy_id),
                values,
                _moment(n.at),
                "/me/privacy/",
            )
        )
    _tell_the_living(messages)


def _moment(value: datetime | str) -> datetime:
    """A moment of an event: as it was published, or as the outbox keeps it."""
    found = parse_datetime(value) if isinstance(value, str) else value
    assert found is not None
    return found
