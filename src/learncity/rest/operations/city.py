"""The city, its regions, its places to learn, and who offers courses. Open to anybody."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries as organizations
from learncity.apps.places import queries as places
from learncity.kernel.texts import LANGUAGES
from learncity.rest.cursors import after_key
from learncity.rest.openapi import refusals
from learncity.rest.shapes import city as shapes
from learncity.rest.shapes import venues as venue_shapes
from learncity.rest.shapes.classes import TimedClass
from learncity.rest.shapes.common import Cursor, Limit, Named, Slug, Words

from .common import city_and_region, found, providers_of

router = Router(tags=["City"])


@router.get("/city", auth=None, response={200: shapes.City, **refusals(404)})
def get_city(request: HttpRequest) -> shapes.City:
    """Say which city this is and how to reach a person."""
    city, region = city_and_region()
    return shapes.City(
        key=city.key,
        title=Words(city.title),
        story=Words(city.story),
        place=Named(key=region.key, name=Words(region.name)) if region else None,
        help=shapes.Help.of(city.help),
        languages=list(LANGUAGES),
        time_zone=settings.TIME_ZONE,
        is_demo=settings.DEMO,
    )


@router.get("/places", auth=None, response={200: shapes.Places, **refusals(404)})
def list_places(
    request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 20
) -> shapes.Places:
    """List the city's regions, each after the one it lies in."""
    _city, region = city_and_region()
    inside = places.below(region.path) if region else []
    keys: dict[UUID | None, str] = {place.id: place.key for place in inside}
    part = after_key(
        request, "places", inside, key=lambda place: place.path, cursor=cursor, limit=limit
    )
    items = [shapes.Place.of(place, keys) for place in part.items]
    return shapes.Places(items=items, total=len(inside), next=part.next)


@router.get("/venues", auth=None, response={200: venue_shapes.Venues})
def list_venues(
    request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 20
) -> venue_shapes.Venues:
    """List the sites where people learn, by key."""
    sites = organizations.all_venues()
    part = after_key(
        request, "venues", sites, key=lambda venue: venue.key, cursor=cursor, limit=limit
    )
    where = places.places({venue.place_id for venue in part.items})
    items = [venue_shapes.Venue.of(venue, where.get(venue.place_id)) for venue in part.items]
    return venue_shapes.Venues(items=items, total=len(sites), next=part.next)


@router.get("/venues/{key}", auth=None, response={200: venue_shapes.VenueDetail})
def get_venue(request: HttpRequest, key: Slug) -> venue_shapes.VenueDetail:
    """Say how to get to a site, what is in it, and what is on there this week."""
    venue, at = found(organizations.find_venue(key)), timezone.now()
    cards = classes.sessions_at(venue.id, begin=at, end=at + timedelta(days=7))
    providers = providers_of(cards)
    where = places.places([venue.place_id])
    return venue_shapes.VenueDetail(
        **dict(venue_shapes.Venue.of(venue, where.get(venue.place_id))),
        rooms=[venue_shapes.Room.of(room) for room in venue.rooms],
        week=[TimedClass.at_hour(card, providers=providers, at=at) for card in cards],
    )


@router.get("/providers/{key}", auth=None, response={200: venue_shapes.Provider})
def get_provider(request: HttpRequest, key: Slug) -> venue_shapes.Provider:
    """Say who a provider is and where they teach."""
    provider = found(organizations.find_organization(key))
    where = places.places([provider.place_id])
    sites = organizations.venues_of(provider.id)
    return venue_shapes.Provider.of(provider, where.get(provider.place_id), sites)
