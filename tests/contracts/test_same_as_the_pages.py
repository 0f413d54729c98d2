"""What is on tonight is the same for people and for programs.

The pages and the API are siblings and know nothing of each other, so each says it once.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from learncity.apps.classes import queries
from learncity.apps.places import queries as places
from learncity.rest.operations import classes as api
from learncity.web.pages import home
from learncity.web.reader import Reader


def reader_at(place):
    return Reader("en", False, "", False, None, None, place)


def test_the_evening_begins_and_ends_alike_at_every_quarter_of_an_hour():
    for quarter in range(4 * 24 * 2):
        at = datetime(2027, 3, 5, tzinfo=UTC) + timedelta(minutes=15 * quarter)
        assert api.evening(at) == home.tonight_span(at)


@pytest.mark.parametrize("key", ["pingjiang", "gusu", "weiting", "changshu"])
def test_what_is_near_is_alike(city, key):
    place = places.find_place(key)
    begin = timezone.now()
    cards = queries.tonight(begin=begin, end=begin + timedelta(days=3))

    assert cards
    assert api.nearby(cards, place.point) == home._near(cards, reader_at(place))
