"""One running demo city for all journeys of a test process, a browser, and people to use it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from .site import WORKER, Site, public_folder
from .visitor import Visitor

NewVisitor = Callable[..., Visitor]


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The real product with the demo city: web server, worker and database."""
    running = Site(public_folder() / "city")
    try:
        running.start()
        yield running
        running.stop()
    finally:
        running.end()
    assert not running.data.exists()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; a module's own, so that its event loop meets no other kind of test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"])
        yield browser
        browser.close()


@pytest.fixture
def visitor(site: Site, chromium: Browser) -> Iterator[NewVisitor]:
    """Make people with browsers of their own: ``visitor(lang="vi", width=360)``."""
    came: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        came.append(Visitor(site, chromium, **options))
        return came[-1]

    yield come
    for one in came:
        one.leave()


@pytest.fixture(scope="session")
def _signed_in() -> dict[str, Any]:
    return {}


@pytest.fixture
def known(visitor: NewVisitor, _signed_in: dict[str, Any]) -> Callable[..., Visitor]:
    """Make somebody who has signed in on this browser before: ``known(PROVIDER, width=1280)``.

    Signing in again and again would be refused, as it should be.
    """

    def come(phone: str, **options: Any) -> Visitor:
        one = visitor(**options)
        if phone in _signed_in:
            one.context.add_cookies(_signed_in[phone])
        else:
            one.sign_in(phone)
            _signed_in[phone] = [
                c for c in one.context.cookies() if c["name"] == "learncity_session"
            ]
        return one

    return come


@pytest.fixture
def placed(known: Callable[..., Visitor]) -> Callable[..., tuple[Visitor, str]]:
    """Make the worker, who has a place in a class, and the receipt: ``placed(width=360)``."""

    def come(**options: Any) -> tuple[Visitor, str]:
        worker = known(WORKER, **options)
        worker.visit("/classes/photo-songying-sun/apply/")
        if worker.page.locator("#apply").count():
            worker.press("Apply for this class")
        return worker, worker.receipt()

    return come
