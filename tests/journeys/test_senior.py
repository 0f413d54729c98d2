"""A retired resident: large type, few words, big targets, a waiting list that can be trusted."""

import re

import pytest

from .pages import check_nothing
from .site import OPERATOR, SENIOR

pytestmark = pytest.mark.journey

# Ten seats, all taken, and people waiting: it is what everybody wants.
CLASS = "/classes/embroidery-museum-sun/"
ROSTER = "/desk/classes/embroidery-museum-sun/"

_MEASURE = """
() => {
  const root = getComputedStyle(document.body), size = parseFloat(root.fontSize);
  const small = [];
  for (const e of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (e.type === "hidden" || e.matches(".skip") || !e.checkVisibility()) continue;
    // A link in a sentence is as high as the sentence; it is not what people aim at.
    const covers = getComputedStyle(e, "::after").position === "absolute";
    const alone = e.parentElement.innerText.trim() === e.innerText.trim();
    if (getComputedStyle(e).display === "inline" && !covers && !alone) continue;
    // Of a line in a list the whole line is the target: its link's ::after covers it.
    const box = (covers ? e.closest("li") || e : e).getBoundingClientRect();
    const size = [box.width, box.height].map(Math.round);
    if (box.width && box.height && Math.min(...size) < 60)
      small.push(`${e.tagName} ${e.innerText || e.name} ${size.join("x")}`);
  }
  return [size, parseFloat(root.lineHeight) / size, small];
}
"""


@pytest.fixture
def check_large():
    """Look whether type, leading and targets are those of senior mode; at the end they all were."""
    wrong = {}

    def check(senior):
        size, leading, small = senior.page.evaluate(_MEASURE)
        problems = [f"type {size}"] * (size < 20) + [f"leading {leading}"] * (leading < 1.5) + small
        if problems:
            wrong[senior.path] = problems

    yield check
    check_nothing(wrong)


def choose_large_type(senior, check_large):
    """Switch to senior mode, which opens with four verbs; these."""
    senior.visit("/")
    senior.press("Large type", within="header")
    verbs = senior.page.locator(".verbs a")
    labels = [label.strip() for label in verbs.locator("b").all_inner_texts()]
    wanted = ("Find a class", "My classes", "My record", "Call us")
    assert labels == [senior.word(verb) for verb in wanted]
    assert verbs.nth(3).get_attribute("href").startswith("tel:")
    check_large(senior)
    return verbs


def join_the_list(senior, find_a_class, check_large):
    """Find the class by the first verb and wait for it; the receipt, and the number in the list."""
    senior.follow(find_a_class)
    check_large(senior)
    senior.search("苏绣")
    check_large(senior)
    senior.follow(senior.row("/courses/su-embroidery/"))
    check_large(senior)
    senior.follow(senior.row(CLASS))
    check_large(senior)
    senior.press("Join the waiting list")
    check_large(senior)
    senior.press("Join the waiting list")
    check_large(senior)
    return senior.receipt(), int(re.search(r"\d+", senior.heading())[0])


def add_seats(office, more):
    """Give the class more seats; the roster's first line: who holds a seat, and their receipt."""
    office.visit(ROSTER)
    seats = office.page.get_by_label(office.word("Seats"))
    seats.fill(str(int(seats.input_value()) + more))
    office.press("Save")
    cells = office.page.locator("main table.roster tbody tr").first.locator("td")
    return cells.first.inner_text().strip(), cells.last.inner_text().strip()


def test_a_retired_resident_waits_and_gets_a_place(site, visitor, known, check_large):
    senior = known(SENIOR, width=360, height=740)
    verbs = choose_large_type(senior, check_large)
    receipt, number = join_the_list(senior, verbs.nth(0), check_large)
    assert number > 1

    # The workshop finds chairs for those before her, and she moves up.
    phone, theirs = add_seats(known(OPERATOR), number - 1)
    senior.page.reload()
    assert senior.heading() == senior.word("You are number %(n)s on the waiting list", n="1")

    # Somebody who has a place gives it back, at home, in another browser.
    neighbour = visitor(width=360, height=740)
    neighbour.sign_in(phone)
    neighbour.visit(f"/me/places/{theirs}/")
    neighbour.press("Give the place back")
    neighbour.press("Yes, give it back")

    senior.visit("/")
    assert "苏绣" in verbs.nth(1).inner_text()
    senior.follow(verbs.nth(1))
    check_large(senior)
    assert receipt in senior.text()
    senior.menu("Messages")
    check_large(senior)
    senior.follow("main .post .unread a")
    assert receipt in senior.text()
    assert site.letter_with(SENIOR, receipt)
    senior.visit(f"/me/places/{receipt}/")
    assert senior.heading() == senior.word("You have a place")
    check_large(senior)
