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
from learncity.apps.places.types import Dated, View
from learncity.kernel.texts import LANGUAGES
from learncity.rest.cursors import after_key
from learncity.rest.openapi import refusals
from learncity.rest.shapes import city as shapes
from learncity.rest.shapes import venues as venue_shapes
from learncity.rest.shapes.classes import TimedClass
from learncity.rest.shapes.common import Cursor, Day, Limit, Named, Position, Slug, Words

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


@router.get("/places/{key}", auth=None, response={200: shapes.PlaceDetail, **refusals(404)})
def get_place(request: HttpRequest, key: Slug) -> shapes.PlaceDetail:
    """Say what a region is, was and will be, what became of it, and how many people live there."""
    place = found(places.find_ever(key))
    versions, flows = places.history(place.id), places.flows_of(place.id)
    ids = {v.parent_id for v in versions if v.parent_id}
    ids |= {pk for flow in flows for pk in (flow.source_id, flow.target_id)}
    named = places.places(ids)
    return shapes.PlaceDetail(
        key=place.key,
        kind=place.kind,
        name=Words(place.name),
        position=Position.of(place.point),
        versions=[shapes.PlaceVersion.of(v, named) for v in versions],
        reforms=[shapes.PlaceFlow.of(flow, named) for flow in flows],
        people=[shapes.Population.of(counted) for counted in places.population(place.id)],
    )


@router.get("/places/{key}/figures", auth=None, response={200: shapes.Figures, **refusals(404)})
def get_place_figures(
    request: HttpRequest, key: Slug, view: View = View.TODAY, on: Day | None = None
) -> shapes.Figures:
    """Count the places taken in classes by year, on the map that is asked for.

    `AS_IT_WAS` counts what lay in the region when it was counted, `ON_A_DAY` draws the map of the
    day `on`, `TODAY` that of today. Where a region was divided and nobody knows what went where,
    `most` is larger than `least`: the figure cannot be known.
    """
    place = found(places.find_ever(key))
    day = (on if view is View.ON_A_DAY else None) or timezone.localdate()
    years: dict[int, list[Dated]] = {}
    for dated in classes.counted_places(places.related(place.id, on=day)):
        years.setdefault(dated.on.year, []).append(dated)
    summed = places.figures(place.id, years, view=view, on=day)
    items = [
        shapes.Figure(year=year, least=figure.least, most=figure.most)
        for year, figure in sorted(summed.items())
        if figure.most
    ]
    return shapes.Figures(view=view, on=None if view is View.AS_IT_WAS else day, items=items)


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
