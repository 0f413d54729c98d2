"""Every change to consents, requests, copies and erasure: one function, one transaction.

Each holds the lock of its person, taken first (kernel.locks), before anything is decided.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from learncity.apps.people import queries as people
from learncity.kernel import audit, outbox, personal_data
from learncity.kernel.acting import SYSTEM, By
from learncity.kernel.dated import day_of
from learncity.kernel.ids import receipt_number
from learncity.kernel.one_by_one import one_by_one
from learncity.kernel.personal_data import Erased

from . import queries
from .consenting import decide, disclose, enter_consent, lock, on_paper
from .copying import written
from .models import Copy, Request, Sweep
from .types import (
    COPY_LASTS,
    OPEN,
    AlreadyAnswered,
    AlreadyAsked,
    AlreadyExtended,
    AnswerMissing,
    Channel,
    CopyReady,
    CopyValue,
    CopyWanted,
    OpenAlready,
    OwnRequest,
    RefusalReason,
    RequestKind,
    RequestMoved,
    RequestNotFound,
    RequestState,
    RequestValue,
    Step,
)

__all__ = [
    "answer",
    "ask",
    "carry_out_erasures",
    "decide",
    "disclose",
    "enter_consent",
    "enter_request",
    "erase",
    "extend",
    "finish",
    "make_copy",
    "note_request_read",
    "sweep",
    "take_back",
    "want_copy",
]

# Requests


@transaction.atomic
def ask(*, person_id: UUID, kind: RequestKind, words: str, by: By, at: datetime) -> RequestValue:
    """Take a request in, and set its clock.

    Args:
        words: what exactly, in the person's own words; may be empty.

    Raises:
        AlreadyAsked: one of this kind is open.
        NoClock: the city has not stated how soon it must be answered.
    """
    lock(person_id)
    if _asked(person_id, kind).exists():
        raise AlreadyAsked(kind)
    made = _take_in(person_id, kind, words, by, at)
    _publish(made, Step.RECEIVED, at)
    return made.as_value()


@transaction.atomic
def enter_request(
    *,
    person_id: UUID,
    kind: RequestKind,
    words: str,
    on: date,
    paper: str,
    channel: Channel,
    by: By,
    at: datetime,
) -> RequestValue:
    """Enter a request that came on paper; its clock starts on the day it came. The person is told.

    The same paper entered again is the request that is there.

    Args:
        on: the day on which it came, by letter or at the counter.
        paper: where it is kept; never a name.

    Raises:
        PaperMissing, DayNotYet, OwnPaper: as they say.
        OpenAlready: one of this kind is open.
        NoClock: the city has not stated how soon it must be answered.
    """
    paper, received_at = on_paper(person_id, paper, on, by, at)
    lock(person_id)
    if found := _asked(person_id, kind).first():
        if (found.paper, found.channel, day_of(found.received_at)) == (paper, channel, on):
            return found.as_value()
        raise OpenAlready(kind)
    made = _take_in(
        person_id, kind, words, by, received_at, paper=paper, channel=channel, entered_at=at
    )
    audit.note("privacy.request_entered", f"request {made.number}", by=by, channel=str(channel))
    _publish(made, Step.RECEIVED, at)
    return made.as_value()


def _take_in(
    person_id: UUID, kind: RequestKind, words: str, by: By, received_at: datetime, **more: Any
) -> Request:
    """Write a request down, with the clock of the day on which it was received."""
    due = queries.due_for(person_id, kind, at=received_at)
    return Request.objects.create(
        number=receipt_number(),
        person_id=person_id,
        kind=kind,
        words=_clean(words),
        received_at=received_at,
        via=by.via,
        actor_id=by.person_id,
        country=due.country,
        answer_by=due.answer_by,
        done_by=due.done_by,
        extension_days=due.extension_days,
        is_guessed=bool(due.guessed),
        state=RequestState.RECEIVED,
        **more,
    )


def _clean(words: str) -> str:
    """What people typed, without what cannot be shown."""
    kept = (c if c.isprintable() or c == "\n" else " " for c in words)
    return "".join(kept).strip()[:2000]


def _asked(person_id: UUID, kind: RequestKind) -> "QuerySet[Request]":
    """Open requests of a kind, by whichever record of the person."""
    return Request.objects.filter(people.of_person(person_id), kind=kind, state__in=OPEN)


@transaction.atomic
def take_back(*, number: str, person_id: UUID, by: By, at: datetime) -> RequestValue:
    """End one's own request before it is done. A second time changes nothing.

    Raises:
        RequestNotFound: no request of this person carries the number.
        AlreadyAnswered: it is done, or was refused.
    """
    lock(person_id)
    found = Request.objects.filter(people.of_person(person_id), number=number).first()
    if found is None:
        raise RequestNotFound(number)
    if found.state == RequestState.TAKEN_BACK:
        return found.as_value()
    if found.state not in OPEN:
        raise AlreadyAnswered(number)
    found.state = RequestState.TAKEN_BACK
    found.save(update_fields=["state"])
    return found.as_value()


@transaction.atomic
def answer(
    *, number: str, granted: bool, words: str, reason: RefusalReason | None, by: By, at: datetime
) -> RequestValue:
    """Answer a request: yes, and it will be done; or no, and why. The person is told.

    Raises:
        RequestNotFound: no such request.
        OwnRequest: whoever answers asked for it.
        AlreadyAnswered: it was answered or taken back in between.
        AnswerMissing: no words, or a refusal without a reason.
    """
    words = _clean(words)
    if not words or (not granted and reason is None):
        raise AnswerMissing
    found = _locked(number, by)
    if found.state != RequestState.RECEIVED:
        raise AlreadyAnswered(number)
    found.state = RequestState.GRANTED if granted else RequestState.REFUSED
    found.answer, found.answered_at = words, at
    found.reason = "" if granted or reason is None else reason
    found.save(update_fields=["state", "answer", "reason", "answered_at"])
    audit.note("privacy.request_answered", f"request {number}", by=by, state=found.state)
    _publish(found, Step.GRANTED if granted else Step.REFUSED, at)
    return found.as_value()


@transaction.atomic
def extend(*, number: str, words: str, by: By, at: datetime) -> RequestValue:
    """Take the longer time that the country's rule allows, once; the person is told why.

    Raises:
        RequestNotFound: no such request.
        OwnRequest: whoever answers asked for it.
        AlreadyAnswered: nothing is to be done any more.
        AlreadyExtended: once before, or the rule has no extension.
        AnswerMissing: the person would not read why.
    """
    words = _clean(words)
    if not words:
        raise AnswerMissing
    found = _locked(number, by)
    if found.state not in OPEN:
        raise AlreadyAnswered(number)
    if found.extended_at or not found.extension_days:
        raise AlreadyExtended(number)
    found.done_by += timedelta(days=found.extension_days)
    found.extended_at, found.answer = at, words
    found.save(update_fields=["done_by", "extended_at", "answer"])
    audit.note("privacy.request_extended", f"request {number}", by=by, days=found.extension_days)
    _publish(found, Step.EXTENDED, at)
    return found.as_value()


@transaction.atomic
def finish(*, number: str, by: By, at: datetime) -> RequestValue:
    """Note that what was granted is done; an erasure is carried out. Again changes nothing.

    Raises:
        RequestNotFound: no such request.
        OwnRequest: whoever answers asked for it.
        AlreadyAnswered: it was refused or taken back; or it was not answered yet.
    """
    found = _locked(number, by)
    if found.state == RequestState.DONE:
        return found.as_value()
    if found.state != RequestState.GRANTED:
        raise AlreadyAnswered(number)
    return _finish(found, by, at)


def _finish(found: Request, by: By, at: datetime) -> RequestValue:
    found.state, found.done_at = RequestState.DONE, at
    found.save(update_fields=["state", "done_at"])
    if found.kind == RequestKind.ERASURE:
        erase(person_id=found.person_id, by=by, at=at)
        found.refresh_from_db()
    else:
        audit.note("privacy.request_done", f"request {found.number}", by=by)
        _publish(found, Step.DONE, at)
    return found.as_value()


def _locked(number: str, by: By) -> Request:
    person_id = Request.objects.filter(number=number).values_list("person_id", flat=True).first()
    if person_id is None:
        raise RequestNotFound(number)
    lock(person_id)
    if by.person_id in people.all_ids(person_id):
        raise OwnRequest
    return Request.objects.get(number=number)


def _publish(request: Request, step: Step, at: datetime) -> None:
    outbox.publish(RequestMoved(request.id, step, at))


# Erasure


@transaction.atomic
def erase(*, person_id: UUID, by: By, at: datetime) -> None:
    """Erase a person from every room; what must stay leads to nobody. Twice is harmless.

    Counts, facts and the audit trail stay as they are, under an identifier that no account, name or
    address belongs to any more.

    Source: docs/decisions/0017-privacy.md.
    """
    lock(person_id)
    met = _erase_all(person_id, by, at)
    audit.note("privacy.erased", f"person {person_id}", by=by, rows=met)


def _erase_all(person_id: UUID, by: By, at: datetime) -> int:
    """Erase every record that is this person; how many rows were met."""
    ids = sorted(people.all_ids(person_id))
    return sum(sum(personal_data.erase(Erased(pk, by, at)).values()) for pk in ids)


def carry_out_erasures(*, at: datetime) -> int:
    """Erase those whose request was granted a day ago or whose time is over; how many.

    The day is for the person to read the answer. Whoever was never answered is erased on the last
    day that the country's rule allows: silence of the office is no refusal. Somebody who was erased
    in the last days is erased again, in case something was written to them meanwhile.
    """
    today = timezone.localtime(at).date()
    asked = Request.objects.filter(kind=RequestKind.ERASURE)
    granted = asked.filter(state=RequestState.GRANTED, answered_at__lte=at - timedelta(days=1))
    over = asked.filter(state__in=OPEN, done_by__lte=today)
    due = list((granted | over).order_by("done_by", "id").values_list("number", flat=True))
    fresh = asked.filter(state=RequestState.DONE, done_at__gt=at - timedelta(days=3))
    again = list(fresh.order_by("id").values_list("number", flat=True))

    def erase(number: str) -> int:
        return _erase_again(number, at) if number in again else _carry_out(number, at)

    return one_by_one([*due, *again], erase, what="request about data")


@transaction.atomic
def _carry_out(number: str, at: datetime) -> bool:
    found = _locked(number, SYSTEM)
    if found.state not in OPEN:  # taken back in between
        return False
    found.answered_at = found.answered_at or at
    found.save(update_fields=["answered_at"])
    _finish(found, SYSTEM, at)
    return True


@transaction.atomic
def _erase_again(number: str, at: datetime) -> int:
    """Erase what came to an erased person meanwhile; nothing is noted when there was nothing."""
    person_id = Request.objects.get(number=number).person_id
    lock(person_id)
    met = _erase_all(person_id, SYSTEM, at)
    if met:
        audit.note("privacy.erased", f"person {person_id}", by=SYSTEM, rows=met)
    return 0


# One's own data


@transaction.atomic
def want_copy(*, person_id: UUID, language: str, at: datetime) -> CopyValue:
    """Have a copy of everything that is kept of the person made; one at a time is enough.

    Args:
        language: BCP 47 tag in which it is to be read.
    """
    lock(person_id)
    found = Copy.objects.filter(person_id=person_id, ready_at=None).first()
    if found is None:
        found = Copy.objects.create(person_id=person_id, language=language, asked_at=at)
        outbox.publish(CopyWanted(found.id), urgent=True)
    return found.as_value()


@transaction.atomic
def make_copy(*, copy_id: UUID, at: datetime) -> None:
    """Write the copy down as JSON and as a PDF. Twice is harmless; so is a copy that is gone."""
    found = Copy.objects.select_for_update().filter(pk=copy_id, ready_at=None).first()
    if found is None:
        return
    found.as_json, found.as_pdf = written(found.person_id, found.language, at)
    found.ready_at, found.until = at, at + timedelta(days=COPY_LASTS)
    found.save(update_fields=["as_json", "as_pdf", "ready_at", "until"])
    outbox.publish(CopyReady(found.id, found.person_id, found.until, at))


# Retention


@transaction.atomic
def sweep(*, at: datetime) -> int:
    """Delete or blank what is over its time, as the city or else the room says; how many rows."""
    stated = queries.keepings(at)
    before = {}
    for one in personal_data.registered():
        days = stated[one.name].days if one.name in stated else one.days
        if days is not None:
            before[one.name] = at - timedelta(days=days)
    swept = personal_data.sweep(before)
    Sweep.objects.bulk_create(
        [Sweep(record_class=name, ran_at=at, count=count) for name, count in swept.items()],
        update_conflicts=True,
        unique_fields=["record_class"],
        update_fields=["ran_at", "count"],
    )
    met = {name: count for name, count in swept.items() if count}
    audit.note("privacy.swept", "retention", by=SYSTEM, **met)
    return sum(met.values())


def note_request_read(*, number: str, by: By) -> None:
    """Write to the audit trail that somebody of the office read a person's request."""
    audit.note("privacy.request_read", f"request {number}", by=by)
