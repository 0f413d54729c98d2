"""Somebody finds nothing, asks to be told, and takes it back; a planner sees that it is missing."""

import pytest

from .site import PROVIDER, WORKER

pytestmark = pytest.mark.journey

MISSING = "潜水"


def test_who_finds_nothing_asks_to_be_told_and_takes_it_back(known):
    worker = known(WORKER)

    worker.visit("/")
    worker.search(MISSING)
    # Nothing, or what comes close as soon as it is known what courses mean; in no case the words.
    nothing = ("Nothing found", "No course holds all these words. These come closest:")
    assert any(worker.word(says) in worker.text() for says in nothing)
    worker.press("Tell me when")
    assert worker.page.get_by_label(worker.word("What you look for")).input_value() == MISSING
    worker.press("Tell me")
    assert worker.path == "/me/wishes/"
    assert MISSING in worker.text()

    worker.visit(f"/find/?q={MISSING}")
    assert worker.word("We tell you when there is something.") in worker.text()
    worker.press("What I wait for")
    worker.page.get_by_role("button", name=MISSING).click()
    worker.look()
    assert MISSING not in worker.text()
    worker.visit("/me/classes/")
    worker.press("What I wait for")
    assert worker.heading() == worker.word("What I wait for")


def test_a_planner_reads_what_is_missing_where(known):
    clerk = known(PROVIDER)

    clerk.visit("/desk/")
    clerk.press("Demand")
    assert "二胡" in clerk.text("main tbody")
    clerk.press("Searches without a result", within="main thead")
    clerk.page.get_by_label(clerk.word("Place")).select_option("sip")
    clerk.press("Show")
    assert "二胡" not in clerk.text("main tbody")
    assert "无人机 驾驶证" in clerk.text("main tbody")
