"""Searching: the best match first, and every match once however one turns the pages."""

import pytest

from learncity.apps.catalogue import queries


def titles(text, **window):
    return [c.key for c in queries.search(text=text, **window).items]


@pytest.mark.parametrize("ranked", [2000, 3])
def test_pages_of_a_search_hold_every_match_once(city, monkeypatch, ranked):
    """Also with more matches than are ranked: the order is one for all pages."""
    monkeypatch.setattr(queries, "_RANKED", ranked)
    found = queries.search(text="a", limit=100)
    assert found.total > 10

    paged = [key for at in range(0, found.total, 4) for key in titles("a", offset=at, limit=4)]

    assert paged == [course.key for course in found.items]
    assert len(set(paged)) == found.total
