"""A running demo city for the tests that break things."""

from collections.abc import Iterator

import pytest

from tests.journeys.site import Site, public_folder


@pytest.fixture(scope="session")
def city() -> Iterator[Site]:
    """The real product with the demo city: web server, worker and database."""
    running = Site(public_folder() / "city")
    try:
        running.start()
        yield running
        running.stop()
    finally:
        running.end()
