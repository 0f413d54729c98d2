"""Answers to what happens to places."""

from collections.abc import Sequence
from uuid import UUID

from learncity.apps.organizations.types import SiteLaid, Thing
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlacesReformed
from learncity.kernel.outbox import on

from . import services


@on(PlacesReformed)
def follow_places(news: Sequence[PlacesReformed]) -> None:
    """Let coming classes go with their region, where it is certain; twice changes nothing."""
    for event in news:
        services.follow_places(places.heirs_of_reform(UUID(str(event.reform_id))))


@on(SiteLaid)
def follow_sites(news: Sequence[SiteLaid]) -> None:
    """Let coming classes go with their site once it is said where it lies; twice is once."""
    for event in news:
        site = UUID(str(event.site_id))
        services.follow_site(
            seat_id=site if event.thing == Thing.SEAT else None,
            venue_id=site if event.thing == Thing.VENUE else None,
            before=UUID(str(event.before_id)),
            place=UUID(str(event.place_id)),
        )
