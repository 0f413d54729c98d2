"""Addresses in a tree answer as the list they were made of."""

import random

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, URLPattern, URLResolver, path, re_path
from django.urls.resolvers import RegexPattern

from learncity.kernel.routes import by_first_part

WORDS = ["", "me/", "me/messages/", "find/", "find.csv", "healthz", "a/b/c/", "a/b/", "a/c/d/"]
ENDS = ["", "new/", "<uuid:key>/", "<uuid:key>/end/", "list.<str:kind>", "<int:page>"]
ASKED = ["7", "new/", "list.csv", "0190b6a0-0000-7000-8000-000000000001/", "x/", "end/"]


def view(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse()


def as_root(patterns: list[URLPattern | URLResolver]) -> URLResolver:
    return URLResolver(RegexPattern(r"^"), patterns)


def found(root: URLResolver, address: str) -> tuple[object, ...] | None:
    try:
        match = root.resolve(address)
    except Resolver404:
        return None
    return match.url_name, match.kwargs, match.route


def some_addresses(random_: random.Random) -> list[URLPattern]:
    routes = {random_.choice(WORDS) + random_.choice(ENDS) for _ in range(12)}
    return [path(route, view, name=f"view-{n}") for n, route in enumerate(sorted(routes))]


@pytest.mark.parametrize("seed", range(50))
def test_that_every_address_is_found_as_in_the_list(seed: int) -> None:
    random_ = random.Random(seed)
    patterns = some_addresses(random_)
    random_.shuffle(patterns)
    flat, tree = as_root(list(patterns)), as_root(by_first_part(patterns))

    for word in WORDS:
        for end in ["", *ASKED]:
            assert found(tree, word + end) == found(flat, word + end)


def test_that_a_word_is_tried_before_a_part_that_may_be_anything() -> None:
    tree = as_root(by_first_part([
        path("people/<str:key>/", view, name="person"),
        path("people/new/", view, name="new"),
        re_path(r"^people/x", view, name="expression"),
    ]))  # fmt: skip

    assert found(tree, "people/new/")[0] == "new"  # type: ignore[index]
    assert found(tree, "people/somebody/")[0] == "person"  # type: ignore[index]
    assert found(tree, "people/x")[0] == "expression"  # type: ignore[index]


def test_that_few_addresses_are_compared() -> None:
    patterns = [path(f"part{n // 20}/{n}/", view, name=f"view-{n}") for n in range(400)]

    with pytest.raises(Resolver404) as missing:
        as_root(by_first_part(patterns)).resolve("part7/1000/")

    assert len(missing.value.args[0]["tried"]) < 50
