"""Language, type, look, data and place: kept without an account, on the page where one was."""

import re

import pytest

from .site import PROVIDER, WORKER

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def test_switching_the_language_keeps_the_page(visitor):
    reader = visitor(width=360, height=740, scripts=False)
    page = "/find/?q=excel&page=1"
    reader.visit(page)

    for lang, name in (("vi", "Tiếng Việt"), ("en", "English"), ("zh-Hans", "中文")):
        reader.page.locator("header .languages summary").click()
        reader.lang = lang
        reader.follow(
            reader.page.locator("header .languages .panel").get_by_role("link", name=name)
        )
        assert reader.path == page
        assert reader.page.locator("main form.seek input").input_value() == "excel"
        assert reader.word("Menu") in reader.text("header")
    reader.visit("/venues/")
    assert reader.heading() == reader.word("Places to learn")


def test_the_chosen_place_changes_what_is_near(visitor):
    reader = visitor(width=1280, scripts=False)
    reader.visit("/venues/")
    before = reader.page.locator("main .rows h3").all_inner_texts()

    reader.visit("/place/?next=/venues/")
    reader.follow('main a[href*="place=pingjiang"]')
    assert reader.path == "/venues/"
    near_pingjiang = reader.page.locator("main .rows h3").all_inner_texts()
    assert re.search(r"\d", reader.page.locator("main .rows .facts").first.inner_text())
    reader.visit("/place/?next=/venues/")
    reader.follow('main a[href*="place=weiting"]')
    near_weiting = reader.page.locator("main .rows h3").all_inner_texts()

    assert sorted(near_pingjiang) == sorted(near_weiting) == sorted(before)
    assert near_pingjiang[0] != near_weiting[0]
    assert "唯亭" in reader.text("main .rows li")
    reader.visit("/")
    assert "唯亭" in reader.text("header")


def test_saving_data_sends_no_script_and_no_picture(visitor):
    reader = visitor(width=360, height=740)
    reader.visit("/")
    assert reader.page.locator("main svg.street").count() == 1
    reader.press("Save data", within="footer")

    reader.requests.clear()
    for page in ("/", "/find/", "/classes/bookkeeping-qiaotou-wed/", "/venues/qiaotou-centre/"):
        reader.visit(page)
        assert reader.page.locator("script, main img, main svg.street, video").count() == 0
    kinds = {request.resource_type for request in reader.requests}
    assert kinds <= {"document", "stylesheet", "other", "image"}, kinds
    reader.press("Use more data", within="footer")
    reader.visit("/")
    assert reader.page.locator("main svg.street").count() == 1


def test_a_look_is_kept_from_page_to_page(visitor):
    reader = visitor(width=360, height=740, scripts=False, color_scheme="light")
    ground = "[document.documentElement, document.body].map(e => getComputedStyle(e).background)"
    reader.visit("/")
    day = reader.page.evaluate(ground)

    reader.press("Dark", within="footer")
    night = reader.page.evaluate(ground)
    reader.visit("/find/")
    assert reader.page.evaluate(ground) == night != day
    reader.press("As my device", within="footer")
    assert reader.page.evaluate(ground) == day


@pytest.mark.parametrize("phone", [WORKER, PROVIDER])
def test_with_scripts_on_no_page_complains(known, phone):
    somebody = known(phone)

    for page in ("/", "/find/?q=会计", "/classes/bookkeeping-qiaotou-wed/", "/me/", "/me/classes/",
                 "/me/record/", "/me/messages/", "/me/profile/"):  # fmt: skip
        somebody.visit(page)
        assert somebody.page.locator("script:not([type='application/ld+json'])").count() == 0, page
    if phone == PROVIDER:
        somebody.visit("/desk/")
        somebody.visit("/desk/classes/bookkeeping-qiaotou-wed/")
