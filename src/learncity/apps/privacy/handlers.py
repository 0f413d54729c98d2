"""Answers to this room's own events: making copies of one's own data, after commit."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from learncity.kernel.outbox import on

from . import services
from .types import CopyWanted


@on(CopyWanted)
def make_copies(news: Sequence[CopyWanted]) -> None:
    """Write the copies down; one that is made already stays as it is."""
    for event in news:
        services.make_copy(copy_id=UUID(str(event.copy_id)), at=timezone.now())
