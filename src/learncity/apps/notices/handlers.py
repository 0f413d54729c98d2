"""Answers to this room's own events: carrying messages outside, after commit."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from learncity.kernel.outbox import on

from . import services
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
