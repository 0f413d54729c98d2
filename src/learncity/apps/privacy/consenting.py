"""Agreeing to purposes, taking it back, and citing it; by oneself or on paper. Part of services.

What a person says by whichever record of theirs counts for them.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from learncity.apps.people import queries as people
from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By
from learncity.kernel.dated import begin_of, day_of

from . import queries
from .models import Consent, Disclosure, PurposeText
from .types import (
    Channel,
    ConsentEntered,
    ConsentMissing,
    DayNotYet,
    Decision,
    NoSuchText,
    OwnPaper,
    PaperMissing,
    PurposeNotFound,
    SaidLater,
    Speaker,
    TextHasChanged,
)

# What kernel.locks holds for one person's consents, requests and copies.
LOCK = "privacy.Person"


def lock(person_id: UUID) -> None:
    """Hold the person, by whichever record; for this room only."""
    locks.hold(LOCK, people.same_person([person_id])[person_id])


@transaction.atomic
def decide(
    *,
    person_id: UUID,
    purpose: str,
    decision: Decision,
    version: int,
    by: By,
    at: datetime,
    speaker: Speaker = Speaker.SELF,
    paper: str = "",
) -> UUID | None:
    """Write down that a person agrees to a purpose, or takes it back.

    Saying the same again changes nothing. Taking back is always possible, whatever version of the
    text was read, and so is taking back what was never given.

    Args:
        version: of the text that the person read.
        paper: where the signed paper is, when a clerk enters it; never a name.

    Returns:
        The entry that counts now, or ``None`` when nothing was ever given.

    Raises:
        PurposeNotFound: no living purpose carries the key.
        TextHasChanged: they agreed to another text than the one in force.
        PaperMissing: a clerk enters a consent without a paper.
    """
    if speaker == Speaker.CLERK and decision == Decision.GIVEN and not paper.strip():
        raise PaperMissing
    lock(person_id)
    text = queries.texts_in_force(at).filter(purpose__key=purpose).first()
    if text is None:
        raise PurposeNotFound(purpose)
    last = _last(person_id, text.purpose_id)
    if decision == Decision.WITHDRAWN:
        if last is None or last.decision == Decision.WITHDRAWN:
            return last.id if last else None
        text = last.text
    elif version != text.version:
        raise TextHasChanged(purpose)
    elif last and last.decision == Decision.GIVEN and last.text_id == text.id:
        return last.id
    return _say(text, person_id, decision, by, at, speaker, paper=paper.strip()[:80]).id


@transaction.atomic
def enter_consent(
    *,
    person_id: UUID,
    purpose: str,
    decision: Decision,
    version: int,
    on: date,
    paper: str,
    channel: Channel,
    by: By,
    at: datetime,
) -> UUID | None:
    """Enter what a person agreed to, or took back, on paper; they are told.

    What was said last counts, not what was typed last. Entering it again changes nothing. A version
    that is in force no longer is kept as what they read, and is asked again.

    Args:
        version: of the text on the paper; passed over when it is taken back.
        on: the day on which it was signed, or came. An agreement of an earlier day counts from its
            begin and a withdrawal to its end, so that in doubt the withdrawal counts.
        paper: where the paper is kept; never a name.

    Returns:
        The entry that counts now, or ``None`` when nothing was ever given.

    Raises:
        PaperMissing, DayNotYet, OwnPaper: as they say.
        NoSuchText: on that day there was no text of this version.
        SaidLater: the person said something to it since.
    """
    paper, said_at = on_paper(person_id, paper, on, by, at)
    if decision == Decision.WITHDRAWN and on < day_of(at):
        said_at = begin_of(on + timedelta(days=1)) - timedelta(microseconds=1)
    lock(person_id)
    texts = PurposeText.objects.filter(purpose__key=purpose, purpose__ended_at=None)
    text = texts.filter(since__lte=on, version=version).select_related("purpose").first()
    known = text or texts.first()
    if known is None or (text is None and decision == Decision.GIVEN):
        raise NoSuchText(purpose)
    last = _last(person_id, known.purpose_id)
    if decision == Decision.WITHDRAWN:
        if last is None or last.decision == Decision.WITHDRAWN:
            return last.id if last else None
        text = last.text
    assert text is not None
    if last and last.decision == decision and last.text_id == text.id:
        return last.id
    if last and last.at > said_at:
        raise SaidLater(purpose)
    made = _say(
        text, person_id, decision, by, said_at, Speaker.CLERK,
        paper=paper, channel=channel, entered_at=at,
    )  # fmt: skip
    outbox.publish(ConsentEntered(made.id, at))
    return made.id


def on_paper(person_id: UUID, paper: str, on: date, by: By, at: datetime) -> tuple[str, datetime]:
    """The reference of a paper as it is kept, and the moment that counts; for this room only.

    Raises:
        PaperMissing, DayNotYet, OwnPaper: as they say.
    """
    paper = " ".join("".join(c if c.isprintable() else " " for c in paper).split())[:80]
    if not paper:
        raise PaperMissing
    if on > day_of(at):
        raise DayNotYet
    if by.person_id in people.all_ids(person_id):
        raise OwnPaper
    return paper, at if on == day_of(at) else begin_of(on)


def _last(person_id: UUID, purpose_id: UUID) -> Consent | None:
    """What the person said last, by whichever record of theirs."""
    said = Consent.objects.filter(people.of_person(person_id), purpose_id=purpose_id)
    return said.select_related("text").order_by("-at", "-number", "-id").first()


def _say(
    text: PurposeText,
    person_id: UUID,
    decision: Decision,
    by: By,
    at: datetime,
    speaker: Speaker,
    **more: Any,
) -> Consent:
    own = Consent.objects.filter(person_id=person_id, purpose_id=text.purpose_id)
    made = Consent.objects.create(
        person_id=person_id,
        purpose_id=text.purpose_id,
        text=text,
        number=(own.aggregate(last=Max("number"))["last"] or 0) + 1,
        decision=decision,
        at=at,
        via=by.via,
        speaker=speaker,
        actor_id=by.person_id,
        **more,
    )
    if speaker != Speaker.SELF:
        audit.note("privacy.consent_entered", f"consent {made.id}", by=by, decision=str(decision))
    return made


@transaction.atomic
def disclose(
    *, person_id: UUID, purpose: str, recipient: str, what: str, by: By, at: datetime
) -> UUID:
    """Write down that something of a person is shown to somebody outside; the consent it cites.

    The lock makes it certain that the consent was not taken back a moment before.

    Args:
        recipient: who gets it, such as the key of an organization.
        what: name of the record class, such as ``classes.enrolment``.

    Raises:
        ConsentMissing: the person does not agree to this purpose as it stands.
    """
    lock(person_id)
    consent_id = queries.has_consent(person_id, purpose, at=at)
    if consent_id is None:
        raise ConsentMissing(purpose)
    Disclosure.objects.create(
        person_id=person_id,
        consent_id=consent_id,
        recipient=recipient,
        what=what,
        at=at,
        via=by.via,
        actor_id=by.person_id,
    )
    return consent_id
