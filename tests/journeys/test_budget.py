"""What a page costs on a phone that pays by the byte: counted as it comes over the wire."""

import pytest

from .site import WORKER

pytestmark = [pytest.mark.journey, pytest.mark.slow]

FIRST, LATER, REQUESTS = 50 * 1024, 15 * 1024, 6
LATER_PAGES = (
    "/find/?q=会计", "/find/", "/categories/workplace-skills/", "/courses/small-shop-bookkeeping/",
    "/classes/bookkeeping-qiaotou-wed/", "/near/", "/venues/qiaotou-centre/", "/place/",
    "/find/?part=EVENING&within=5&near=pingjiang",
    "/providers/qiaotou-learning-centre/", "/sign-in/", "/help/", "/privacy/", "/accessibility/",
)  # fmt: skip
MINE = ("/", "/me/", "/me/classes/", "/me/record/", "/me/messages/", "/me/profile/")


class Meter:
    """Counts the bytes that come over the wire, headers included, and the requests."""

    def __init__(self, visitor):
        self.visitor, self.bytes, self.requests = visitor, 0, []
        self.devtools = visitor.context.new_cdp_session(visitor.page)
        self.devtools.on("Network.loadingFinished", self._finished)
        self.devtools.on("Network.responseReceived", self._received)
        self.devtools.send("Network.enable")

    def _finished(self, event):
        self.bytes += int(event["encodedDataLength"])

    def _received(self, event):
        response = event["response"]
        if not response.get("fromDiskCache") and response["url"].startswith("http"):
            self.requests.append(response["url"])

    def visit(self, path):
        """Bytes and requests of one page, after everything has come."""
        self.bytes, self.requests = 0, []
        self.visitor.visit(path)
        self.visitor.page.wait_for_load_state("networkidle")
        return self.bytes, self.requests


@pytest.mark.parametrize("lang", ["zh-Hans", "vi", "en"])
def test_a_first_visit_costs_at_most_fifty_kilobytes(visitor, lang):
    size, requests = Meter(visitor(lang=lang, width=360, height=740)).visit("/")

    assert 2_000 < size <= FIRST
    assert len(requests) <= REQUESTS, requests


def test_a_later_page_costs_at_most_fifteen_kilobytes(visitor):
    meter = Meter(visitor(width=360, height=740))
    meter.visit("/")

    costs = {page: meter.visit(page)[0] for page in LATER_PAGES}

    assert {page: size for page, size in costs.items() if not 500 < size <= LATER} == {}


def test_a_resident_s_page_costs_at_most_fifteen_kilobytes(known):
    worker = known(WORKER, width=360, height=740)
    meter = Meter(worker)
    meter.visit("/help/")

    costs = {page: meter.visit(page)[0] for page in MINE}

    assert {page: size for page, size in costs.items() if not 500 < size <= LATER} == {}
