"""Answers to events: carrying messages outside after commit, and telling of requests."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from learncity.apps.people.types import PersonCorrected, RecordsMerged
from learncity.apps.privacy.types import ConsentEntered, CopyReady, RequestMoved
from learncity.kernel.outbox import on

from . import about_privacy, about_records, services
from .types import CodeWanted, MessageWritten


@on(MessageWritten)
def carry_messages(news: Sequence[MessageWritten]) -> Mapping[MessageWritten, Exception]:
    """Send the messages; safe to run twice, because their ids are stable."""
    by_id = {UUID(str(event.message_id)): event for event in news}
    return {by_id[pk]: error for pk, error in services.carry(list(by_id)).items()}


@on(CodeWanted)
def carry_codes(news: Sequence[CodeWanted]) -> Mapping[CodeWanted, Exception]:
    """Send the codes; safe to run twice, because their ids are stable."""
    by_id = {UUID(str(event.delivery_id)): event for event in news}
    return {by_id[pk]: error for pk, error in services.carry_codes(news).items()}


@on(RequestMoved)
def tell_of_requests(news: Sequence[RequestMoved]) -> None:
    """Write to whose requests moved; each step once, because its key is stable."""
    about_privacy.tell_of_requests(news)


@on(CopyReady)
def tell_of_copies(news: Sequence[CopyReady]) -> None:
    """Write to whose copies are ready; once each."""
    about_privacy.tell_of_copies(news)


@on(ConsentEntered)
def tell_of_papers(news: Sequence[ConsentEntered]) -> None:
    """Write to those whose papers were entered; once each."""
    about_privacy.tell_of_papers(news)


@on(RecordsMerged)
def tell_of_records(news: Sequence[RecordsMerged]) -> None:
    """Write to both whose records were joined or separated; once each."""
    about_records.tell_of_records(news)


@on(PersonCorrected)
def tell_of_corrections(news: Sequence[PersonCorrected]) -> None:
    """Write to those whose data the office corrected; once each."""
    about_records.tell_of_corrections(news)
