"""Answers to what happens to places."""

from collections.abc import Sequence
from uuid import UUID

from learncity.apps.places import queries as places
from learncity.apps.places.types import PlacesReformed
from learncity.kernel.outbox import on

from . import services


@on(PlacesReformed)
def follow_places(news: Sequence[PlacesReformed]) -> None:
    """Let offices and sites go with their region, where it is certain; twice changes nothing."""
    for event in news:
        services.follow_places(places.heirs_of_reform(UUID(str(event.reform_id))))
