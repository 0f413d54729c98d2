"""A retired resident: large type, few words, big targets, a waiting list that can be trusted."""

import re

import pytest

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


def check_large(senior):
    """Type, leading and targets are those of senior mode."""
    size, leading, small = senior.page.evaluate(_MEASURE)
    assert size >= 20, senior.path
    assert leading >= 1.5, senior.path
    assert small == [], senior.path


def test_a_retired_resident_waits_and_gets_a_place(site, visitor, known):
    senior = known(SENIOR, width=360, height=740)
    senior.visit("/")
    senior.press("Large type", within="header")
    verbs = senior.page.locator(".verbs a")
    assert verbs.count() == 4
    assert [verbs.nth(n).locator("b").inner_text() for n in range(4)] == [
        senior.word(verb) for verb in ("Find a class", "My classes", "My record", "Call us")
    ]
    assert verbs.nth(3).get_attribute("href").startswith("tel:")
    check_large(senior)

    senior.follow(verbs.nth(0))
    check_large(senior)
    senior.search("苏绣")
    senior.follow(senior.row("/courses/su-embroidery/"))
    check_large(senior)
    senior.follow(senior.row(CLASS))
    check_large(senior)
    senior.press("Join the waiting list")
    check_large(senior)
    senior.press("Join the waiting list")
    check_large(senior)
    receipt, number = senior.receipt(), int(re.search(r"\d+", senior.heading())[0])
    assert number > 1

    # The workshop finds chairs for those before her.
    office = known(OPERATOR)
    office.visit(ROSTER)
    seats = office.page.get_by_label(office.word("Seats"))
    seats.fill(str(int(seats.input_value()) + number - 1))
    office.press("Save")
    waiting = office.page.locator("main table.roster tbody tr").last
    assert receipt in waiting.inner_text()
    senior.page.reload()
    assert senior.heading() == senior.word("You are number %(n)s on the waiting list", n="1")

    # Somebody who has a place gives it back, at home, in another browser.
    holder = office.page.locator("main table.roster tbody tr").first.locator("td")
    phone, theirs = holder.nth(1).inner_text().strip(), holder.last.inner_text().strip()
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
    first = senior.page.locator("main .post a").first
    assert "苏绣" in first.inner_text()
    senior.follow(first)
    assert receipt in senior.text()
    assert site.letter_with(SENIOR, receipt)
    senior.visit(f"/me/places/{receipt}/")
    assert senior.heading() == senior.word("You have a place")
