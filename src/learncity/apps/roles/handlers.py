"""Answers to what happens to places."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from learncity.apps.places import queries as places
from learncity.apps.places.types import PlacesReformed
from learncity.kernel.outbox import on

from . import services


@on(PlacesReformed)
def follow_places(news: Sequence[PlacesReformed]) -> None:
    """Let officers keep what wholly came from their region; twice changes nothing."""
    for event in news:
        heirs = places.heirs_of_reform(UUID(str(event.reform_id)))
        services.follow_places(heirs, at=timezone.now())
