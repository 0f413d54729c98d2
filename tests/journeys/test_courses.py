"""A course is found by whatever one calls it, and comes to be read by a second pair of eyes."""

import pytest

from .site import OPERATOR, PROVIDER, Site

pytestmark = pytest.mark.journey

COURSE = "/courses/small-shop-bookkeeping/"


@pytest.mark.parametrize(
    "typed", ["会计", "會計", "kuaiji", "ke toan", "bookkeeping", "bookeeping"]
)
def test_one_course_is_found_by_all_that_people_call_it(site: Site, visitor, typed):
    one = visitor(scripts=False, width=360, height=740)
    one.visit("/")
    one.search(typed)
    one.follow(one.page.locator("main .rows h3 a").first)
    assert one.path == COURSE
    assert "小店会计" in one.heading()


def test_a_reviewer_sends_a_course_back_and_reads_it_again(known, visitor):
    clerk, office = known(PROVIDER), known(OPERATOR)
    desk, queue = "/desk/courses/small-shop-bookkeeping/", "/operate/courses/"
    said = "记账、报税，一样一样来。"

    clerk.visit(f"{desk}parts/description/")
    clerk.page.locator('[name="summary_0"]').fill("太短")
    clerk.follow("main form button")
    clerk.press("Send in")
    clerk.follow("main form button")

    office.visit(queue)
    office.follow(office.page.locator("main tbody a", has_text="小店会计"))
    assert "太短" in office.text()
    office.press("Send back")
    office.page.locator("main form textarea").fill("请写清楚学什么。")
    office.follow("main form button")
    office.visit(queue)
    assert "小店会计" not in office.text("main table >> nth=0")

    clerk.visit(desk)
    assert "请写清楚学什么。" in clerk.text()
    clerk.visit(f"{desk}parts/description/")
    clerk.page.locator('[name="summary_0"]').fill(said)
    clerk.follow("main form button")
    clerk.press("Send in")
    clerk.follow("main form button")
    reader = visitor()
    reader.visit(COURSE)
    assert said not in reader.text()

    office.visit(queue)
    office.follow(office.page.locator("main tbody a", has_text="小店会计"))
    office.press("Publish")
    office.follow("main form button")
    # A page may be remembered for some seconds; another address of it is not.
    reader.visit(f"{COURSE}?now")
    assert said in reader.page.inner_text("body")
    # And it is found by a word that stood in none of it before.
    reader.visit("/find/?q=报税")
    assert reader.row(COURSE).count()
