"""Answers to what happens to organizations."""

from collections.abc import Sequence
from uuid import UUID

from learncity.apps.organizations.types import StandingChanged
from learncity.kernel.outbox import on

from . import services


@on(StandingChanged)
def hold_back(news: Sequence[StandingChanged]) -> None:
    """Take the courses of a suspended organization from the public lists, or bring them back."""
    for event in news:
        services.hold_back(UUID(str(event.organization_id)))
