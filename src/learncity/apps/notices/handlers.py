"""Answers to this room's own events: carrying messages outside, after commit."""

from uuid import UUID

from learncity.kernel.outbox import on

from . import services
from .types import CodeWanted, MessageWritten


@on(MessageWritten)
def carry_message(event: MessageWritten) -> None:
    """Send the message; safe to run twice, because its id is stable."""
    services.carry(UUID(str(event.message_id)))


@on(CodeWanted)
def carry_code(event: CodeWanted) -> None:
    """Send the code; safe to run twice, because its id is stable."""
    services.carry_code(event)
