"""A provider publishes a term from a spreadsheet, settles a room, and sends the list once more."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from .site import PROVIDER
from .test_import import figures, settle, workbook

pytestmark = pytest.mark.journey

HEAD = ["key", "course", "venue", "room", "starts", "from", "until", "times", "seats"]


def rows():
    """Two classes that want one room at one time, and one of a course that is not there."""
    day = datetime.now(UTC).date() + timedelta(days=200)
    rest = [day.isoformat(), "18:30", "20:00", "4", "20"]
    course, room = "small-shop-bookkeeping", ("qiaotou-centre", "203")
    return [
        ["journey-one", course, *room, *rest],
        ["journey-two", course, *room, day.isoformat(), "19:00", "20:30", "4", "20"],
        ["journey-odd", "juggling", *room, *rest],
    ]


def send(desk, content):
    desk.visit("/desk/lists/new/?kind=classes")
    desk.fill("A name for this list", "Next term")
    desk.page.locator("input[type=file]").set_input_files(
        {"name": "term.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    )
    desk.press("Send and read the columns")
    desk.press("Check the rows")
    settle(desk)


def test_a_provider_publishes_a_term_from_a_spreadsheet(site, known):
    desk = known(PROVIDER, lang="en", width=1280, scripts=False)
    send(desk, workbook(HEAD, *rows()))
    assert figures(desk) == ["2", "0", "0", "1", "1"]
    said = desk.page.inner_text("main")
    assert "Nothing is written yet" in said
    assert "no course of this key is published" in said
    assert re.search(r"journey-two\s+Room qiaotou-centre/203", said)
    desk.press("Import now")
    settle(desk)
    assert "The list is imported" in desk.page.inner_text("main")

    desk.visit("/classes/journey-one/")
    assert "Room 203" in desk.page.inner_text("main")
    desk.visit("/desk/classes/journey-two/room/")
    assert "taken by journey-one" in desk.page.inner_text("main")
    desk.page.get_by_label("Small hall").check()
    desk.press("Settle")
    assert "Every class has its room" in desk.page.inner_text("main")
    desk.visit("/classes/journey-two/")
    assert "Small hall" in desk.page.inner_text("main")

    send(desk, workbook(HEAD, *rows()[:2]))
    assert figures(desk)[:4] == ["0", "0", "2", "0"]
    assert "importing it changes nothing" in desk.page.inner_text("main")
