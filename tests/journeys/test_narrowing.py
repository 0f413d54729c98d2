"""Somebody with two free evenings a week, near home, on a phone without scripts."""

import re

import pytest

from .site import Site

pytestmark = pytest.mark.journey


def _total(one) -> int:
    return int(re.search(r"\d+", one.text("main [role=status]"))[0])


def _tick(one, name: str, value: str) -> None:
    one.page.locator(f'.narrowing [name="{name}"][value="{value}"]').check()


def test_a_class_is_found_by_evening_and_distance_without_scripts(site: Site, visitor):
    one = visitor(scripts=False, width=360, height=740)
    one.visit("/place/?next=/find/")
    one.follow('a[href*="place=pingjiang"]')
    assert one.path == "/find/"
    everything = _total(one)

    # What can be chosen is folded away until it is wanted.
    form = one.page.locator(".narrowing form")
    assert not form.is_visible()
    one.page.locator(".narrowing summary").click()
    _tick(one, "part", "EVENING")
    _tick(one, "weekday", "WED")
    one.page.locator('.narrowing select[name="within"]').select_option("2")
    one.press("Show", within=".narrowing")

    # The address is the view, and it can be kept.
    address = one.page.url
    assert {"part=EVENING", "weekday=WED", "within=2", "near=pingjiang"} <= set(
        address.split("?")[1].split("&")
    )
    found = _total(one)
    assert 0 < found < everything
    shown = one.text("main .rows")
    assert "步行约" in shown
    assert "19:00" in shown

    one.press("Nearest first")
    assert _total(one) == found
    one.follow(one.page.locator("main .rows h3 a").first)
    assert one.path.startswith("/courses/")
    one.follow(one.page.locator('main .rows a[href^="/classes/"]').first)
    assert one.heading()

    # One choice is given up by its chip, and the rest stays.
    one.visit(address)
    chip = one.page.locator(".chip", has_text="晚上")
    one.follow(chip)
    assert "part=EVENING" not in one.page.url
    assert "within=2" in one.page.url
    assert _total(one) >= found


def test_where_nothing_is_left_one_choice_less_brings_something(site: Site, visitor):
    one = visitor(scripts=False, width=360, height=740)
    one.visit("/find/?part=MORNING&price=MORE&weekday=MON&place=gusu")
    assert _total(one) == 0

    offer = one.page.locator("main .empty li a").first
    promised = int(re.findall(r"(\d+)门", offer.inner_text())[-1])
    one.follow(offer)

    assert _total(one) == promised > 0


def test_the_nearest_place_to_learn_leads_to_what_is_on_there(site: Site, visitor):
    one = visitor(scripts=False, width=360, height=740)
    one.visit("/place/?next=/near/")
    one.follow('a[href*="place=pingjiang"]')
    assert one.path == "/near/"

    # The list comes first, the map after it.
    rows = one.page.locator("main .rows").bounding_box()
    drawn = one.page.locator("main .map").bounding_box()
    assert rows["y"] < drawn["y"]
    first = one.page.locator("main .rows li").first
    assert "步行约" in first.inner_text()
    one.follow(first.locator("a"))
    assert one.path == "/venues/qiaotou-centre/"
    assert one.page.locator('main a[href^="tel:"]').count() == 1
